"""What a probe has found: a table of yes, no and unknown, with the bytes that show each."""

from dataclasses import dataclass
from enum import Enum

from kiosk_bench.recording.codec import Message

BYTES_SHOWN = 40


class Verdict(Enum):
    """Whether the device supports something."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """It could not be told: the detail says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table."""

    question: str
    verdict: Verdict
    detail: str = ""
    shown: tuple[Message, ...] = ()
    """What went over the wire meanwhile, masked."""


class Silent(Exception):
    """The device does not speak its protocol; the text says what came instead."""


def verdict(yes: bool) -> Verdict:
    """Return YES or NO."""
    return Verdict.YES if yes else Verdict.NO


def table(findings: list[Finding]) -> str:
    """Return the lines to print."""
    width = max((len(one.question) for one in findings), default=0)
    return "\n".join(line for one in findings for line in _lines(one, width))


def _lines(finding: Finding, width: int) -> list[str]:
    head = f"{finding.question:{width}}  {finding.verdict.value:7}  {finding.detail}".rstrip()
    return [head, *(f"    {_line(message)}" for message in finding.shown)]


def _line(message: Message) -> str:
    data = message.data[:BYTES_SHOWN].hex(" ")
    more = f" and {len(message.data) - BYTES_SHOWN} more" * (len(message.data) > BYTES_SHOWN)
    return f"{message.direction} {data}{more}"
