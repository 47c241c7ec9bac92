"""One-time codes as technicians read, type and mistype them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.enrolment_code import ALPHABET, BITS, code_of, grouped, read_code

NUMBERS = st.integers(0, (1 << BITS) - 1)


@given(NUMBERS)
def test_what_is_printed_can_be_typed(number: int) -> None:
    """In groups, in small letters, with O for 0 and l for 1."""
    code = code_of(number)
    assert len(code.reveal()) == 18
    typed = grouped(code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert read_code(typed) == code


@given(NUMBERS, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_told(number: int, place: int, wrong: str) -> None:
    """Whatever character, wherever it stands."""
    text = code_of(number).reveal()
    if text[place] != wrong:
        assert read_code(text[:place] + wrong + text[place + 1 :]) is None


@given(NUMBERS, st.integers(0, 14))
def test_two_that_changed_places_are_told(number: int, place: int) -> None:
    """The commonest slip of a finger."""
    text = code_of(number).reveal()
    first, second = text[place], text[place + 1]
    if first != second:
        assert read_code(text[:place] + second + first + text[place + 2 :]) is None


@pytest.mark.parametrize("typed", ["", "7KQ4", "U" * 18, "0" * 19, "示" * 18])
def test_what_is_no_code(typed: str) -> None:
    """Too short, too long, or of other letters."""
    assert read_code(typed) is None


def test_a_code_is_never_shown() -> None:
    """Not in a log, not in an error."""
    code = code_of(12345)
    assert code.reveal() not in repr(code) + str(code)
