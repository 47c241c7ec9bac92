"""What must hold for any bytes on a ZVT line."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.domain.money import Money
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import AMOUNT_MAX_FEN, Authorisation, Reversal, parse_command
from kioskd.protocols.zvt_fields import bitmap, parse_bitmaps, parse_tlv, tlv
from kioskd.protocols.zvt_frames import Block, Damaged, Deframer, Signal, encode_block
from kioskd.protocols.zvt_link import ZvtLink
from kioskd.protocols.zvt_messages import (
    IntermediateStatus,
    StatusInformation,
    Totals,
    parse_apdu,
)
from kioskd.protocols.zvt_sequence import sequence_of, tagged
from kioskd.protocols.zvt_session import ZvtSession

quick = settings(max_examples=100, deadline=None)
apdus = st.binary(min_size=0, max_size=300)
tricky = st.lists(st.sampled_from([0x10, 0x02, 0x03, 0x06, 0x15, 0x80, 0x04]), max_size=80).map(
    bytes
)
noise = st.one_of(st.binary(max_size=200), tricky)


@quick
@given(st.one_of(apdus, tricky))
def test_what_is_framed_is_read_back(apdu):
    """Any APDU survives stuffing and checksum, and every 10 inside is doubled."""
    frame = encode_block(apdu)
    assert Deframer().receive(frame) == [Block(apdu)]
    assert len(frame) == len(apdu) + apdu.count(0x10) + 6


@quick
@given(st.lists(st.one_of(tricky.map(encode_block), noise), max_size=5))
def test_whole_is_byte_by_byte(parts):
    """How the bytes arrive makes no difference to what they mean."""
    data = b"".join(parts)
    pieces = Deframer()
    one_by_one = [event for byte in data for event in pieces.receive(bytes([byte]))]
    assert one_by_one == Deframer().receive(data)


@quick
@given(noise, st.integers(min_value=1, max_value=40))
def test_any_bytes_give_events_and_a_bounded_buffer(data, apdu_max):
    """Nonsense never raises and is never hoarded."""
    deframer = Deframer(apdu_max)
    for event in deframer.receive(data):
        assert isinstance(event, Block | Damaged | Signal)
    assert deframer.held_bytes <= apdu_max


@quick
@given(noise, apdus)
def test_a_silence_heals_everything(data, apdu):
    """After noise and two gaps of silence the next block is read."""
    deframer = Deframer()
    deframer.receive(data)
    deframer.give_up()
    deframer.give_up()
    assert Block(apdu) in deframer.receive(encode_block(apdu))


@quick
@given(noise, apdus.filter(len))
def test_the_link_heals_in_time(data, apdu):
    """After noise and 0.5 s of silence a block is taken and acknowledged."""
    link = ZvtLink()
    link.receive(data, 0.0)
    for now in (0.25, 0.5):
        link.tick(now)
    link.bytes_to_send()
    link.receive(encode_block(apdu), 0.6)
    assert link.bytes_to_send() == b"\x06"


@quick
@given(apdus)
def test_any_apdu_is_read_or_a_violation(raw):
    """Parsing raises nothing but ProtocolViolation, on either side."""
    for parse in (parse_apdu, parse_command, lambda it: parse_apdu(it, b"\x05\x01")):
        with suppress(ProtocolViolation):
            parse(raw)


@quick
@given(
    st.sampled_from([0x04FF, 0x040F, 0x060F, 0x061E, 0x0401, 0x8000, 0x849C]),
    st.binary(max_size=60),
)
def test_any_body_is_read_or_a_violation(control, body):
    """The same, with a right head, so that the fields are reached."""
    with suppress(ProtocolViolation):
        parse_apdu(control.to_bytes(2, "big") + bytes([len(body)]) + body)


@quick
@given(
    st.builds(
        StatusInformation,
        result=st.integers(0, 255),
        amount=st.none() | st.integers(0, AMOUNT_MAX_FEN).map(Money),
        currency=st.none() | st.integers(0, 9999),
        receipt=st.none() | st.integers(0, 9999),
        trace=st.none() | st.integers(0, 999999),
        time=st.sampled_from(["", "192336"]),
        date=st.sampled_from(["", "0416"]),
        terminal_id=st.sampled_from(["", "29001006"]),
        card_type=st.none() | st.integers(0, 255),
        payment_type=st.none() | st.integers(0, 255),
        transaction_id=st.binary(max_size=20),
        totals=st.none() | st.just(Totals(1, 9999, ((1, Money(5)), (255, Money(10**12 - 1))))),
    )
)
def test_status_information_round_trip(told):
    """What is told is read back, whatever is left out."""
    assert parse_apdu(told.to_apdu()) == told


@quick
@given(
    st.integers(1, AMOUNT_MAX_FEN).map(Money),
    st.none() | st.integers(1, 255),
    st.none() | st.binary(max_size=200),
    st.integers(0, 9999),
)
def test_commands_round_trip(amount, seconds, transaction_id, receipt):
    """Commands are read back as they were meant."""
    charge = Authorisation(amount, seconds, seconds, transaction_id)
    undo = Reversal("000000", receipt, amount)
    assert parse_command(charge.to_apdu()) == charge
    assert parse_command(undo.to_apdu()) == undo


@quick
@given(st.integers(0, 255), st.none() | st.integers(1, 99))
def test_intermediate_status_round_trip(status, minutes):
    """Status and minutes survive."""
    told = IntermediateStatus(status, minutes)
    assert parse_apdu(told.to_apdu()) == told


@quick
@given(st.binary(max_size=999), st.binary(max_size=300))
def test_fields_and_objects_round_trip(text, value):
    """Variable fields and TLV objects of any allowed length are read back."""
    assert parse_bitmaps(bitmap(0x3C, text)) == {0x3C: text}
    assert parse_tlv(tlv(0x1F1F, value)) == {0x1F1F: value}


@quick
@given(st.lists(st.tuples(noise, st.floats(0.0, 30.0)), max_size=8))
def test_a_charge_ends_whatever_the_peer_sends(steps):
    """Any bytes at any time: the charge ends in exactly one outcome, and never as approved."""
    session = ZvtSession()
    now = 0.0
    session.start(Authorisation(Money(1)), now)
    for data, pause in steps:
        session.receive(data, now)
        session.bytes_to_send()
        now += pause
        session.tick(now)
    while not session.idle:
        now = max(now, session.deadline())
        session.tick(now)
        session.bytes_to_send()
        assert now < 3600
    ends = []
    while (event := session.next_event()) is not None:
        ends.append(getattr(event, "outcome", None))
    outcomes = [end for end in ends if end is not None]
    assert len(outcomes) == 1
    assert outcomes[0].value in ("unknown", "not_started", "declined")


@quick
@given(
    st.integers(1, 999_999),
    st.sampled_from(
        [Authorisation(Money(1), 30, 10, b"\x17"), Authorisation(Money(1)),
         Reversal("000001", 2, Money(3)), StatusInformation(0, Money(1), 156, 17, 153),
         IntermediateStatus(0x0A, 6), IntermediateStatus(0x06),
         StatusInformation(0, transaction_id=bytes(200))]
    ),
)  # fmt: skip
def test_a_number_changes_nothing_else(number, message):
    """The number is read back, and the message says what it said."""
    plain = message.to_apdu()
    apdu = tagged(plain, number)
    assert sequence_of(apdu) == number
    read = parse_apdu if plain[0] == 0x04 else parse_command
    assert read(apdu) == read(plain)


@quick
@given(st.binary(max_size=60), st.sampled_from([b"", b"\x05\x01", b"\x06\x01"]))
def test_looking_for_a_number_ends(data, answering):
    """Any message has a number, has none, or is a violation."""
    with suppress(ProtocolViolation):
        sequence_of(bytes([0x04, 0xFF, len(data)]) + data, answering)
    with suppress(ProtocolViolation):
        sequence_of(bytes([0x06, 0x0F, len(data)]) + data, answering)
