"""What went between kiosk and A4 printer, in words: operations and states, no name of a job."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pyipp.enums import IppJobState, IppOperation, IppPrinterState, IppStatus
from pyipp.exceptions import IPPError
from pyipp.parser import parse

from kiosk_bench.timeline.http_messages import HttpMessage, HttpMessages
from kioskd.protocols.ipp_shape import Malformed, well_formed

NO_REASON: Final = ("none", "")
_HEAD_BYTES: Final = 8
_WORD: Final = re.compile(r"[a-z0-9-]+")


class IppTalk:
    """Follows one connection."""

    def __init__(self) -> None:
        self._requests, self._answers = HttpMessages(), HttpMessages()

    def asked(self, data: bytes) -> Iterator[str]:
        """Yield a line for each request that ends in these bytes."""
        for message in self._requests.receive(data):
            yield _request(message)

    def answered(self, data: bytes) -> Iterator[str]:
        """Yield a line for each answer that ends in these bytes."""
        for message in self._answers.receive(data):
            yield _answer(message)


def _request(message: HttpMessage) -> str:
    if len(message.body) < _HEAD_BYTES:
        return "not IPP"
    name = _name(IppOperation, int.from_bytes(message.body[2:4], "big")).title()
    job = _attributes(message.body).get("operation-attributes", {}).get("job-id")
    return f"{name} of job {job}" if isinstance(job, int) else name


def _answer(message: HttpMessage) -> str:
    if len(message.body) < _HEAD_BYTES:
        return message.first_line.removeprefix("HTTP/1.1 ")
    told = _attributes(message.body)
    words = [_name(IppStatus, int.from_bytes(message.body[2:4], "big"))]
    for job in told.get("jobs", ()):
        words += [f"job {job.get('job-id', '?')}"] if "job-id" in job else []
        words += _state(job, "job", IppJobState)
        if "job-impressions-completed" in job:
            words.append(f"pages out: {job['job-impressions-completed']}")
    for printer in told.get("printers", ()):
        words += _state(printer, "printer", IppPrinterState)
    return ", ".join(words)


def _state(told: dict[str, Any], whose: str, states: Any) -> list[str]:
    """Return the state and its reasons, which are keywords of the standard."""
    state, reasons = told.get(f"{whose}-state"), told.get(f"{whose}-state-reasons", ())
    listed = [reasons] if isinstance(reasons, str) else list(reasons)
    words = [] if state is None else [_name(states, int(state))]
    return words + [one for one in listed if one not in NO_REASON and _WORD.fullmatch(str(one))]


def _attributes(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse(well_formed(body)))
    except (Malformed, IPPError, ValueError, KeyError, IndexError):
        return {}


def _name(names: Any, number: int) -> str:
    try:
        return str(names(number).name).lower().replace("_", "-")
    except ValueError:
        return f"{number:04X}"
