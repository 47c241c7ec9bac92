"""What went between kiosk and centre, in words: path, status, time, and what bodies say of money.

A path's pieces stay if they are words of the contract, references of payments or short numbers. Of
a body only what is listed here is read, by the contract's own types; none of it names a person.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from kiosk_bench.timeline.http_messages import HttpMessage, HttpMessages
from kioskd.protocols.central import (
    ASSESSMENT_PATH,
    PAYMENT_PATH,
    AssessmentRequest,
    ContractBroken,
    PaymentReport,
    Posting,
    Problem,
    decode,
)
from kioskd.protocols.central_books import DAY_END_PATH, DayEndReport

_IMPERSONAL = re.compile(r"[a-z][a-z-]*|v1|K\d{4}(?:-[A-Z0-9]{4}-\d{6})?|\d{1,6}|")
HIDDEN = "…"
BAD = 400

Reader = tuple[str, type[Any], Callable[[Any], str]]
_ASKED: tuple[Reader, ...] = (
    (PAYMENT_PATH, PaymentReport, lambda it: f"{it.state.value}, {it.amount} yuan"),
    (ASSESSMENT_PATH, AssessmentRequest,
     lambda it: f"{it.scheme.value} {it.percent} %, {len(it.months)} months"),
    (DAY_END_PATH, DayEndReport, lambda it: f"{len(it.payments)} payments, {it.told[1]} yuan"),
)  # fmt: skip


class CentreTalk:
    """Follows one connection: an answer belongs to the request before it."""

    def __init__(self) -> None:
        self._requests, self._answers = HttpMessages(), HttpMessages()
        self._waiting: list[tuple[str, str, float]] = []
        """Method, path and time of the requests that were not answered yet."""
        self.posted: list[str] = []
        """What the centre said that it has posted, and nobody has fetched yet."""

    def asked(self, data: bytes, now: float) -> Iterator[str]:
        """Yield a line for each request that ends in these bytes."""
        for message in self._requests.receive(data):
            yield self._request(message, now)

    def answered(self, data: bytes, now: float) -> Iterator[str]:
        """Yield a line for each answer that ends in these bytes."""
        for message in self._answers.receive(data):
            yield self._answer(message, now)

    def broken_off(self, now: float) -> Iterator[str]:
        """Yield a line for the request that the connection's end has cut off."""
        begun = self._requests.unfinished()
        if begun is not None:
            yield f"{self._request(begun, now)}, cut off"

    def fetch_posted(self) -> list[str]:
        """Return what was posted since the last time."""
        posted, self.posted = self.posted, []
        return posted

    def _request(self, message: HttpMessage, now: float) -> str:
        method, path, _ = message.first_line.split(" ", 2)
        self._waiting.append((method, path, now))
        told = _read(_ASKED, path, message.body) if method == "PUT" else ""
        return ", ".join(filter(None, (f"{method} {masked_path(path)}", told)))

    def _answer(self, message: HttpMessage, now: float) -> str:
        status = message.first_line.split(" ", 1)[1]
        asked = self._waiting.pop(0) if self._waiting else ("", "", now)
        words = [status, f"{(now - asked[2]) * 1000:.0f} ms"]
        if int(status[:3]) >= BAD:
            words.append(_problem(message.body))
        elif asked[0] == "PUT":
            words.append(_read(_ANSWERED, asked[1], message.body))
            self._note_posting(asked[1], message.body)
        return ", ".join(filter(None, words))

    def _note_posting(self, path: str, body: bytes) -> None:
        posting = _decoded(PAYMENT_PATH, path, body, Posting)
        if posting is not None and posting.receipt_number:
            self.posted.append(f"{posting.ref} posted, receipt {posting.receipt_number}")


def masked_path(path: str) -> str:
    """Return a path with the pieces hidden that might belong to a person, and without a query."""
    pieces = path.partition("?")[0].split("/")
    return "/".join(one if _IMPERSONAL.fullmatch(one) else HIDDEN for one in pieces)


def _read(readers: tuple[Reader, ...], path: str, body: bytes) -> str:
    for template, wanted, words in readers:
        value = _decoded(template, path, body, wanted)
        if value is not None:
            return words(value)
    return ""


def _decoded(template: str, path: str, body: bytes, wanted: type[Any]) -> Any:
    """Return the value if the path is of this kind and the body keeps the contract."""
    kind = re.escape(template.partition("{")[0])
    if re.fullmatch(f"{kind}[^/]+", path) is None:
        return None
    try:
        return decode(body, wanted)
    except ContractBroken:
        return None


def _posting(posting: Posting) -> str:
    told = [posting.state.value]
    if posting.receipt_number:
        told.append(f"receipt {posting.receipt_number}")
    if posting.give_back:
        told.append("give it back")
    return ", ".join(told)


def _problem(body: bytes) -> str:
    try:
        return decode(body, Problem).code.value
    except ContractBroken:
        return "no problem document"


_ANSWERED: tuple[Reader, ...] = ((PAYMENT_PATH, Posting, _posting),)
