"""Spoken sentences: recorded ones where a city has made them, else by espeak-ng or its like.

What is said next cuts off what is being said. A text goes in by standard input, never by a shell.
No program, no voice, no recording: that is a trouble for operators and nothing to a visit.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import trio

from kioskd import log
from kioskd.contracts import Saying
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.settings import VoiceSettings
from kioskd.speech import spoken

LIMIT_S = 60.0
"""No sentence of ours is longer; a program that hangs is killed."""
GONE = Trouble(TroubleReason.VOICE_GONE, "D-31")


class SpokenVoice:
    """Fulfils ``contracts.Voice``; ``run`` must be running to be heard."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        self._trouble: Trouble | None = None
        self._to_say: tuple[Sequence[Saying], str] | None = None
        self._asked = trio.Event()
        self._volume = settings.volumes.index(settings.volume)

    @property
    def trouble(self) -> Trouble | None:
        """VOICE_GONE once the program could not be run; None where no voice is wanted."""
        return self._trouble

    @property
    def fitted(self) -> bool:
        """Whether a program to speak with is configured."""
        return bool(self._settings.command)

    @property
    def is_speaking(self) -> bool:
        """Whether something is being said, or is about to be."""
        return self._to_say is not None

    def say(self, sayings: Sequence[Saying], language: str) -> None:
        """Say them one after the other, now, instead of what is being said."""
        self._to_say = (sayings, language)
        self._asked.set()

    def hush(self) -> None:
        """Stop speaking, in mid-word."""
        self._to_say = None
        self._asked.set()

    def louder(self) -> None:
        """Take the next volume; after the loudest the softest."""
        self._volume = (self._volume + 1) % len(self._settings.volumes)

    def usual_volume(self) -> None:
        """Take the volume that the configuration names."""
        self._volume = self._settings.volumes.index(self._settings.volume)

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
                for saying in wanted[0]:
                    await self._speak(saying, wanted[1])
                nursery.cancel_scope.cancel()
            if self._to_say is wanted:
                self._to_say = None

    async def _until_asked_again(self, speaking: trio.CancelScope) -> None:
        await self._asked.wait()
        speaking.cancel()

    async def _speak(self, saying: Saying, language: str) -> None:
        recording = self._recording(saying.key, language)
        if recording is not None and await self._run([self._settings.player, str(recording)], b""):
            return
        text = spoken(saying.text, language)
        if text:
            await self._run(self._speech_command(language), text.encode())

    def _recording(self, key: str, language: str) -> Path | None:
        if not self._settings.recordings or not key:
            return None
        file = Path(self._settings.recordings, language, f"{key}.wav")
        return file if file.is_file() else None

    def _speech_command(self, language: str) -> list[str]:
        settings = self._settings
        command = [settings.command, "-v", settings.voices[language]]
        command += ["-s", str(settings.words_per_minute), "-p", str(settings.pitch)]
        return [*command, "-a", str(settings.volumes[self._volume]), "--stdin"]

    async def _run(self, command: list[str], text: bytes) -> bool:
        """Run a program to its end; True if it did well. Cancelled, trio ends or kills it."""
        try:
            with trio.move_on_after(LIMIT_S) as limit:
                done = await trio.run_process(
                    command,
                    stdin=text,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                )
        except OSError as missing:
            return self._went(GONE, command[0], type(missing).__name__)
        if limit.cancelled_caught:
            return self._went(GONE, command[0], "hangs")
        trouble = GONE if done.returncode else None
        return self._went(trouble, command[0], f"ended with {done.returncode}")

    def _went(self, trouble: Trouble | None, program: str, why: str) -> bool:
        if trouble is not None and trouble != self._trouble:
            log.warning("voice.gone", command=program, why=why)
        self._trouble = trouble
        return trouble is None
