"""What a ZVT PIN pad says, and the answers either side gives: frozen dataclasses and their APDUs.

``parse_apdu`` drops card number and tracks (fields 22, 23, 24, 2D, 2E and the expiry date 0E)
where they enter: no object made here can hold them. Fields in any order are accepted; after an
unknown one the rest is left unread. Every fault in the bytes is a ``ProtocolViolation``.

Source: PA00P015 rev 13.08, chapters 3 and 9; facts/pin-pad-and-payments.md 1.5 to 1.9.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from kioskd.domain.money import Money, total
from kioskd.domain.payment import TransactionRecord
from kioskd.protocols.zvt_commands import TAG_TRANSACTION_ID, StatusEnquiry
from kioskd.protocols.zvt_fields import (
    apdu,
    bitmap,
    counted_extent,
    packed,
    parse_bitmaps,
    parse_tlv,
    split_apdu,
    tlv,
    unpacked,
    unpacked_digits,
    violation,
)
from kioskd.protocols.zvt_sequence import intermediate_fields_at

T = TypeVar("T")

TAG_LONG_TRACE = 0x1F2B
"""Takes the place of field 0B, which is 000000 then."""
_MINUS = 0xD
GROUPS = 7
"""Card groups in field 60; cards of UnionPay count under the last, "others"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """80 00 or 84 xx: the answer to a command of the other side. ``84 00`` is positive too."""

    code: int = 0

    @property
    def positive(self) -> bool:
        """Whether it is 80 00 or 84 00."""
        return self.code == 0

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(b"\x80\x00" if self.positive else bytes([0x84, self.code]))


ACCEPTED = Answer()
NOT_YET = Answer(0x9C)
REFUSED = Answer(0x66)
"""To an approval: do not commit, reverse it."""
NOT_SUPPORTED = Answer(0x83)
CANNOT_PRINT = Answer(0xCC)


@dataclass(frozen=True, slots=True)
class IntermediateStatus:
    """04 FF: what the PIN pad is doing; may lengthen T4 to ``timeout_min`` minutes."""

    control: ClassVar[bytes] = b"\x04\xff"
    status: int
    timeout_min: int | None = None

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        minutes = b"" if self.timeout_min is None else packed(self.timeout_min, 1)
        return apdu(self.control, bytes([self.status]) + minutes)


@dataclass(frozen=True, slots=True)
class Totals:
    """Field 60: receipts from and to, and count and sum of each card group."""

    first_receipt: int
    last_receipt: int
    groups: tuple[tuple[int, Money], ...]
    """A sum is negative where more was given back than taken."""

    @property
    def count(self) -> int:
        """Return how many transactions."""
        return sum(count for count, _ in self.groups)

    @property
    def sum(self) -> Money:
        """Return what they come to."""
        return total([money for _, money in self.groups])

    def to_bytes(self) -> bytes:
        """Return the value of field 60."""
        groups = b"".join(bytes([count]) + _signed(money) for count, money in self.groups)
        return packed(self.first_receipt, 2) + packed(self.last_receipt, 2) + groups


@dataclass(frozen=True, slots=True)
class StatusInformation:
    """04 0F: the facts of a transaction or of a batch. Without the card's number."""

    control: ClassVar[bytes] = b"\x04\x0f"
    result: int
    amount: Money | None = None
    currency: int | None = None
    receipt: int | None = None
    trace: int | None = None
    time: str = ""
    """HHMMSS or empty."""
    date: str = ""
    """MMDD or empty."""
    terminal_id: str = ""
    card_type: int | None = None
    payment_type: int | None = None
    transaction_id: bytes = b""
    totals: Totals | None = None

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control, self.to_fields())

    def to_fields(self) -> bytes:
        """Return the field list alone, so that a simulated PIN pad may add what we drop."""
        return b"".join(
            bitmap(identity, value)
            for identity, value in (
                (0x27, bytes([self.result])),
                (0x04, _maybe(self.amount, _signed)),
                (0x49, _maybe(self.currency, lambda number: packed(number, 2))),
                (0x87, _maybe(self.receipt, lambda number: packed(number, 2))),
                (0x0B, _maybe(self.trace, lambda number: packed(number, 3))),
                (0x0C, bytes.fromhex(self.time)),
                (0x0D, bytes.fromhex(self.date)),
                (0x29, bytes.fromhex(self.terminal_id)),
                (0x8A, _maybe(self.card_type, lambda kind: bytes([kind]))),
                (0x19, _maybe(self.payment_type, lambda kind: bytes([kind]))),
                (0x60, _maybe(self.totals, Totals.to_bytes)),
                (0x06, _transaction_id_object(self.transaction_id)),
            )
            if value
        )

    def to_record(self, amount: Money | None = None) -> TransactionRecord | None:
        """Return the transaction it tells of, None where it names no receipt or no amount.

        ``amount`` stands in where the PIN pad does not repeat what it was asked to charge.
        """
        known = amount if self.amount is None else self.amount
        if known is None or self.receipt is None:
            return None
        return TransactionRecord(
            amount=known,
            receipt=self.receipt,
            trace=self.trace or 0,
            terminal_id=self.terminal_id,
            date=self.date,
            time=self.time,
            result=self.result,
            card_type=self.card_type,
            transaction_id=self.transaction_id,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """06 0F: the running command has ended well."""

    control: ClassVar[bytes] = b"\x06\x0f"
    status: int | None = None
    terminal_id: str = ""
    currency: int | None = None

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        body = b""
        if self.status is not None:
            body += bitmap(0x19, bytes([self.status]))
        if self.terminal_id:
            body += bitmap(0x29, bytes.fromhex(self.terminal_id))
        if self.currency is not None:
            body += bitmap(0x49, packed(self.currency, 2))
        return apdu(self.control, body)


@dataclass(frozen=True, slots=True)
class StatusReport:
    """06 0F after 05 01: a software version if asked for, then the status with no id before it."""

    control: ClassVar[bytes] = b"\x06\x0f"
    status: int
    software: str = ""

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        text = self.software.encode("ascii")
        count = bytes(0xF0 | int(digit) for digit in f"{len(text):03d}")
        return apdu(self.control, count + text + bytes([self.status]))


@dataclass(frozen=True, slots=True)
class AbortByTerminal:
    """06 1E: the running command has ended badly; ``code`` says why."""

    control: ClassVar[bytes] = b"\x06\x1e"
    code: int

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control, bytes([self.code]))


@dataclass(frozen=True, slots=True)
class PrintRequest:
    """06 D1 or 06 D3: print this. A receipt may hold a card number, so its text is not kept."""

    block: bool

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        # An empty line: what a request holds besides is dropped at parsing.
        return apdu(b"\x06\xd3", bitmap(0x06, b"")) if self.block else apdu(b"\x06\xd1", b"\x00")


@dataclass(frozen=True, slots=True)
class SetClock:
    """04 01: the PIN pad tells its date (YYMMDD) and time (HHMMSS)."""

    control: ClassVar[bytes] = b"\x04\x01"
    date: str
    time: str

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(
            self.control,
            bitmap(0xAA, bytes.fromhex(self.date)) + bitmap(0x0C, bytes.fromhex(self.time)),
        )


@dataclass(frozen=True, slots=True)
class UnknownRequest:
    """A command that a kiosk does not serve; its data is dropped."""

    control: bytes

    def to_apdu(self) -> bytes:
        """Return the APDU."""
        return apdu(self.control)


Message = (
    Answer | IntermediateStatus | StatusInformation | Completion | StatusReport | AbortByTerminal
    | PrintRequest | SetClock | UnknownRequest
)  # fmt: skip


DECISIVE = (StatusInformation, StatusReport, Completion, AbortByTerminal)
"""Results and ends."""


def parse_apdu(raw: bytes, answering: bytes = b"") -> Message:
    """Read what the PIN pad sent. Raises ProtocolViolation.

    ``answering`` is the control field of the command that is running: the completion of a status
    enquiry has a form of its own.
    """
    control, data = split_apdu(raw)
    if control[0] == 0x80:
        return Answer()
    if control[0] == 0x84:
        # 84 1E carries the reason behind it, as 06 1E does (PA00P015 2.1).
        return Answer(data[0] if control[1] == 0x1E and data else control[1])
    if control == StatusReport.control and answering == StatusEnquiry.control and data:
        return _parse_status_report(data)
    parse = _PARSERS.get(control)
    return UnknownRequest(control) if parse is None else parse(data)


def _parse_intermediate(data: bytes) -> IntermediateStatus:
    if not data:
        raise violation("intermediate status is empty")
    minutes = unpacked(data[1 : intermediate_fields_at(data)])  # they have no id
    return IntermediateStatus(data[0], minutes or None)


def _parse_status_information(data: bytes) -> StatusInformation:
    fields = parse_bitmaps(data)
    if 0x27 not in fields and 0x60 not in fields:  # with totals the result may be missing (3.1.3)
        raise violation("status information without a result")
    container = parse_tlv(fields.get(0x06, b""))
    return StatusInformation(
        result=fields.get(0x27, b"\x00")[0],
        amount=None if 0x04 not in fields else _parse_signed(fields[0x04]),
        currency=_maybe_number(fields.get(0x49)),
        receipt=_maybe_number(fields.get(0x87)),
        trace=_trace(fields, container),
        time=unpacked_digits(fields.get(0x0C, b"")),
        date=unpacked_digits(fields.get(0x0D, b"")),
        terminal_id=unpacked_digits(fields.get(0x29, b"")),
        card_type=_maybe_byte(fields.get(0x8A)),
        payment_type=_maybe_byte(fields.get(0x19)),
        transaction_id=container.get(TAG_TRANSACTION_ID, b""),
        totals=_parse_totals(fields[0x60]) if 0x60 in fields else None,
    )


def _parse_totals(data: bytes) -> Totals:
    if len(data) < 4 or (len(data) - 4) % 7:
        raise violation("totals are cut")
    rows = [data[at : at + 7] for at in range(4, len(data), 7)]
    groups = tuple((row[0], _parse_signed(row[1:])) for row in rows)
    return Totals(unpacked(data[:2]), unpacked(data[2:4]), groups)


def _signed(money: Money) -> bytes:
    """Return an amount; a negative one has D in its first half byte.

    So it stands for TLV 1F6A and for goods (8.1.3); for field 60 nothing is said.
    """
    data = packed(abs(money.fen), 6)
    return data if money.fen >= 0 else bytes([_MINUS << 4 | data[0] & 0x0F]) + data[1:]


def _parse_signed(data: bytes) -> Money:
    if data[0] >> 4 == _MINUS:
        return Money(-unpacked(bytes([data[0] & 0x0F]) + data[1:]))
    return Money(unpacked(data))


def _trace(fields: Mapping[int, bytes], container: Mapping[int, bytes]) -> int | None:
    short = _maybe_number(fields.get(0x0B))
    return short or _maybe_number(container.get(TAG_LONG_TRACE)) or short


def _parse_completion(data: bytes) -> Completion:
    if len(data) == 1:
        return Completion(status=data[0])
    fields = parse_bitmaps(data)
    return Completion(
        status=_maybe_byte(fields.get(0x19)),
        terminal_id=unpacked_digits(fields.get(0x29, b"")),
        currency=_maybe_number(fields.get(0x49)),
    )


def _parse_status_report(data: bytes) -> StatusReport:
    at, size = 0, 0
    if len(data) > 3 and all(byte >> 4 == 0xF for byte in data[:3]):
        at, size = counted_extent(data, 0, 3)
    if len(data) <= at + size:
        raise violation("status byte is missing")
    software = data[at : at + size].decode("ascii", "replace")
    return StatusReport(data[at + size], software)


def _parse_abort(data: bytes) -> AbortByTerminal:
    if not data:
        raise violation("abort without a code")
    return AbortByTerminal(data[0])


def _parse_clock(data: bytes) -> SetClock:
    fields = parse_bitmaps(data)
    return SetClock(
        unpacked_digits(fields.get(0xAA, b"")),
        unpacked_digits(fields.get(0x0C, b"")),
    )


_PARSERS: Mapping[bytes, Callable[[bytes], Message]] = {
    IntermediateStatus.control: _parse_intermediate,
    StatusInformation.control: _parse_status_information,
    Completion.control: _parse_completion,
    AbortByTerminal.control: _parse_abort,
    SetClock.control: _parse_clock,
    b"\x06\xd1": lambda _: PrintRequest(block=False),
    b"\x06\xd3": lambda _: PrintRequest(block=True),
}


def _maybe(value: T | None, encode: Callable[[T], bytes]) -> bytes:
    return b"" if value is None else encode(value)


def _transaction_id_object(value: bytes) -> bytes:
    return tlv(TAG_TRANSACTION_ID, value) if value else b""


def _maybe_number(data: bytes | None) -> int | None:
    return None if data is None else unpacked(data)


def _maybe_byte(data: bytes | None) -> int | None:
    return None if data is None else data[0]
