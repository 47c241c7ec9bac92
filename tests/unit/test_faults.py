"""Faults by name: one grammar, checked before anything happens."""

import pytest

from kiosk_bench.centre import late_s
from kiosk_bench.devices import receipt_printer
from kiosk_bench.faults import FAULTS, UnknownFault, read


def test_a_fault_is_a_name_or_a_name_with_a_value() -> None:
    """Values are of the fault's own kind: a step, a duration, a number."""
    assert read("power.cut_at=journal:approved")[1] == "journal:approved"
    assert read("central.late=170s")[1] == 170.0
    assert read("printer.jam_on_page=2")[1] == 2
    assert read("pinpad.silent")[1] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pinpad.dreams", "there are card.pull_mid_apdu"),
        ("printer.jam_on_page", "is written printer.jam_on_page=NUMBER"),
        ("printer.jam=2", "is written printer.jam"),
        ("printer.jam_on_page=two", "two is no whole number"),
        ("central.late=170", "170 is no duration"),
        ("power.cut_at=approved", "there are journal:intended"),
    ],
)
def test_what_is_no_fault_is_told_with_what_there_is(text: str, says: str) -> None:
    """A wrong name, a missing value and a value of another kind are each told."""
    with pytest.raises(UnknownFault) as unknown:
        read(text)
    assert says in str(unknown.value)


def test_devices_and_the_table_have_the_same_faults() -> None:
    """What the receipt printer knows is what may be asked of it."""
    listed = {name for name in FAULTS if name.startswith("receipt.")}
    assert listed == set(receipt_printer.FAULTS)


def test_the_line_is_as_late_as_its_fault_says() -> None:
    """The value of ``central.late`` is what answers are held back."""
    assert late_s({"central.late=170s", "printer.jam"}) == 170.0
    assert late_s({"printer.jam"}) == 0.0
