"""The simulated PIN pad's side of message numbering (TLV 1F73)."""

from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import Registration
from kioskd.protocols.zvt_sequence import following, sequence_of, tagged


class Numbers:
    """Numbers what goes out and knows a repeat of what came in; off until ``begin``."""

    def __init__(self) -> None:
        self._active = False
        self._top = 0
        self._heard: int | None = None
        self._said = 0
        self._running = b""
        self._answer: bytes | None = None

    def begin(self) -> None:
        """Number from the next command on."""
        self._active, self._top, self._heard = True, 0, None

    def outgoing(self, apdu: bytes) -> bytes:
        """Return what goes on the line for ``apdu``."""
        if not self._active:
            return apdu
        if apdu[0] in (0x80, 0x84):
            self._answer = apdu if self._heard is None else tagged(apdu, self._heard)
            return self._answer
        self._top = self._said = following(self._top)
        return tagged(apdu, self._said, self._running)

    def is_ours(self, answer: bytes) -> bool:
        """Tell whether the kiosk's answer is to what was said last."""
        return not self._active or self._number(answer) == self._said

    def repeated(self, command: bytes) -> bytes | None:
        """Return the answer to give again to a repeated command, b"" if none was given yet.

        None: it is a new one.
        """
        if command[:2] == Registration.control:
            self._active = False
        self._running = command[:2]
        number = self._number(command) if self._active else None
        if number is None:
            return None
        if number == self._heard:
            return self._answer or b""
        self._heard = self._top = number
        self._answer = None
        return None

    def _number(self, apdu: bytes) -> int | None:
        try:
            return sequence_of(apdu)
        except ProtocolViolation:
            return None
