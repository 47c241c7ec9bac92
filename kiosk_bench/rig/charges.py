"""What a run may charge to the test card: agreed to at its beginning, counted, refused beyond."""

from kiosk_bench.console import StoryFailed
from kiosk_bench.needs import NotOffered
from kiosk_bench.rig.file import PinPadTable
from kiosk_bench.rig.operator import Operator


class ChargeRefused(StoryFailed):
    """The run would charge more than rig.toml allows."""


class Allowance:
    """One run's, over all its stories."""

    def __init__(self, pad: PinPadTable) -> None:
        self.pad = pad
        self.charged_fen = 0
        """Asked of the PIN pad in this run, whatever became of it."""
        self._agreed = pad.accept_charges

    async def agree(self, operator: Operator | None) -> None:
        """Have the consent typed, once a run. Raises NotOffered without it."""
        if self._agreed:
            return
        if operator is None:
            raise NotOffered(
                "nobody agreed to charges: [operator] is missing in rig.toml, "
                "and pin_pad.accept_charges is not true"
            )
        typed = await operator.ask(
            f"This run charges {self.pad.label} at the PIN pad {self.pad.serial}, at most "
            f"{yuan(self.pad.max_fen)}. Type the PIN pad's serial number to agree"
        )
        if typed != self.pad.serial:
            raise NotOffered("nobody agreed to charges: another word than the PIN pad's number")
        self._agreed = True

    def take(self, amount_fen: int) -> None:
        """Count a charge that is about to be made. Raises ChargeRefused."""
        if not self._agreed:
            raise ChargeRefused("nobody has agreed to charges in this run")
        if self.charged_fen + amount_fen > self.pad.max_fen:
            raise ChargeRefused(
                f"{yuan(amount_fen)} more would be beyond pin_pad.max_fen: this run has charged "
                f"{yuan(self.charged_fen)} of {yuan(self.pad.max_fen)}"
            )
        self.charged_fen += amount_fen


def yuan(fen: int) -> str:
    """Write an amount for people."""
    return f"{fen // 100:,}.{fen % 100:02d} yuan"
