"""The file of a recording: a header line, a line a message, a last line; all of it JSON.

``Recorder`` is the only way to write one, and it writes nothing that has not been through the
wire's codec, which masks. There is no way to switch that off.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import trio

from kiosk_bench.recording.codec import EVENT, TO_DEVICE, TO_KIOSK, Codec, Message

FORMAT = "kiosk-bench recording 1"
DIRECTIONS = (TO_DEVICE, TO_KIOSK, EVENT)


class BadRecording(Exception):
    """A file that is no recording; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Header:
    """What was recorded, when, and by what."""

    wire: str
    """One of ``wires.WIRES``: ``zvt``, ``sam-v``, ``escpos``, ``card``, ``ipp``."""
    device: dict[str, str] = field(default_factory=dict)
    """What is known of the device beforehand: its port, the USB adapter, what the operator says."""
    began: str = ""
    """UTC, ISO 8601."""
    program: str = ""
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message and when it was whole, in seconds since the recording began."""

    at_s: float
    message: Message


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it was read."""

    header: Header
    messages: tuple[Recorded, ...]
    identity: dict[str, str]
    """What the device said of itself; empty where the recording was cut off."""


class Recorder:
    """Writes a recording while it happens. A context manager; its end writes the last line."""

    def __init__(
        self, path: Path, header: Header, codec: Codec,
        clock: Callable[[], float] = trio.current_time,
    ) -> None:  # fmt: skip
        """Begin the file, within a trio run. Raises OSError where it cannot be written."""
        self._codec, self._clock, self._start = codec, clock, clock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("x", encoding="utf-8")
        self.messages = 0
        self._write(asdict(header))

    def took(self, direction: str, data: bytes) -> None:
        """Bytes have come from one side."""
        for message in self._codec.feed(direction, data):
            self._keep(message)

    def event(self, note: str, data: bytes = b"") -> None:
        """Something happened to the wire; ``data`` is masked already, or empty."""
        self.settle()
        self._keep(Message(EVENT, data, note))

    def settle(self) -> None:
        """The wire has gone silent: what has no end is told of as it is."""
        for message in self._codec.flush():
            self._keep(message)

    def _keep(self, message: Message) -> None:
        self.messages += 1
        line: dict[str, object] = {
            "s": round(self._clock() - self._start, 4),
            "way": message.direction,
            "hex": message.data.hex(" "),
            "note": message.note,
        }
        if message.left_out:
            line["left_out"] = message.left_out
        self._write(line)

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.settle()
        self._write({"end": self.messages, "identity": self._codec.identity})
        self._file.close()


def now_utc() -> str:
    """Return the time for a header."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_recording(path: Path) -> Recording:
    """Read a recording. Raises BadRecording naming file and line, OSError."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header: Header | None = None
    messages: list[Recorded] = []
    identity: dict[str, str] = {}
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            if header is None:
                header = _header(line)
            elif "end" in line:
                identity = dict(line["identity"])
            else:
                messages.append(_recorded(line))
        except (ValueError, KeyError, TypeError) as fault:
            raise BadRecording(f"{path}:{number}: {_reason(fault)}") from fault
    if header is None:
        raise BadRecording(f"{path}:1: the file is empty")
    return Recording(header, tuple(messages), identity)


def _header(line: dict[str, object]) -> Header:
    if line.get("format") != FORMAT:
        raise ValueError(f"the first line is not that of a {FORMAT}")
    device = line["device"]
    if not isinstance(device, dict):
        raise TypeError("device is no table")
    return Header(str(line["wire"]), device, str(line["began"]), str(line["program"]))


def _recorded(line: dict[str, str]) -> Recorded:
    direction, data = line["way"], bytes.fromhex(line["hex"])
    if direction not in DIRECTIONS:
        raise ValueError(f"no direction {direction!r}")
    message = Message(direction, data, line["note"], int(line.get("left_out", 0)))
    return Recorded(float(line["s"]), message)


def _reason(fault: Exception) -> str:
    return f"{fault.args[0]!r} is missing" if isinstance(fault, KeyError) else str(fault)
