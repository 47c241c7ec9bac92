"""When the kiosk does its own bookkeeping, as it stands in the configuration."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """In ``[payments]`` of the configuration."""

    day_end: time | None = None
    """When the PIN pad's batch is closed each day, by the clock on the wall: ``23:30:00``.

    Left out where the bank closes it.
    """
