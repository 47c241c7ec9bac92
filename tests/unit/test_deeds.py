"""The vocabulary of deeds: lines are read, checked and done; what is wrong is said."""

from importlib import import_module

import pytest

from kiosk_bench.deeds import DEEDS, BadDeed, read
from kiosk_bench.deeds.screens import SCREENS
from tests.goldens.gallery import MODULES


def test_a_line_is_read_by_the_types_of_its_deed() -> None:
    """Words in order, pairs after them, and what may be missing takes its default."""
    assert read("card insert zhang").told == {"citizen": "zhang"}
    assert read("card insert zhang cloned").told == {"citizen": "zhang", "flaw": "cloned"}
    assert read("wait paid within 90s").told == {"screen": "paid", "within": 90.0}
    assert read("touch 12 34").told == {"x": 12, "y": 34}
    assert read("type pin of zhang").deed is DEEDS["type pin of"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "at least one word"),
        ("dance", "deeds begin with"),
        ("card eat zhang", "card insert CITIZEN [FLAW]; card pull"),
        ("card insert", "CITIZEN is missing"),
        ("card insert nobody", "there are zhang, li"),
        ("card insert zhang bent", "there are cloned, foreign"),
        ("card pull now", "now is too much"),
        ("tap nowhere ok", "no screen nowhere"),
        ("wait paid within 90", "90 is no duration"),
        ("wait paid within -1s", "no duration"),
        ("touch a 1", "no whole number"),
        ("fault begin pinpad.dreams", "no fault pinpad.dreams"),
        ("cable pull tail", "there are card-reader, id-reader"),
        ('type pin "12', "closing quotation"),
    ],
)
def test_what_is_no_deed_is_told_with_what_there_is(line: str, says: str) -> None:
    """Every mistake of a line is named together with what could stand there."""
    with pytest.raises(BadDeed) as bad:
        read(line)
    assert says in str(bad.value)


def test_every_screen_may_be_named() -> None:
    """The list that stories choose from is that of all screens of the kiosk."""
    shown = {screen.id for name in MODULES for _, screen in import_module(name).SCREENS}
    assert set(SCREENS) == shown
