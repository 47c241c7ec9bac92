"""The bank's side of the PIN pad: what was charged to cards. Durable, and nobody's but its own."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RECEIPT_MAX = 9999
TRACE_MAX = 999999


@dataclass(slots=True)
class Charge:
    """Money taken from a card. It stands unless ``reversed``."""

    amount_fen: int
    receipt: int
    trace: int
    date: str
    """MMDD."""
    time: str
    """HHMMSS."""
    batch: int
    committed: bool = False
    """The kiosk has acknowledged the approval."""
    reversed: bool = False


@dataclass(slots=True)
class _Pages:
    receipt: int = 0
    trace: int = 0
    batch: int = 1
    charges: list[Charge] = field(default_factory=list)


class PinPadBooks:
    """A JSON file, replaced and synced at every change; survives every restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages = _load(path) if path.exists() else _Pages()

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Return all charges ever, oldest first."""
        return tuple(self._pages.charges)

    def charges_json(self) -> list[dict[str, Any]]:
        """Return all charges as plain data."""
        return [asdict(charge) for charge in self._pages.charges]

    def number(self) -> tuple[int, int]:
        """Take the next receipt (1..9999, wraps) and trace number."""
        pages = self._pages
        pages.receipt = pages.receipt % RECEIPT_MAX + 1
        pages.trace = pages.trace % TRACE_MAX + 1
        self._save()
        return pages.receipt, pages.trace

    def charge(self, amount_fen: int, date: str, time: str) -> Charge:
        """Write down that the bank has taken the money."""
        receipt, trace = self.number()
        charge = Charge(amount_fen, receipt, trace, date, time, self._pages.batch)
        self._pages.charges.append(charge)
        self._save()
        return charge

    def commit(self, charge: Charge) -> None:
        """The kiosk has acknowledged it."""
        charge.committed = True
        self._save()

    def reverse(self, charge: Charge) -> None:
        """The money went back."""
        charge.reversed = True
        self._save()

    def last(self) -> Charge | None:
        """Return the newest charge that stands."""
        return next((charge for charge in reversed(self.charges) if not charge.reversed), None)

    def find(self, receipt: int) -> Charge | None:
        """Return the newest charge with this receipt number, standing or not."""
        return next((it for it in reversed(self.charges) if it.receipt == receipt), None)

    def uncommitted(self) -> list[Charge]:
        """Return charges that were neither acknowledged nor reversed."""
        return [it for it in self.charges if not (it.committed or it.reversed)]

    def batch(self) -> list[Charge]:
        """Return the charges that stand since the last end of day."""
        return [it for it in self.charges if it.batch == self._pages.batch and not it.reversed]

    def close_batch(self) -> None:
        """End the day."""
        self._pages.batch += 1
        self._save()

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(asdict(self._pages), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)


def _load(path: Path) -> _Pages:
    stored = json.loads(path.read_text(encoding="utf-8"))
    charges = [Charge(**charge) for charge in stored.pop("charges")]
    return _Pages(**stored, charges=charges)
