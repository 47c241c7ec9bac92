"""No bytes from outside do more than give a value or a named error."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.protocols.zvt_fields import parse_tlv
from tests.fuzz.card_parsers import CARD_PARSERS
from tests.fuzz.harness import Parser, Tally, endless_is_an_error, fuzz
from tests.fuzz.paper_parsers import PAPER_PARSERS
from tests.fuzz.zvt_parsers import BROKEN, ZVT_PARSERS

PARSERS = (*ZVT_PARSERS, *CARD_PARSERS, *PAPER_PARSERS)
SEED = 20261122


@pytest.fixture(autouse=True)
def loops_end():
    """A parser that never returns fails its test."""
    with endless_is_an_error():
        yield


@pytest.mark.parametrize("parser", PARSERS, ids=lambda it: it.name)
def test_valid_inputs_are_read(parser):
    """What the mutations start from is valid: otherwise they would only ever try the first byte."""
    for data in parser.corpus:
        parser.check(data)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda it: it.name)
def test_spoilt_inputs_end_in_a_value_or_a_named_error(parser, in_full, record_property):
    """Mutations of valid inputs, seeded, never raise anything else, never loop, never hoard."""
    count = 20_000 if in_full else 300
    tally = fuzz(parser, count, SEED)
    errors = ", ".join(f"{name} {number}" for name, number in tally.errors.most_common())
    record_property("row", [parser.name, count, tally.values, errors])
    assert not tally.wrong, "\n".join(tally.wrong[:5])


@pytest.mark.parametrize("parser", PARSERS, ids=lambda it: it.name)
def test_any_bytes_end_in_a_value_or_a_named_error(parser, in_full):
    """Bytes of which nothing is known; what Hypothesis finds it makes small."""

    @settings(max_examples=500 if in_full else 25, database=None, derandomize=True)
    @given(st.binary(max_size=400))
    def hold(data: bytes) -> None:
        with suppress(*parser.named):
            parser.check(data)

    hold()


def _breaks_rarely(data: bytes) -> None:
    parse_tlv(data)
    if len(data) > 4 and data[3] & 0x40:
        raise IndexError


def _never_returns(data: bytes) -> None:
    while len(data) == 4:
        pass


def _hoards(data: bytes) -> int:
    return len(b"\x55" * (1 << 24)) if len(data) != 3 else 0


def _changes(data: bytes) -> None:
    value = bytes(byte & 0x7F for byte in data)
    assert value == data


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (_breaks_rarely, "IndexError"),
        (_never_returns, "Endless"),
        (_hoards, "bytes of memory"),
        (_changes, "AssertionError"),
    ],
)
def test_a_planted_fault_is_found(check, said, monkeypatch):
    """A foreign error, a loop, a hoard and a value that changes on its way back are all noticed."""
    monkeypatch.setattr("tests.fuzz.harness.CPU_LIMIT_S", 0.05)
    tally: Tally = fuzz(Parser("planted", check, BROKEN, (bytes.fromhex("1f1f020017"),)), 600, SEED)
    assert any(said in wrong for wrong in tally.wrong)
