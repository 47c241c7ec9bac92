"""ZVT bytes that came from elsewhere: computed with independent tools or recorded from terminals.

Source: facts/pin-pad-and-payments.md 1.3 and 1.11 (checksums agreed by two other
implementations; ``6C`` exchange recorded from a real terminal).
"""

import pytest

from kioskd.domain.money import Money
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    Abort,
    Authorisation,
    Diagnosis,
    DisplayText,
    EndOfDay,
    LogOff,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
    parse_command,
)
from kioskd.protocols.zvt_frames import Block, Deframer, checksum, encode_block
from kioskd.protocols.zvt_messages import (
    ACCEPTED,
    NOT_SUPPORTED,
    NOT_YET,
    REFUSED,
    AbortByTerminal,
    Answer,
    Completion,
    IntermediateStatus,
    PrintRequest,
    SetClock,
    StatusInformation,
    StatusReport,
    Totals,
    UnknownRequest,
    parse_apdu,
)
from kioskd.protocols.zvt_sequence import ASKING, sequence_object, sequence_of, tagged

PASSWORD = "000000"
YUAN_400 = Money(40000)

COMMANDS = [
    (
        Registration(PASSWORD),
        "06 00 06 00 00 00 3E 01 56",
        "10 02 06 00 06 00 00 00 3E 01 56 10 03 B3 F8",
    ),
    (
        Registration(PASSWORD, service=0, tlv_objects=b""),
        "06 00 0A 00 00 00 3E 01 56 03 00 06 00",
        "10 02 06 00 0A 00 00 00 3E 01 56 03 00 06 00 10 03 7F E5",
    ),
    (
        Registration(PASSWORD, tlv_objects=bytes.fromhex("26040A0206D31F7303000000")),
        "06 00 14 00 00 00 3E 01 56 06 0C 26 04 0A 02 06 D3 1F 73 03 00 00 00",
        "10 02 06 00 14 00 00 00 3E 01 56 06 0C 26 04 0A 02 06 D3 1F 73 03 00 00 00 10 03 B7 81",
    ),
    (
        Authorisation(YUAN_400),
        "06 01 0A 04 00 00 00 04 00 00 49 01 56",
        "10 02 06 01 0A 04 00 00 00 04 00 00 49 01 56 10 03 00 32",
    ),
    (
        Authorisation(Money(100000)),
        "06 01 0A 04 00 00 00 10 00 00 49 01 56",
        "10 02 06 01 0A 04 00 00 00 10 10 00 00 49 01 56 10 03 BF E8",
    ),
    (
        Authorisation(YUAN_400, ack_timeout_s=30, waits_max=10),
        "06 01 0E 04 00 00 00 04 00 00 49 01 56 01 1E 02 0A",
        "10 02 06 01 0E 04 00 00 00 04 00 00 49 01 56 01 1E 02 0A 10 03 4C 1A",
    ),
    (
        Authorisation(YUAN_400, transaction_id=b"\x00\x17"),
        "06 01 11 04 00 00 00 04 00 00 49 01 56 06 05 1F 1F 02 00 17",
        "10 02 06 01 11 04 00 00 00 04 00 00 49 01 56 06 05 1F 1F 02 00 17 10 03 7A A1",
    ),
    (
        Authorisation(YUAN_400, transaction_id=b""),
        "06 01 0F 04 00 00 00 04 00 00 49 01 56 06 03 1F 1F 00",
        "10 02 06 01 0F 04 00 00 00 04 00 00 49 01 56 06 03 1F 1F 00 10 03 6D A0",
    ),
    (
        Authorisation(YUAN_400, card_type=0xC6),
        "06 01 0C 04 00 00 00 04 00 00 49 01 56 8A C6",
        "10 02 06 01 0C 04 00 00 00 04 00 00 49 01 56 8A C6 10 03 EF 20",
    ),
    (
        RepeatReceipt(PASSWORD),
        "06 20 05 00 00 00 03 03",
        "10 02 06 20 05 00 00 00 03 03 10 03 DB 15",
    ),
    (
        Reversal(PASSWORD, 17, YUAN_400),
        "06 30 10 00 00 00 87 00 17 04 00 00 00 04 00 00 49 01 56",
        "10 02 06 30 10 10 00 00 00 87 00 17 04 00 00 00 04 00 00 49 01 56 10 03 CC F1",
    ),
    (EndOfDay(PASSWORD), "06 50 03 00 00 00", "10 02 06 50 03 00 00 00 10 03 FB 37"),
    (TurnoverTotals(PASSWORD), "06 10 03 00 00 00", "10 02 06 10 10 03 00 00 00 10 03 2A 35"),
    (Diagnosis(), "06 70 00", "10 02 06 70 00 10 03 D9 F9"),
    (StatusEnquiry(), "05 01 00", "10 02 05 01 00 10 03 10 06"),
    (StatusEnquiry(PASSWORD), "05 01 03 00 00 00", "10 02 05 01 03 00 00 00 10 03 DF DB"),
    (LogOff(), "06 02 00", "10 02 06 02 00 10 03 B9 CC"),
    (Abort(), "06 B0 00", "10 02 06 B0 00 10 03 43 F3"),
    (
        DisplayText(("TEST", "12"), 5),
        "06 E0 0E F0 05 F1 F0 F4 54 45 53 54 F2 F0 F2 31 32",
        "10 02 06 E0 0E F0 05 F1 F0 F4 54 45 53 54 F2 F0 F2 31 32 10 03 B9 BB",
    ),
]

MESSAGES = [
    (ACCEPTED, "80 00 00", "10 02 80 00 00 10 03 F5 1F"),
    (NOT_YET, "84 9C 00", "10 02 84 9C 00 10 03 C3 41"),
    (REFUSED, "84 66 00", "10 02 84 66 00 10 03 8D BE"),
    (NOT_SUPPORTED, "84 83 00", "10 02 84 83 00 10 03 91 8E"),
    (IntermediateStatus(0x0A), "04 FF 01 0A", "10 02 04 FF 01 0A 10 03 F5 7D"),
    (StatusInformation(0), "04 0F 02 27 00", "10 02 04 0F 02 27 00 10 03 83 FE"),
    (Completion(), "06 0F 00", "10 02 06 0F 00 10 03 C6 33"),
    (AbortByTerminal(0x6C), "06 1E 01 6C", "10 02 06 1E 01 6C 10 03 C9 F2"),
    (AbortByTerminal(0x6F), "06 1E 01 6F", "10 02 06 1E 01 6F 10 03 A1 D8"),
]

TRAPS = [
    ("10 06", "10 02 05 01 00 10 03 10 06"),
    ("10 02", "10 02 06 30 06 00 00 00 87 12 56 10 03 10 02"),
    ("10 03", "10 02 06 30 06 00 00 00 87 71 43 10 03 10 03"),
    ("10 10", "10 02 06 01 0A 04 00 00 00 15 23 81 49 01 56 10 03 10 10"),
    ("03 10", "10 02 06 01 0A 04 00 00 00 07 46 49 49 01 56 10 03 03 10"),
    ("06 10", "10 02 06 01 0A 04 00 00 00 12 56 83 49 01 56 10 03 06 10"),
]


def h(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize(("command", "apdu", "frame"), COMMANDS)
def test_commands_have_the_bytes_of_the_specification(command, apdu, frame):
    """Each command is built to, and read from, the published APDU and frame."""
    assert command.to_apdu() == h(apdu)
    assert encode_block(h(apdu)) == h(frame)
    assert parse_command(h(apdu)) == command
    assert Deframer().receive(h(frame)) == [Block(h(apdu))]


@pytest.mark.parametrize(("message", "apdu", "frame"), MESSAGES)
def test_messages_have_the_bytes_of_the_specification(message, apdu, frame):
    """Each message is read from, and built to, the published APDU and frame."""
    assert parse_apdu(h(apdu)) == message
    assert message.to_apdu() == h(apdu)
    assert encode_block(h(apdu)) == h(frame)
    assert Deframer().receive(h(frame)) == [Block(h(apdu))]


@pytest.mark.parametrize(("crc", "frame"), TRAPS)
def test_checksum_bytes_are_never_control_bytes(crc, frame):
    """A checksum that looks like 10 02, 10 03, 10 06 or 10 10 ends the block all the same."""
    events = Deframer().receive(h(frame) + h("10 02 80 00 00 10 03 F5 1F"))
    assert [type(event) for event in events] == [Block, Block]
    assert events[1] == Block(h("80 00 00"))
    assert encode_block(events[0].apdu) == h(frame)
    assert h(frame)[-2:] == h(crc)


def test_checksum_agrees_with_an_independent_implementation():
    """A completion with a version text, from another project's test: checksum B1 11."""
    apdu = h("06 0F 0B F0 F0 F7 32 2E 31 34 2E 31 35 00")
    assert checksum(apdu) == 0x11B1
    assert parse_apdu(apdu, StatusEnquiry.control) == StatusReport(0, "2.14.15")


def test_84_00_is_a_yes():
    """84 00 counts as positive, so it can never refuse an approval."""
    assert parse_apdu(h("84 00 00")) == Answer(0)
    assert Answer(0).positive


def test_registration_refused_for_its_currency():
    """84 1E carries the reason behind it."""
    assert parse_apdu(h("84 1E 01 6F")) == Answer(0x6F)


def test_the_approved_exchange():
    """Registration completed and a charge of 400.00 CNY approved, as in the example exchange."""
    completed = parse_apdu(h("06 0F 0A 19 00 29 29 00 10 06 49 01 56"))
    assert completed == Completion(0, "29001006", 156)
    approved = parse_apdu(
        h(
            "04 0F 2A 27 00 04 00 00 00 04 00 00 49 01 56 87 00 17 0B 00 01 53 0C 19 23 36"
            " 0D 04 16 29 29 00 10 06 8A C6 19 70 06 05 1F 1F 02 00 17"
        )
    )
    assert approved == StatusInformation(
        0, YUAN_400, 156, 17, 153, "192336", "0416", "29001006", 0xC6, 0x70, b"\x00\x17"
    )


def test_a_cancelled_charge_of_a_real_terminal():
    """A recorded 04 0F with result 6C and nothing but the terminal's number."""
    cancelled = parse_apdu(h("04 0F 07 27 6C 29 29 00 10 06"))
    assert cancelled == StatusInformation(0x6C, terminal_id="29001006")


def test_card_number_and_tracks_are_dropped():
    """Fields 22, 23, 24, 2D and 0E leave no trace in the object."""
    secret = h("22 F0 F8 62 28 48 EE EE EE 12 34 23 F0 F2 62 28 24 F0 F0 F2 62 28 2D F0 F2 62 28")
    body = h("27 00") + secret + h("0E 30 12 87 00 17")
    told = parse_apdu(h("04 0F") + bytes([len(body)]) + body)
    assert told == StatusInformation(0, receipt=17)
    assert "6228" not in repr(told)


def test_what_stands_before_an_unknown_field_is_kept():
    """An unknown field id ends the reading, not the message."""
    assert parse_apdu(h("04 0F 08 27 00 87 00 17 FE 01 02")) == StatusInformation(0, receipt=17)


def test_intermediate_status_may_lengthen_the_wait():
    """The second byte is minutes in packed decimal, unless a TLV container begins there."""
    assert parse_apdu(h("04 FF 02 0A 15")) == IntermediateStatus(0x0A, 15)
    assert parse_apdu(h("04 FF 04 0A 06 01 24")) == IntermediateStatus(0x0A, None)


def test_status_report_has_no_id_before_its_byte():
    """After 05 01 the last byte is the status: DC, card inserted."""
    assert parse_apdu(h("06 0F 01 DC"), StatusEnquiry.control) == StatusReport(0xDC)


def test_requests_a_kiosk_does_not_serve():
    """Print requests lose their text; dial-up is named by its control field alone."""
    assert parse_apdu(h("06 D1 03 00 41 42")) == PrintRequest(block=False)
    assert parse_apdu(h("06 D3 02 06 00")) == PrintRequest(block=True)
    assert parse_apdu(h("06 D8 01 00")) == UnknownRequest(h("06 D8"))
    assert parse_apdu(h("04 01 08 AA 26 11 22 0C 18 30 00")) == SetClock("261122", "183000")


NUMBERED = [
    ("80 00 00", 1, "80 00 08 06 06 1F 73 03 00 00 01"),
    ("04 FF 01 17", 2, "04 FF 09 17 06 06 1F 73 03 00 00 02"),
    ("04 FF 01 01", 3, "04 FF 09 01 06 06 1F 73 03 00 00 03"),
    ("06 0F 00", 11, "06 0F 08 06 06 1F 73 03 00 00 11"),
]
"""From the example in PA00P015 rev 13.08, chapter 5.1."""


@pytest.mark.parametrize(("plain", "number", "apdu"), NUMBERED)
def test_numbered_messages_have_the_bytes_of_the_specification(plain, number, apdu):
    """The number goes into the message and comes out; the message means what it meant."""
    assert tagged(h(plain), number) == h(apdu)
    assert sequence_of(h(apdu)) == number
    assert sequence_of(h(plain)) is None
    assert parse_apdu(h(apdu)) == parse_apdu(h(plain))


def test_numbers_are_asked_for_and_echoed():
    """The registration asks with 000000; only a completion that echoes the tag agrees."""
    asking = "06 00 14 00 00 00 3E 01 56 06 0C 26 04 0A 02 06 D3 1F 73 03 00 00 00"
    agreed = "06 0F 18 19 00 29 65 00 00 28 49 09 78 06 0C 26 04 0A 02 06 D3 1F 73 03 00 00 00"
    not_agreed = "06 0F 12 19 00 29 65 00 00 28 49 09 78 06 06 26 04 0A 02 06 D3"
    numbers = [sequence_of(h(apdu)) for apdu in (asking, agreed, not_agreed)]
    assert numbers == [ASKING, ASKING, None]
    ours = Registration(PASSWORD, tlv_objects=sequence_object(ASKING)).to_apdu()
    assert ours == h("06 00 0E 00 00 00 3E 01 56 06 06 1F 73 03 00 00 00")


def test_a_number_joins_the_container_that_is_there():
    """One TLV container a message, also beside TLV 1F1F; a status stands before it."""
    charge = Authorisation(YUAN_400, transaction_id=b"\x00\x17").to_apdu()
    assert tagged(charge, 5) == h(
        "06 01 17 04 00 00 00 04 00 00 49 01 56 06 0B 1F 1F 02 00 17 1F 73 03 00 00 05"
    )
    status = tagged(h("06 0F 01 9C"), 5, StatusEnquiry.control)
    assert status == h("06 0F 09 9C 06 06 1F 73 03 00 00 05")
    assert parse_apdu(status, StatusEnquiry.control) == StatusReport(0x9C)
    assert sequence_of(status, StatusEnquiry.control) == 5


@pytest.mark.parametrize("value", [b"\x00", b"\x00\x00"])
def test_a_transaction_id_of_zeros_is_sent_empty(value):
    """Value 0 could undo receipt 1 (PA00P015 4.2): length 0 instead."""
    sent = Authorisation(YUAN_400, transaction_id=value).to_apdu()
    assert sent == h("06 01 0F 04 00 00 00 04 00 00 49 01 56 06 03 1F 1F 00")


@pytest.mark.parametrize(
    "apdu", ["06 30 06 00 00 00 87 00 17", "06 30 0D 00 00 00 87 00 17 04 00 00 00 04 00 00",
             "06 30 10 00 00 00 87 00 17 04 00 00 00 04 00 00 49 09 78"],
)  # fmt: skip
def test_a_reversal_names_receipt_amount_and_currency(apdu):
    """Anything less is no command that a kiosk may send."""
    with pytest.raises(ProtocolViolation):
        parse_command(h(apdu))


def test_a_long_trace_takes_the_place_of_the_short_one():
    """TLV 1F2B where field 0B is 000000."""
    told = parse_apdu(h("04 0F 0E 27 00 0B 00 00 00 06 06 1F 2B 03 12 34 56"))
    assert told.trace == 123456


def test_totals_need_no_result_and_may_be_negative():
    """Every field of 3.1.3 is optional; a sum below zero has D in its first half byte."""
    empty = "00 00 00 00 00 00 00" * 6
    told = parse_apdu(h("04 0F 39 60 F0 F5 F3 00 17 00 17" + empty + "01 D0 00 00 04 00 00"))
    assert told.totals == Totals(17, 17, (*((0, Money(0)),) * 6, (1, Money(-40000))))
    assert told.result == 0
    assert StatusInformation(0, Money(-1)).to_apdu() == h("04 0F 09 27 00 04 D0 00 00 00 00 01")


def test_long_lengths():
    """From 255 bytes on the length is FF and two bytes, low byte first."""
    body = h("27 00 3C F3 F0 F0") + b"x" * 300
    told = parse_apdu(h("04 0F FF") + len(body).to_bytes(2, "little") + body)
    assert told == StatusInformation(0)


@pytest.mark.parametrize(
    "apdu",
    ["", "04", "04 0F", "04 0F 03 27 00", "04 0F 01 27", "04 0F 04 04 00 00 0A", "04 0F 00",
     "06 1E 00", "04 FF 00", "04 0F 05 27 00 87 AB CD", "04 0F 04 27 00 06 85", "04 0F FF 01"],
)  # fmt: skip
def test_broken_messages_are_violations(apdu):
    """Cut, mis-sized or non-decimal messages are the peer's fault, named as such."""
    with pytest.raises(ProtocolViolation):
        parse_apdu(h(apdu))
