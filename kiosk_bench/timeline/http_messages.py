"""Cuts one direction of an HTTP/1.1 connection into messages; it listens and changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEAD_MAX = 64 * 1024
BODY_KEPT = 64 * 1024
"""Bytes of a body that are kept; the rest, a program's new version perhaps, is only counted."""
_START = re.compile(rb"[A-Z]+ \S+ HTTP/1\.1$|HTTP/1\.1 \d{3}")
_LENGTH = re.compile(rb"(?im)^content-length: *(\d+) *\r?$")
_CHUNKED = re.compile(rb"(?im)^transfer-encoding: *chunked *\r?$")
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(slots=True)
class HttpMessage:
    """A request or an answer, as far as it has come."""

    first_line: str
    length: int | None
    """Of the body; None while it comes in chunks."""
    body: bytes = b""
    whole: bool = False


class HttpMessages:
    """``receive`` bytes in any pieces; each whole message comes out once."""

    def __init__(self) -> None:
        self._buffer = b""
        self._begun: HttpMessage | None = None
        self._left = 0

    def receive(self, data: bytes) -> Iterator[HttpMessage]:
        """Yield the messages that end in these bytes."""
        self._buffer += data
        while self._advance():
            assert self._begun is not None, "a message that advanced was begun"
            if self._begun.whole:
                message, self._begun = self._begun, None
                yield message

    def unfinished(self) -> HttpMessage | None:
        """Return the message that was begun and will not end, once."""
        begun, self._begun = self._begun, None
        return begun

    def _advance(self) -> bool:
        """Take a head or a piece of a body; False while more bytes are needed."""
        if self._begun is None:
            return self._begin()
        if self._begun.length is None:
            return self._take_chunks(self._begun)
        return self._take_body(self._begun)

    def _begin(self) -> bool:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            self._buffer = self._buffer[-HEAD_MAX:]
            return False
        first = head.partition(b"\r\n")[0]
        if _START.match(first) is None:
            self._buffer = b""  # the body of an answer that tells no length: it ends the connection
            return False
        length = _LENGTH.search(head)
        known = None if _CHUNKED.search(head) else int(length[1]) if length else 0
        self._begun = HttpMessage(first.decode("ascii", "replace"), known, whole=known == 0)
        self._buffer, self._left = rest, known or 0
        return True

    def _take_body(self, begun: HttpMessage) -> bool:
        piece, self._buffer = self._buffer[: self._left], self._buffer[self._left :]
        self._left -= len(piece)
        begun.body = (begun.body + piece)[:BODY_KEPT]
        begun.whole = self._left == 0
        return bool(piece)

    def _take_chunks(self, begun: HttpMessage) -> bool:
        """Let chunks go by unread: no answer that the timeline reads comes so."""
        _, found, rest = self._buffer.partition(_LAST_CHUNK)
        self._buffer = rest if found else self._buffer[-len(_LAST_CHUNK) :]
        begun.whole = bool(found)
        return bool(found)
