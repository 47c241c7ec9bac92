"""Properties of the card codec: whatever a card sends, an exchange ends, no other error escapes."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk_bench.devices.card_os import CardOs
from kiosk_bench.devices.card_persona import CardPersona
from kioskd.errors import CardError, CardUnreadable
from kioskd.protocols import social_card
from kioskd.protocols.iso7816 import (
    MAX_TURNS,
    Command,
    Exchange,
    Record,
    Response,
    parse_atr,
    parse_record,
)
from kioskd.protocols.social_card import Item

# No character that could be mistaken for filler at the end, none that is a control.
NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)


@given(st.integers(1, 255), st.binary(max_size=255))
def test_record_round_trip(tag: int, value: bytes) -> None:
    """A record survives encoding and parsing, also with filler behind it."""
    record = Record(tag, value)
    assert parse_record(record.encode(), "item") == record
    assert parse_record(record.encode() + b"\x00\xff", "item") == record


@given(st.lists(st.binary(max_size=300), min_size=MAX_TURNS, max_size=MAX_TURNS))
def test_exchange_ends_within_its_turns(answers: list[bytes]) -> None:
    """Any answers end an exchange in a response or CardUnreadable within MAX_TURNS turns."""
    exchange = Exchange(Command(0x80, 0xCA, 0x00, 0x00, le=256))
    try:
        for answer in answers:
            assert exchange.next_command()[0] == 0x80
            exchange.receive(answer)
            if exchange.response is not None:
                return
    except CardUnreadable:
        return
    raise AssertionError("the exchange goes on")


@given(st.sampled_from([b"\x61\x00", b"\x6c\x05"]))
def test_a_card_cannot_hold_us_in_a_loop(answer: bytes) -> None:
    """A card that always says 61xx or 6Cxx is unreadable after MAX_TURNS commands."""
    exchange = Exchange(Command(0x00, 0xA4, 0x04, 0x00, b"AID"))
    turns = 0
    try:
        while exchange.response is None:
            exchange.receive(answer)
            turns += 1
    except CardUnreadable:
        pass
    assert turns == MAX_TURNS - 1


@given(st.binary(max_size=40))
def test_atr_parser_takes_any_bytes(data: bytes) -> None:
    """Any bytes are an ATR or CardUnreadable; the history is part of what came."""
    try:
        atr = parse_atr(data)
    except CardUnreadable:
        return
    assert atr.history in data and len(atr.history) == data[1] & 0x0F


@given(st.binary(max_size=15))
def test_every_plain_atr_gives_its_history(history: bytes) -> None:
    """TS, T0 with TB and TC, and any historical bytes parse back."""
    assert parse_atr(bytes([0x3B, 0x60 | len(history), 0, 0]) + history).history == history


@given(st.dictionaries(st.sampled_from(list(Item)), st.binary(max_size=40)))
def test_decoding_takes_any_values(values: dict[Item, bytes]) -> None:
    """Any bytes in the items decode or raise a CardError, nothing else."""
    whole = {item: values.get(item, b"") for item in Item}
    try:
        facts = social_card.decode_facts(whole, bytes(13))
    except CardError:
        return
    assert facts.name.reveal() and facts.id_number.reveal()


@given(NAMES)
def test_names_survive_the_card(name: str) -> None:
    """A name of any characters that fits both records comes back whole, across their border."""
    card = CardOs(CardPersona(name=name))
    values = read_all(card)
    assert social_card.decode_facts(values, bytes(13)).name.reveal() == name


@given(st.binary(max_size=64))
def test_card_os_answers_any_bytes(apdu: bytes) -> None:
    """The simulated card answers any command with at least a status word."""
    assert len(CardOs(CardPersona.good()).answer(apdu)) >= 2


def read_all(card: CardOs) -> dict[Item, bytes]:
    """Read a card as the driver does, without any I/O."""
    ask(card, social_card.select_application())
    values = {}
    for item in Item:
        ask(card, social_card.select_file(item.place.file))
        values[item] = social_card.item_value(item, ask(card, social_card.read_by_tag(item)))
    return values


def ask(card: CardOs, command: Command) -> Response:
    """Run one exchange against the card."""
    exchange = Exchange(command)
    while exchange.response is None:
        exchange.receive(card.answer(exchange.next_command()))
    return exchange.response
