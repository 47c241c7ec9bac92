"""The bank's side of the PIN pad: what was charged to cards. Durable, and nobody's but its own.

A batch holds what was charged since the last end of day. A charge that is given back in its own
batch vanishes from it; one that is given back later stands in the closed batch for ever and counts
as a transaction with a negative amount in the batch that is open then.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RECEIPT_MAX = 9999
TRACE_MAX = 999999
COMMISSIONING_FEN = 1


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
    reversed_in: int = 0
    """The batch that was open then; 0 while it stands."""
    commissioning: bool = False
    """The technician's own, made when the PIN pad was installed: no citizen's money."""


@dataclass(slots=True)
class _Pages:
    receipt: int = 0
    trace: int = 0
    batch: int = 1
    after_last_receipt: int = 1
    charges: list[Charge] = field(default_factory=list)


class PinPadBooks:
    """A JSON file, replaced and synced at every change; survives every restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.new = not path.exists()
        """Whether this PIN pad was never used before."""
        self._pages = _Pages() if self.new else _load(path)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Return all charges ever, oldest first, the technician's too."""
        return tuple(self._pages.charges)

    @property
    def last_receipt(self) -> int:
        """Return the number of the newest transaction, be it a charge or a reversal."""
        return self._pages.receipt

    def charges_json(self) -> list[dict[str, Any]]:
        """Return all charges but the technician's as plain data."""
        return [asdict(charge) for charge in self._pages.charges if not charge.commissioning]

    def commission(self, date: str, time: str) -> None:
        """Charge one fen to the technician's card, as is done when a PIN pad is installed."""
        charge = self.charge(COMMISSIONING_FEN, date, time)
        charge.committed = charge.commissioning = True
        self.new = False
        self._save()

    def continue_after(self, receipt: int, after_last: int = 1) -> None:
        """Set the counter: the next receipt is the one after; 9999 is followed by ``after_last``.

        Some PIN pads go on with 1, some with 0.
        """
        self._pages.receipt, self._pages.after_last_receipt = receipt, after_last
        self._save()

    def number(self) -> tuple[int, int]:
        """Take the next receipt (up to 9999, wraps) and trace number."""
        pages = self._pages
        wraps = pages.receipt == RECEIPT_MAX
        pages.receipt = pages.after_last_receipt if wraps else pages.receipt + 1
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
        charge.reversed, charge.reversed_in = True, self._pages.batch
        self._save()

    def take_back_number(self, charge: Charge) -> None:
        """Undo the newest charge as if it had never been: its number is used again (TLV 1F1F)."""
        self.reverse(charge)
        self._pages.receipt = charge.receipt - 1
        self._save()

    def last(self, standing: bool = True, before: int = 0) -> Charge | None:
        """Return the newest charge that stands (or any), or the one so many ``before`` it."""
        found = [it for it in self.charges if not (standing and it.reversed)]
        return found[-1 - before] if len(found) > before else None

    def find(self, receipt: int) -> Charge | None:
        """Return the newest charge with this receipt number, standing or not."""
        return next((it for it in reversed(self.charges) if it.receipt == receipt), None)

    def uncommitted(self) -> list[Charge]:
        """Return charges that were neither acknowledged nor reversed."""
        return [it for it in self.charges if not (it.committed or it.reversed)]

    def batch(self) -> list[tuple[int, int]]:
        """Return receipt and fen of each transaction since the last end of day.

        A charge that was given back after its own batch was closed counts negative here.
        """
        now = self._pages.batch
        taken = [(it.receipt, it.amount_fen) for it in self.charges if _stands_in(it, now)]
        late = [it for it in self.charges if it.batch < now and it.reversed_in == now]
        return taken + [(it.receipt, -it.amount_fen) for it in late]

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


def _stands_in(charge: Charge, batch: int) -> bool:
    return charge.batch == batch and charge.reversed_in != batch


def _load(path: Path) -> _Pages:
    stored = json.loads(path.read_text(encoding="utf-8"))
    charges = [Charge(**charge) for charge in stored.pop("charges")]
    return _Pages(**stored, charges=charges)
