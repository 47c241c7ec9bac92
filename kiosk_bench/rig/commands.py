"""Commands of the rig: on the tester's machine, and by a shell on the kiosk."""

import os
import shlex
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import TypeVar

import msgspec
import trio

from kiosk_bench.rig.file import KioskTable, Words

T = TypeVar("T")
COMMAND_WITHIN_S = 60.0
AGAIN_S = 0.2


class CommandFailed(Exception):
    """A command of the rig did not do it; the text holds the command and what it said."""


def filled(words: Words, **values: object) -> Words:
    """Fill ``{name}`` in each word."""
    return tuple(word.format_map(values) for word in words)


async def run(words: Words, within_s: float = COMMAND_WITHIN_S, stdin: bytes = b"") -> bytes:
    """Run to the end; return what it prints. Raises CommandFailed."""
    named = shlex.join(words)
    with trio.move_on_after(within_s) as patience:
        try:
            done = await trio.run_process(
                words, stdin=stdin, capture_stdout=True, capture_stderr=True, check=False
            )
        except OSError as refused:
            raise CommandFailed(f"{named}: {refused}") from refused
    if patience.cancelled_caught:
        raise CommandFailed(f"{named}: not done within {within_s:g} s")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise CommandFailed(f"{named} ended with {done.returncode}: {said[-500:]}")
    return bytes(done.stdout)


def json_of(words: Words, printed: bytes, wanted: type[T]) -> T:
    """Return what a command printed as JSON of this type. Raises CommandFailed."""
    try:
        return msgspec.json.decode(printed, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        raise CommandFailed(f"{shlex.join(words)} printed something else: {bad}") from bad


async def keep_output(words: Words, file: Path) -> None:
    """Run until cancelled, with all it says appended to ``file``. Raises CommandFailed at its end.

    What it has started itself ends with it.
    """
    with file.open("ab") as out:
        process = await trio.lowlevel.open_process(
            words, stdin=DEVNULL, stdout=out.fileno(), stderr=STDOUT, start_new_session=True
        )
    try:
        code = await process.wait()
        raise CommandFailed(f"{shlex.join(words)} ended by itself with {code}; see {file.name}")
    finally:
        await end_group(process)


async def end_group(process: trio.Process) -> None:
    """End a process that leads a session of its own, and what it has started."""
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
    with trio.CancelScope(shield=True):
        await process.wait()


async def keep_alive(words: Words, file: Path) -> None:
    """Run again as often as it ends, until cancelled."""
    while True:
        try:
            await keep_output(words, file)
        except CommandFailed:
            await trio.sleep(AGAIN_S)


class KioskShell:
    """Runs command lines on the kiosk."""

    def __init__(self, kiosk: KioskTable) -> None:
        self._kiosk = kiosk

    def words(self, line: str) -> Words:
        """Return what runs a command line there."""
        return (*filled(self._kiosk.shell, address=self._kiosk.address), line)

    async def run(self, line: str, stdin: bytes = b"") -> bytes:
        """Run it there; return what it prints. Raises CommandFailed."""
        return await run(self.words(line), stdin=stdin)

    async def read(self, path: str) -> str:
        """Return the text of a file there; empty if there is none. Raises CommandFailed."""
        text = await self.run(f"cat {shlex.quote(path)} 2>/dev/null || true")
        return text.decode("utf-8", "replace").strip("\0\n ")

    async def wait_there(self, within_s: float) -> None:
        """Return when it answers. Raises CommandFailed."""
        last = "nothing yet"
        with trio.move_on_after(within_s):
            while True:
                try:
                    await self.run("true")
                    return
                except CommandFailed as failed:
                    last = str(failed)
                    await trio.sleep(AGAIN_S)
        raise CommandFailed(f"the kiosk did not answer within {within_s:g} s: {last}")
