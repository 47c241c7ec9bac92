"""Reads the bytes a kiosk sends to an ESC/POS printer, as a print head reads them.

Written from the command reference and from nothing of the kiosk. The length of each command is
known or it is no command: an unknown one is kept as ``Unknown`` so that a test can see it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ESC, FS, GS = 0x1B, 0x1C, 0x1D


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes to print, undecoded: one character, of one or two bytes in Chinese mode."""

    code: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its name in the reference (``ESC a``) and its parameters."""

    name: str
    parameters: bytes = b""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A byte that begins nothing known."""

    code: bytes


Token = Text | Command | Unknown

_FIXED = {
    (ESC, ord("@")): ("ESC @", 0),
    (ESC, ord("a")): ("ESC a", 1),
    (ESC, ord("!")): ("ESC !", 1),
    (ESC, ord("E")): ("ESC E", 1),
    (ESC, ord("G")): ("ESC G", 1),
    (ESC, ord("-")): ("ESC -", 1),
    (ESC, ord("M")): ("ESC M", 1),
    (ESC, ord("t")): ("ESC t", 1),
    (ESC, ord("R")): ("ESC R", 1),
    (ESC, ord("d")): ("ESC d", 1),
    (ESC, ord("J")): ("ESC J", 1),
    (ESC, ord("2")): ("ESC 2", 0),
    (ESC, ord("3")): ("ESC 3", 1),
    (ESC, ord("{")): ("ESC {", 1),
    (ESC, ord(" ")): ("ESC SP", 1),
    (ESC, ord("$")): ("ESC $", 2),
    (ESC, ord("\\")): ("ESC \\", 2),
    (FS, ord("&")): ("FS &", 0),
    (FS, ord(".")): ("FS .", 0),
    (FS, ord("!")): ("FS !", 1),
    (FS, ord("-")): ("FS -", 1),
    (FS, ord("C")): ("FS C", 1),
    (FS, ord("S")): ("FS S", 2),
    (GS, ord("!")): ("GS !", 1),
    (GS, ord("B")): ("GS B", 1),
    (GS, ord("b")): ("GS b", 1),
    (GS, ord("L")): ("GS L", 2),
    (GS, ord("W")): ("GS W", 2),
    (GS, ord("r")): ("GS r", 1),
    (GS, ord("a")): ("GS a", 1),
}
_MOVES = {0x0A: "LF", 0x0D: "CR"}


class EscposParser:
    """Cuts a stream of bytes into tokens; keeps what is incomplete."""

    def __init__(self) -> None:
        self._buffer = b""
        self._chinese = False
        self.raw = b""
        """The bytes of the token that was given last."""

    @property
    def held(self) -> int:
        """How many bytes wait for the rest of their token."""
        return len(self._buffer)

    def receive(self, data: bytes) -> None:
        """Take bytes."""
        self._buffer += data

    def tokens(self) -> Iterator[Token]:
        """Give every complete token; what the taker does not ask for stays in the buffer."""
        while (found := self._first()) is not None:
            token, length = found
            self.raw, self._buffer = self._buffer[:length], self._buffer[length:]
            if isinstance(token, Command):
                self._follow_mode(token)
            yield token

    def _follow_mode(self, token: Command) -> None:
        if token.name == "FS &":
            self._chinese = True
        elif token.name in ("FS .", "ESC @"):
            self._chinese = False

    def _first(self) -> tuple[Token, int] | None:
        data = self._buffer
        if not data:
            return None
        if data[0] in (ESC, FS, GS):
            return self._command(data) if len(data) > 1 else None
        if data[0] in _MOVES:
            return Command(_MOVES[data[0]]), 1
        if data[0] < 0x20:
            return Unknown(data[:1]), 1
        length = 2 if self._chinese and data[0] >= 0x81 else 1
        return (Text(data[:length]), length) if len(data) >= length else None

    def _command(self, data: bytes) -> tuple[Token, int] | None:
        if (fixed := _FIXED.get((data[0], data[1]))) is not None:
            name, count = fixed
            return self._whole(name, data, 2, count)
        if data[0] != ESC and data[1:2] == b"(":
            return self._with_length("FS" if data[0] == FS else "GS", data)
        if data[0] != GS:
            return Unknown(data[:2]), 2
        match data[1:2]:
            case b"V":
                return self._cut(data)
            case b"v":
                return self._raster(data)
            case _:
                return Unknown(data[:2]), 2

    def _cut(self, data: bytes) -> tuple[Token, int] | None:
        if len(data) < 3:
            return None
        return self._whole("GS V", data, 2, 2 if data[2] in (65, 66) else 1)

    def _with_length(self, kind: str, data: bytes) -> tuple[Token, int] | None:
        if len(data) < 5:
            return None
        return self._whole(f"{kind} ( {chr(data[2])}", data, 5, int.from_bytes(data[3:5], "little"))

    def _raster(self, data: bytes) -> tuple[Token, int] | None:
        # GS v 0 m, bytes a row, rows, then the rows; the sizes stay among the parameters.
        if len(data) < 8:
            return None
        across = int.from_bytes(data[4:6], "little")
        down = int.from_bytes(data[6:8], "little")
        return self._whole("GS v 0", data, 3, 5 + across * down)

    @staticmethod
    def _whole(name: str, data: bytes, start: int, count: int) -> tuple[Token, int] | None:
        end = start + count
        return (Command(name, data[start:end]), end) if len(data) >= end else None
