"""What went between kiosk and social security card, in words: commands by name, status words."""

import re

from kioskd.protocols.iso7816 import Response, Status
from kioskd.protocols.social_card import EF05, EF06, SSSE, Item

SELECT, READ_RECORD, GET_RESPONSE = 0xA4, 0xB2, 0xC0
INTERNAL_AUTHENTICATE, VERIFY, CHANGE_PIN, GET_CHALLENGE = 0x88, 0x20, 0x5E, 0x84
NAMES = {
    GET_RESPONSE: "GET RESPONSE",
    INTERNAL_AUTHENTICATE: "INTERNAL AUTHENTICATE",
    VERIFY: "VERIFY PIN",
    CHANGE_PIN: "CHANGE PIN",
    GET_CHALLENGE: "GET CHALLENGE",
}
BY_NUMBER = 0x04
_LOGGED = re.compile(r"(?:\[(?P<count>\d+) bytes\] ?)?(?P<bytes>[0-9a-f ]*)(?:\[\d+ bytes\])?")


class CardWords:
    """Follows the wire: what a record holds depends on the file that is selected."""

    def __init__(self) -> None:
        self._file = 0

    def tell(self, direction: str, logged: str) -> str:
        """Return what a line of the wire log means. Never raises for what a wire may carry."""
        found = _LOGGED.fullmatch(logged)
        raw = bytes.fromhex(found["bytes"]) if found else b""
        if direction == "<":
            return _answer(raw, int(found["count"] or 0) if found else 0)
        return self._command(raw) if len(raw) >= 4 else "not an APDU"

    def _command(self, raw: bytes) -> str:
        ins, p1, p2 = raw[1:4]
        if ins == SELECT:
            return f"SELECT {self._selected(raw[5:])}"
        if ins == READ_RECORD:
            return f"READ RECORD {self._record(p1, p2)}"
        return NAMES.get(ins, f"instruction {ins:02X}")

    def _selected(self, name: bytes) -> str:
        if name.startswith(SSSE):
            return "SSSE"
        self._file = int.from_bytes(name[:2], "big")
        return f"EF{self._file & 0xFF:02X}" if self._file in (EF05, EF06) else "another file"

    def _record(self, p1: int, p2: int) -> str:
        for item in Item:
            place = item.place
            if place.file == self._file and p1 == (place.record if p2 == BY_NUMBER else place.tag):
                return item.title.replace("_", " ")
        return f"{p1:02X}"


def _answer(raw: bytes, count: int) -> str:
    if len(raw) != 2:
        return "not an answer"
    answer = Response(b"", int.from_bytes(raw, "big"))
    return f"{raw.hex().upper()} {_status(answer)}" + (f", {count} bytes" if count else "")


def _status(answer: Response) -> str:
    sw1, sw2 = answer.sw >> 8, answer.sw & 0xFF
    if sw1 == 0x61:
        return f"{sw2 or 256} bytes wait"
    if sw1 == 0x6C:
        return f"ask for {sw2 or 256} bytes"
    if answer.tries_left is not None:
        return f"wrong PIN, {answer.tries_left} tries left"
    if answer.status is Status.OTHER:
        return "status unknown"
    return "OK" if answer.status is Status.OK else answer.status.name.replace("_", " ").lower()
