"""The person at the rig: asked on a terminal for what no machine does, with a time limit."""

import os
from contextlib import suppress
from pathlib import Path

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.needs import NotOffered
from kiosk_bench.rig.file import OperatorTable

LINE_MAX = 4096
CANNOT = "n"


class OperatorFailed(StoryFailed):
    """The operator did not do it, or nobody was there; the text says what was asked."""


class Operator:
    """Asks one thing at a time, however many tasks have something to ask."""

    def __init__(self, table: OperatorTable) -> None:
        self._path = Path(table.tty)
        self._answer_s = table.answer_s
        self._turn = trio.Lock()

    async def do(self, what: str) -> None:
        """Ask for a deed; return when it is said to be done. Raises OperatorFailed, NotOffered."""
        answer = await self.ask(f"{what}, then press Enter ({CANNOT} if it cannot be done)")
        if answer.lower() == CANNOT:
            raise OperatorFailed(f"the operator could not: {what}")

    async def number(self, what: str) -> int:
        """Ask for a number; asks again until it is one. Raises OperatorFailed, NotOffered."""
        while not (answer := await self.ask(f"{what} Type the number and press Enter")).isdigit():
            pass
        return int(answer)

    async def ask(self, what: str) -> str:
        """Ask; return the line that is typed. Raises OperatorFailed, NotOffered."""
        async with self._turn:
            with self._terminal() as terminal:
                terminal.write(f"\n>>> {what}: ")
                with trio.move_on_after(self._answer_s):
                    return await terminal.line()
                terminal.write("\n(too late)\n")
        raise OperatorFailed(f"nobody answered within {self._answer_s:g} s: {what}")

    def _terminal(self) -> "Terminal":
        try:
            return Terminal(self._path)
        except OSError as refused:
            raise NotOffered(
                f"the operator cannot be asked on {self._path}: {refused.strerror}; run the rig "
                "from a terminal, or give the commands in rig.toml"
            ) from refused


class Terminal:
    """One question's use of a terminal. What was typed before the question is thrown away."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def __enter__(self) -> "Terminal":
        with suppress(BlockingIOError):
            os.read(self._descriptor, LINE_MAX)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    async def line(self) -> str:
        typed = b""
        while b"\n" not in typed:
            await trio.lowlevel.wait_readable(self._descriptor)
            typed += os.read(self._descriptor, LINE_MAX)
        return typed.split(b"\n")[0].decode("utf-8", "replace").strip()
