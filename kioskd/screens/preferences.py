"""How this visitor wants to be served; the stage forgets it with the visit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preferences:
    """What she has chosen at header or footer."""

    elder: bool = False
    """Larger letters, few choices a screen, no notices, twice the time."""
    low: bool = False
    """Everything to touch in the lower half of the panel: for who sits."""
    left_handed: bool = False
    """The main action at the left."""
    aloud: bool = False
    """The screens are read to her."""

    @property
    def slow(self) -> bool:
        """Whether she needs more time: who has a screen read to her needs it too."""
        return self.elder or self.aloud


USUAL = Preferences()
"""What nobody has chosen."""
