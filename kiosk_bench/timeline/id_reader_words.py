"""What went between kiosk and resident ID reader, in words."""

import re

from kioskd.protocols.sam_v import Command, Status

_ANSWER = re.compile(r"([0-9a-f]{2}) and (\d+) bytes")
_CALLED = {
    Status.OK: "done",
    Status.NO_CARD: "no card",
    Status.CARD_FOUND: "a card is there",
}


def id_reader_words(direction: str, logged: str) -> str:
    """Return what a line of the wire log means. Never raises for what a wire may carry."""
    if direction == "<":
        return _answer(logged)
    try:
        return _named(Command(bytes.fromhex(logged)))
    except ValueError:
        return "not a request"


def _named(code: Command | Status) -> str:
    words = code.name.replace("_", " ").lower()
    return words.replace("sam", "SAM")


def _answer(logged: str) -> str:
    found = _ANSWER.fullmatch(logged)
    if found is None:
        return "not an answer"
    number, size = int(found[1], 16), int(found[2])
    try:
        status = Status(number)
    except ValueError:
        return f"status {number:02X}"
    return _CALLED.get(status, _named(status)) + (f", {size} bytes" if size else "")
