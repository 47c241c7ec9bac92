"""What the kiosk asks of a ZVT PIN pad: one frozen dataclass a command, with its APDU.

``05 01`` .. ``06 B0``, in the order of facts/pin-pad-and-payments.md 1.6 (PA00P015 rev 13.08,
chapter 2). All amounts are CNY. ``parse_command`` is the PIN pad's side of it (the workbench).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.money import Money
from kioskd.protocols.zvt_fields import (
    apdu,
    bitmap,
    packed,
    parse_bitmaps,
    parse_tlv,
    split_apdu,
    tlv,
    unpacked,
    unpacked_digits,
    violation,
)

CNY = 156
"""ISO 4217."""
EUR = 978
"""What a command without a currency means (PA00P015 2.2)."""
AMOUNT_MAX_FEN = 999_999_999_999
CONFIG_KIOSK_IN_CONTROL = 0x3E
"""Receipts built by the kiosk, 04 FF sent, no amount entry and no administration at the PIN pad.

With bit 80 a payment would be final only after every print block was acknowledged (PA00P015
2.2.8); without it the answer to 04 0F alone commits.
"""
SERVICE_STATUS_NO_PRINT = 0x03
"""06 20: send 04 0F of the last transaction, print nothing."""
TAG_TRANSACTION_ID = 0x1F1F
LINES_MAX = 4


@dataclass(frozen=True, slots=True)
class Registration:
    """06 00: log the kiosk on. ``tlv_objects`` b"" is an empty container (switches TLV on)."""

    control: ClassVar[bytes] = b"\x06\x00"
    password: str
    config: int = CONFIG_KIOSK_IN_CONTROL
    currency: int = CNY
    service: int | None = None
    tlv_objects: bytes | None = None

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        body = [_password(self.password), bytes([self.config]), packed(self.currency, 2)]
        if self.service is not None:
            body.append(bitmap(0x03, bytes([self.service])))
        if self.tlv_objects is not None:
            body.append(bitmap(0x06, self.tlv_objects))
        return apdu(self.control, body)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """06 01: charge ``amount``.

    ``ack_timeout_s`` (1..255) is how long the PIN pad waits for the answer to its approval before
    it reverses; ``waits_max`` how often it asks again after "wait". ``transaction_id`` mirrors
    TLV 1F1F verbatim; b"" is sent with length 0, None not. Zeros are sent with length 0 too: a
    PIN pad whose last receipt is 1 would take value 0 for "one less" and reverse it (4.2).
    """

    control: ClassVar[bytes] = b"\x06\x01"
    amount: Money
    ack_timeout_s: int | None = None
    waits_max: int | None = None
    transaction_id: bytes | None = None
    card_type: int | None = None
    currency: int = CNY

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        body = [_amount(self.amount), bitmap(0x49, packed(self.currency, 2))]
        if self.ack_timeout_s is not None:
            body.append(bitmap(0x01, bytes([self.ack_timeout_s])))
        if self.waits_max is not None:
            body.append(bitmap(0x02, bytes([self.waits_max])))
        if self.card_type is not None:
            body.append(bitmap(0x8A, bytes([self.card_type])))
        if self.transaction_id is not None:
            known = self.transaction_id if any(self.transaction_id) else b""
            body.append(bitmap(0x06, tlv(TAG_TRANSACTION_ID, known)))
        return apdu(self.control, body)


@dataclass(frozen=True, slots=True)
class LogOff:
    """06 02: end the registration."""

    control: ClassVar[bytes] = b"\x06\x02"

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control)


@dataclass(frozen=True, slots=True)
class TurnoverTotals:
    """06 10: tell count and sum since the last end of day; closes nothing."""

    control: ClassVar[bytes] = b"\x06\x10"
    password: str

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control, _password(self.password))


@dataclass(frozen=True, slots=True)
class RepeatReceipt:
    """06 20: tell the last transaction again."""

    control: ClassVar[bytes] = b"\x06\x20"
    password: str
    service: int = SERVICE_STATUS_NO_PRINT

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        body = _password(self.password) + bitmap(0x03, bytes([self.service]))
        return apdu(self.control, body)


@dataclass(frozen=True, slots=True)
class Reversal:
    """06 30: undo the transaction with this receipt, this amount in CNY, if they agree.

    Without TLV 1F1F: the id of an older transaction could pass for "one less" and undo a newer one.
    """

    control: ClassVar[bytes] = b"\x06\x30"
    password: str
    receipt: int
    amount: Money

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        receipt = bitmap(0x87, packed(self.receipt, 2))
        currency = bitmap(0x49, packed(CNY, 2))
        return apdu(
            self.control, [_password(self.password), receipt, _amount(self.amount), currency]
        )


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """06 50: close the batch and tell its count and sum."""

    control: ClassVar[bytes] = b"\x06\x50"
    password: str

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control, _password(self.password))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """06 70: test the way to the bank's host."""

    control: ClassVar[bytes] = b"\x06\x70"

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control)


@dataclass(frozen=True, slots=True)
class StatusEnquiry:
    """05 01: tell the terminal status. Only with the password may fields follow (2.56.1)."""

    control: ClassVar[bytes] = b"\x05\x01"
    password: str | None = None

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control, _password(self.password) if self.password else b"")


@dataclass(frozen=True, slots=True)
class Abort:
    """06 B0: stop what is running, if the PIN pad lets itself be stopped."""

    control: ClassVar[bytes] = b"\x06\xb0"

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control)


@dataclass(frozen=True, slots=True)
class DisplayText:
    """06 E0: show up to four lines of ASCII for some seconds. Taken, it is done: 80 00 ends it.

    Not of the sources of the others: field numbers as an open implementation of the same
    specification has them (ecrterm, chapter "Display Text").
    """

    control: ClassVar[bytes] = b"\x06\xe0"
    lines: tuple[str, ...]
    seconds: int

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        assert 0 < len(self.lines) <= LINES_MAX and 0 < self.seconds < 256, "what fits a display"
        body = [bitmap(0xF0, bytes([self.seconds]))]
        body += [bitmap(0xF1 + at, line.encode("ascii")) for at, line in enumerate(self.lines)]
        return apdu(self.control, body)


Command = (
    Registration | Authorisation | LogOff | TurnoverTotals | RepeatReceipt | Reversal | EndOfDay
    | Diagnosis | StatusEnquiry | Abort | DisplayText
)  # fmt: skip

MOVES_MONEY = (Authorisation, Reversal, EndOfDay)
"""Never sent twice unless the PIN pad refused the first block (facts 4.3 row 7)."""


def parse_command(raw: bytes) -> Command:
    """Read a command as the PIN pad would. Raises ProtocolViolation, also for unknown ones."""
    control, data = split_apdu(raw)
    parse = _PARSERS.get(control)
    if parse is None:
        raise violation(f"command {control.hex(' ')} is unknown")
    return parse(data)


def _parse_authorisation(data: bytes) -> Authorisation:
    fields = parse_bitmaps(data)
    if 0x04 not in fields:
        raise violation("authorisation without an amount")
    container = parse_tlv(fields.get(0x06, b""))
    return Authorisation(
        amount=Money(unpacked(fields[0x04])),
        ack_timeout_s=_byte(fields, 0x01),
        waits_max=_byte(fields, 0x02),
        transaction_id=container.get(TAG_TRANSACTION_ID),
        card_type=_byte(fields, 0x8A),
        currency=unpacked(fields[0x49]) if 0x49 in fields else EUR,
    )


def _parse_registration(data: bytes) -> Registration:
    if len(data) < 6:
        raise violation("registration is cut")
    fields = parse_bitmaps(data[6:])
    return Registration(
        password=_parse_password(data),
        config=data[3],
        currency=unpacked(data[4:6]),
        service=_byte(fields, 0x03),
        tlv_objects=fields.get(0x06),
    )


def _parse_reversal(data: bytes) -> Reversal:
    fields = parse_bitmaps(data[3:])
    if 0x87 not in fields or 0x04 not in fields or 0x49 not in fields:
        raise violation("reversal without receipt, amount and currency")
    if unpacked(fields[0x49]) != CNY:
        raise violation("reversal in another currency")
    amount = Money(unpacked(fields[0x04]))
    return Reversal(_parse_password(data), unpacked(fields[0x87]), amount)


def _password(digits: str) -> bytes:
    return packed(int(digits), 3)


def _parse_password(data: bytes) -> str:
    if len(data) < 3:
        raise violation("password is cut")
    return unpacked_digits(data[:3])


def _amount(amount: Money) -> bytes:
    assert 0 <= amount.fen <= AMOUNT_MAX_FEN, "an amount that ZVT can carry"
    return bitmap(0x04, packed(amount.fen, 6))


def _byte(fields: dict[int, bytes], identity: int) -> int | None:
    return fields[identity][0] if identity in fields else None


def _parse_repeat_receipt(data: bytes) -> RepeatReceipt:
    service = parse_bitmaps(data[3:]).get(0x03)
    return RepeatReceipt(_parse_password(data), service[0] if service else 0)


def _parse_display_text(data: bytes) -> DisplayText:
    fields = parse_bitmaps(data)
    texts = [fields[at] for at in range(0xF1, 0xF1 + LINES_MAX) if at in fields]
    if not texts or not all(text.isascii() for text in texts) or not _byte(fields, 0xF0):
        raise violation("a text without lines, letters or an end")
    return DisplayText(tuple(text.decode("ascii") for text in texts), fields[0xF0][0])


_PARSERS: Mapping[bytes, Callable[[bytes], Command]] = {
    Registration.control: _parse_registration,
    Authorisation.control: _parse_authorisation,
    LogOff.control: lambda _: LogOff(),
    TurnoverTotals.control: lambda data: TurnoverTotals(_parse_password(data)),
    RepeatReceipt.control: _parse_repeat_receipt,
    Reversal.control: _parse_reversal,
    EndOfDay.control: lambda data: EndOfDay(_parse_password(data)),
    Diagnosis.control: lambda _: Diagnosis(),
    StatusEnquiry.control: lambda data: StatusEnquiry(_parse_password(data) if data else None),
    Abort.control: lambda _: Abort(),
    DisplayText.control: _parse_display_text,
}
