"""A recording as a device: it answers what was answered, in order. Sans-IO.

A request is the recorded one if the wire's codec says so, which forgives what differs by nature: a
date, a number, a PIN. What the kiosk asks idly it may ask more or less often than it did. At
anything else the playback has come to its end: ``Mismatch`` says where.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk_bench.recording.codec import EVENT, TO_DEVICE, Codec, Message
from kiosk_bench.recording.file import Recorded, Recording


class Mismatch(Exception):
    """The kiosk asked something else than was recorded; the text names message and byte."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the device does next: say ``message``, or be as an event tells, after ``after_s``."""

    after_s: float
    message: Message


class Playback:
    """Give it what the kiosk sends; do what it returns."""

    def __init__(self, recording: Recording, codec: Codec) -> None:
        self._recorded, self._codec = recording.messages, codec
        self._at = 0
        self._asked: list[tuple[Message, list[Reply]]] = []

    @property
    def ended(self) -> bool:
        """Whether all that was recorded has been heard and said."""
        return self._at == len(self._recorded)

    def begin(self) -> list[Reply]:
        """Return what the device did before it was asked anything."""
        return self._spoken(self._at)

    def hear(self, data: bytes) -> list[Reply]:
        """Take bytes from the kiosk. Raises Mismatch."""
        messages = self._codec.feed(TO_DEVICE, data)
        return [reply for message in messages for reply in self.answer(message)]

    def answer(self, request: Message) -> list[Reply]:
        """Take a whole message from the kiosk. Raises Mismatch."""
        if self._codec.is_hint(request):
            return self._take_hint()
        found = self._find(request)
        if found is None:
            return self._again(request)
        at, before = found
        replies = before + self._spoken(at + 1)
        self._asked.append((request, replies))
        return replies

    def _take_hint(self) -> list[Reply]:
        expected = self._recorded[self._at].message if not self.ended else None
        if expected is None or not self._is_request(expected) or not self._codec.is_hint(expected):
            return []
        return self._spoken(self._at + 1)

    def _find(self, request: Message) -> tuple[int, list[Reply]] | None:
        """Return where the request was recorded, and what was said on the way there."""
        said: list[Reply] = []
        skipping = False
        for at in range(self._at, len(self._recorded)):
            message = self._recorded[at].message
            if not self._is_request(message):
                said += [] if skipping else [self._reply(at)]
            elif not self._codec.is_hint(message):
                if self._codec.same(message, request):
                    return at, said
                if not self._codec.may_repeat(message):
                    return None
                skipping = True
        return None

    def _again(self, request: Message) -> list[Reply]:
        """Answer a repeated request as before. Raises Mismatch where it is none."""
        idle = self._codec.may_repeat(request)
        for asked, replies in reversed(self._asked if idle else self._asked[-1:]):
            if self._codec.same(asked, request):
                return replies
        raise Mismatch(self._told(request))

    def _spoken(self, start: int) -> list[Reply]:
        """Return what the device did from there on until it was asked again; go on after it."""
        self._at = next(self._requests_from(start), len(self._recorded))
        return [self._reply(at) for at in range(start, self._at)]

    def _requests_from(self, start: int) -> Iterator[int]:
        rest = range(start, len(self._recorded))
        return (at for at in rest if self._is_request(self._recorded[at].message))

    def _reply(self, at: int) -> Reply:
        before = self._recorded[at - 1].at_s if at else 0.0
        return Reply(self._recorded[at].at_s - before, self._recorded[at].message)

    def _told(self, request: Message) -> str:
        at = next(
            (at for at in self._requests_from(self._at) if not self._hints(at)), len(self._recorded)
        )
        if at == len(self._recorded):
            return f"after the end of the recording came {request.note}"
        expected = self._recorded[at]
        return (
            f"message {at + 1} at {expected.at_s:.3f} s, byte {_offset(expected, request)}:"
            f" recorded was {expected.message.note}, now came {request.note}"
        )

    def _hints(self, at: int) -> bool:
        return self._codec.is_hint(self._recorded[at].message)

    @staticmethod
    def _is_request(message: Message) -> bool:
        return message.direction == TO_DEVICE


def is_event(reply: Reply) -> bool:
    """Tell whether this is something that happened rather than something said."""
    return reply.message.direction == EVENT


def _offset(expected: Recorded, request: Message) -> int:
    """Return the first byte that differs."""
    pairs = zip(expected.message.data, request.data, strict=False)
    shortest = min(len(expected.message.data), len(request.data))
    return next((at for at, (one, other) in enumerate(pairs) if one != other), shortest)
