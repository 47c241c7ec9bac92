"""The stages of a roll-out: ``1,10%,50%,100%``, and which kiosk is in which.

Kiosks are put in an order by a hash of the roll-out and their id: the same for everybody who works
it out, and another for each roll-out, so that no kiosk is always the canary.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from kioskd.errors import KioskError

STAGES_MAX = 10


class BadStages(KioskError):
    """The text names no stages that grow and end with everybody."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A number of kiosks, or a percentage of all; counted from the first of all."""

    amount: int
    percent: bool

    def size(self, kiosks: int) -> int:
        """Return how many kiosks have the version at the end of this stage; at least one."""
        wanted = -(-kiosks * self.amount // 100) if self.percent else self.amount
        return max(1, min(kiosks, wanted))

    def __str__(self) -> str:
        return f"{self.amount}%" if self.percent else str(self.amount)


def parse_stages(text: str) -> tuple[Stage, ...]:
    """Read ``1,10%,50%,100%``: numbers, then percentages, growing to 100%. Raises BadStages."""
    parts = text.replace(",", " ").split()
    stages = tuple(_stage(part) for part in parts)
    if not stages or len(stages) > STAGES_MAX or stages[-1] != Stage(100, percent=True):
        raise BadStages("the last stage is 100%")
    order = [(one.percent, one.amount) for one in stages]
    if any(after <= before for before, after in pairwise(order)):
        raise BadStages("each stage is larger than the one before; numbers before percentages")
    return stages


def _stage(part: str) -> Stage:
    digits = part.removesuffix("%")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) <= 1_000_000):
        raise BadStages(f"not a stage: {part}")
    amount, percent = int(digits), part.endswith("%")
    if percent and amount > 100:
        raise BadStages(f"not a stage: {part}")
    return Stage(amount, percent)


def assigned(rollout: str, kiosk_ids: Iterable[str], stages: tuple[Stage, ...]) -> dict[str, int]:
    """Return the stage of each kiosk, from 0 on."""
    ordered = sorted(kiosk_ids, key=lambda kiosk_id: _place(rollout, kiosk_id))
    sizes = [stage.size(len(ordered)) for stage in stages]
    found, stage = {}, 0
    for number, kiosk_id in enumerate(ordered, 1):
        while number > sizes[stage]:
            stage += 1
        found[kiosk_id] = stage
    return found


def _place(rollout: str, kiosk_id: str) -> bytes:
    return sha256(f"{rollout}:{kiosk_id}".encode()).digest()
