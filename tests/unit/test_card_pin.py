"""Which PINs are refused, and which Code 128 a number becomes."""

import itertools

import pytest
import zxingcpp
from barcode.charsets import code128 as other
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kioskd.domain.card_pin import PinWeakness, weakness_of
from kioskd.domain.code128 import QUIET_ZONE, SYMBOLS, code128
from kioskd.domain.secret import CardPin, IdNumber

OLD, ID_NUMBER = CardPin("246810"), IdNumber("99999919850615002X")


@pytest.mark.parametrize(
    ("digits", "weakness"),
    [
        ("111111", PinWeakness.SAME_DIGITS),
        ("123456", PinWeakness.IN_A_ROW),
        ("654321", PinWeakness.IN_A_ROW),
        ("567890", PinWeakness.IN_A_ROW),
        ("987654", PinWeakness.IN_A_ROW),
        ("121212", PinWeakness.REPEATED),
        ("123123", PinWeakness.REPEATED),
        ("850615", PinWeakness.OF_ID_NUMBER),
        ("615002", PinWeakness.OF_ID_NUMBER),  # the last six digits before an X
        ("246810", PinWeakness.UNCHANGED),
        ("908172", None),
        ("112358", None),
        ("124578", None),
    ],
)
def test_trivial_pins_are_refused(digits: str, weakness: PinWeakness | None) -> None:
    """Each for its own reason, so that the sentence on the screen is true."""
    assert weakness_of(CardPin(digits), OLD, ID_NUMBER) is weakness


def test_the_last_six_of_an_id_number_without_x() -> None:
    """Initial PINs are made of them."""
    plain = IdNumber("000000200002290010")
    assert weakness_of(CardPin("290010"), OLD, plain) is PinWeakness.OF_ID_NUMBER


@given(st.text("0123456789", min_size=6, max_size=6))
def test_what_is_taken_has_no_pattern(digits: str) -> None:
    """What is not refused does not repeat, runs nowhere and is not in the ID number."""
    if weakness_of(CardPin(digits), OLD, ID_NUMBER) is not None:
        return
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    assert steps not in ({0}, {1}, {9})
    assert digits[:3] != digits[3:] and digits not in ID_NUMBER.reveal()[-7:]


def test_symbols_are_those_of_another_encoder() -> None:
    """The table of widths is compared with one that others have written."""
    theirs = [
        "".join(str(len(list(run))) for _, run in itertools.groupby(code)) for code in other.CODES
    ]
    assert theirs == SYMBOLS


@given(st.text([chr(code) for code in range(32, 127)], min_size=1, max_size=24))
def test_a_scanner_reads_every_text(text: str) -> None:
    """Bars in, text out, by a reader that shares nothing with the encoder."""
    row: list[int] = []
    for index, width in enumerate(code128(text)):
        row += [0 if index % 2 == 0 else 255] * (2 * width)
    quiet = [255] * (2 * QUIET_ZONE)
    line = bytes(quiet + row + quiet)
    picture = Image.frombytes("L", (len(line), 40), line * 40)
    [found] = zxingcpp.read_barcodes(picture)
    assert (found.format.name, found.text) == ("Code128", text)
