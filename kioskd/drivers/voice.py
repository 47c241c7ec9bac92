"""Spoken sentences by a speech program: espeak-ng, or another that takes its arguments.

One sentence at a time; a new one cuts the old one off. The text goes in by standard input, never
by a shell. No program, no voice: that is a trouble for operators and nothing to a visit.
"""

import subprocess

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.settings import VoiceSettings

LIMIT_S = 20.0
"""No sentence of ours is longer; a program that hangs is killed."""
VOICES = {"zh_CN": "cmn", "en": "en"}
GONE = Trouble(TroubleReason.VOICE_GONE, "D-31")


class SpokenVoice:
    """Fulfils ``contracts.Voice``; ``run`` must be running to be heard."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        self._trouble: Trouble | None = None
        self._to_say: tuple[str, str] | None = None
        self._asked = trio.Event()

    @property
    def trouble(self) -> Trouble | None:
        """VOICE_GONE once the program could not be run; None where no voice is wanted."""
        return self._trouble

    def say(self, text: str, language: str) -> None:
        """Say it, now, instead of what is being said. Only sentences that name nobody."""
        self._to_say = (text, language)
        self._asked.set()

    def hush(self) -> None:
        """Stop speaking."""
        self._to_say = None
        self._asked.set()

    async def run(self) -> None:
        """Speak what is asked for; never returns."""
        while True:
            await self._asked.wait()
            self._asked = trio.Event()
            wanted = self._to_say
            if wanted is None or not self._settings.command:
                continue
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._until_asked_again, nursery.cancel_scope)
                await self._speak(*wanted)
                nursery.cancel_scope.cancel()

    async def _until_asked_again(self, speaking: trio.CancelScope) -> None:
        await self._asked.wait()
        speaking.cancel()

    async def _speak(self, text: str, language: str) -> None:
        """Run the program to its end; cancelled, trio ends it and kills it if need be."""
        command = [self._settings.command, "-v", VOICES[language]]
        command += ["-s", str(self._settings.words_per_minute), "--stdin"]
        try:
            with trio.move_on_after(LIMIT_S) as limit:
                done = await trio.run_process(
                    command,
                    stdin=text.encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )
        except OSError as missing:
            self._note(GONE, type(missing).__name__)
            return
        if limit.cancelled_caught:
            self._note(GONE, "hangs")
        else:
            self._note(GONE if done.returncode else None, f"ended with {done.returncode}")

    def _note(self, trouble: Trouble | None, why: str) -> None:
        if trouble is not None:
            log.warning("voice.gone", command=self._settings.command, why=why)
        self._trouble = trouble
