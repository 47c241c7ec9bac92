"""What a region lays down about its social security cards."""

from dataclasses import dataclass

from kioskd.domain.money import Money
from kioskd.domain.text import Text


@dataclass(frozen=True, slots=True)
class CardBank:
    """A bank that issues cards here: the bank's side of a card is its business alone."""

    id: str
    name: Text
    hotline: str
    """Where the bank's side of a lost card is reported."""


@dataclass(frozen=True, slots=True)
class CardRules:
    """The numbers of losing and replacing a card."""

    lapse_days: int
    """A loss report holds until the end of so many days after the day of reporting."""
    cancel_allowed: bool
    """Whether a loss report may be taken back at a kiosk; else only at an outlet."""
    collect_working_days: int
    """A new card can be fetched so many working days after the application."""
    kept_days: int
    """From that day on it is kept there for so many days."""
    fee: Money
    """For a new card; paid when it is fetched."""
    hand_out: tuple[str, ...]
    """Chinese names of the outlets where new cards are fetched."""
    banks: tuple[CardBank, ...]
    pin_tries: int
    """So many wrong PINs in a row lock a card."""
    renew_days: int = 90
    """A card may be exchanged at a counter from so many days before its last day on."""

    def bank(self, id: str) -> CardBank | None:
        """Return the bank of a card, or None where the region does not know it any more."""
        return next((bank for bank in self.banks if bank.id == id), None)
