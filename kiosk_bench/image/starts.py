"""Starts at which something is wrong: what the panel, the report on the card and the doctor say.

One city and one kiosk for all. A card is flashed and provisioned once; each row of the table gets a
copy of it, spoilt, and one start.
"""

from dataclasses import dataclass

from kiosk_bench.image import spoil
from kiosk_bench.image.spoil import Spoil

LONG_AGO = "1970-01-01"


@dataclass(frozen=True, slots=True)
class BadStart:
    """One start, and what must be told at it."""

    name: str
    spoil: Spoil = spoil.nothing
    notice: str = ""
    """The code of the notice that stands on the panel; empty: the kiosk shows its own screens."""
    screen: str = "welcome"
    """The screen that is up in the end."""
    reported: str = ""
    """The code that the report on the card must have; empty: none."""
    doctor: tuple[str, ...] = ()
    """Checks that must be wrong, which are not when nothing is the matter."""
    pays: bool = True
    """Whether the kiosk says that it can take money."""
    fresh: bool = False
    """A card that was just flashed, with the code that another card has used."""
    clock: str = ""
    network: bool = True
    unplugged: str = ""
    """The device that is not there."""
    read_only: bool = False


STARTS = (
    BadStart("nothing is wrong"),
    BadStart("wrong lines in kioskd.txt", spoil.wrong_lines, "I-02", "notice", "I-02",
             ("provisioning",), pays=False),
    BadStart("kioskd.txt under another name", spoil.no_site_file, "I-01", "notice", "I-01",
             ("provisioning",), pays=False),
    BadStart("a code that was used", screen="out-of-service", reported="I-11",
             doctor=("provisioning",), pays=False, fresh=True),
    BadStart("no network", doctor=("network", "centre"), network=False, pays=False),
    BadStart("a clock in 1970", clock=LONG_AGO),
    BadStart("a clock in 1970 and no network", clock=LONG_AGO, network=False, pays=False,
             doctor=("clock", "network")),
    BadStart("the data partition is full", spoil.full, reported="I-07", pays=False,
             doctor=("kiosk", "room")),
    BadStart("the data partition is missing", spoil.missing, "I-05", "notice", "I-05",
             ("provisioning", "data_partition"), pays=False),
    BadStart("the data partition is damaged", spoil.damaged, "I-05", "notice", "I-05",
             ("provisioning",), pays=False),
    BadStart("the card takes no writes", read_only=True, pays=False, notice="I-05",
             screen="notice", doctor=("data_partition",)),
    BadStart("the PIN pad is not there", unplugged="pin_pad", doctor=("pin_pad",), pays=False),
    BadStart("the other slot is damaged", spoil.other_slot),
)  # fmt: skip
