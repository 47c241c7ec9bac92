"""One moment of the whole world as a value: kiosk, journal, PIN pad, wires and centre.

Everything is a tuple, so that moments can be compared, hashed and kept. Money is counted in
charges: each is of the same amount, the worst case for telling two of them apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kioskd.domain.payment import Decision, PaymentState

EARLIER = -1
"""Who made the charge that was in the batch before."""
FIRST_RECEIPT = 17


@dataclass(frozen=True)
class PadKind:
    """What may differ between PIN pads. The first group is honest, the second lies."""

    keeps: bool = False
    """Lets an unanswered approval stand; the others reverse it."""
    tells_totals: bool = True
    repeats: bool = True
    """Answers 06 20 with its last transaction."""
    hides: bool = False
    """06 20 shows only what stands; declined and reversed ones have used up receipts unseen."""
    counts_reversals: bool = False
    """A charge and its reversal count as two transactions of the batch."""
    closes: bool = False
    """May close its batch by itself, at any time."""
    empty_before: bool = False
    mirrors: bool = False
    """TLV 1F1F: one less than its last makes it undo its last."""

    shows_reversed_as_good: bool = False
    totals_with_reversed: bool = False
    reverses_late: bool = False
    """Undoes what was never acknowledged, at any time, while it says that it is idle."""
    says_no_and_charges: bool = False
    shows_older: bool = False
    """06 20 shows the transaction before the last."""
    obeys_late_copies: bool = False
    """A doubled command is kept somewhere and obeyed again when the first is long over."""

    @property
    def name(self) -> str:
        """What is special about it."""
        odd = [word for word, value in vars(self).items() if value != vars(PadKind)[word]]
        return ", ".join(odd) or "plain"

    @property
    def honest(self) -> bool:
        """Whether its books are true whenever it says that it is idle."""
        lies = (self.shows_reversed_as_good, self.totals_with_reversed, self.reverses_late)
        return not any((*lies, self.says_no_and_charges, self.shows_older, self.obeys_late_copies))


class Charge(NamedTuple):
    """A line of the PIN pad's own books."""

    by: int
    """Index of the payment, which the PIN pad does not know; or EARLIER."""
    receipt: int
    fate: str = "stands"
    """stands, reversed, declined."""
    in_batch: bool = True
    acknowledged: bool = False


class Pad(NamedTuple):
    """The PIN pad: idle, working (card and host), or holding an approval until it is answered."""

    mode: str
    by: int
    charges: tuple[Charge, ...]


class Look(NamedTuple):
    """One look into the books: status idle, last (receipt, approved), batch (count, sum)."""

    idle: bool
    last: tuple[int, bool] | None
    totals: tuple[int, int] | None


class Kept(NamedTuple):
    """A payment as the journal has it."""

    assessment: int
    state: PaymentState
    receipt: int | None = None
    base_receipt: int | None = None
    base_totals: tuple[int, int] | None = None
    reason: str = ""
    posted: bool = False
    give_back: bool = False
    set_aside: bool = False


class Run(NamedTuple):
    """What the kiosk is doing with money; gone after a crash."""

    doing: str
    who: int = 0
    goal: str = ""
    """Of a look: baseline, pay, recover, give back."""
    seen: tuple[object, ...] = ()
    first: Look | None = None
    receipt: int | None = None


class Report(NamedTuple):
    """What the centre is told of a payment."""

    who: int
    state: PaymentState
    reason: str = ""


def on_line(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Return the reports in one order: which was sent first says nothing on this line."""
    return tuple(sorted(reports, key=_order))


def _order(report: Report) -> tuple[int, str, str]:
    return report.who, report.state.value, report.reason


class Stored(NamedTuple):
    """A payment as the centre has it."""

    state: PaymentState | None = None
    told: frozenset[PaymentState] = frozenset()
    posting: str = ""
    """contribution, suspense, reversal; empty: none."""
    give_back: str = ""
    decided: str = ""
    listed: bool = False
    """A difference names it."""


class Assessment(NamedTuple):
    """One attempt's claim on the month."""

    state: str = "open"
    """open, paying, paid, released, expired."""
    holder: int | None = None


class Centre(NamedTuple):
    """The centre: one person, one month."""

    payments: tuple[Stored, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    lock: int | None = None
    """The assessment that has the month."""
    paid_by: int | str | None = None


class Left(NamedTuple):
    """What may still happen; bounds the exploration."""

    crashes: int
    faults: int
    """Messages lost, doubled or late; a disk that refuses; a read without an answer."""
    attempts: int
    elsewhere: int
    closings: int


class World(NamedTuple):
    """One moment."""

    run: Run | None
    decided: tuple[int, Decision] | None
    """The session's memory of its last answer to an approval."""
    journal: tuple[Kept, ...]
    outbox: tuple[Report, ...]
    to_pad: tuple[tuple[object, ...], ...]
    from_pad: tuple[tuple[object, ...], ...]
    pad: Pad
    line: tuple[Report, ...]
    """On its way to the centre, and nobody waits for an answer any more."""
    centre: Centre
    told: tuple[PaymentState | None, ...]
    """What she was told last of each payment; None: the kiosk went down before."""
    left: Left


def beginning(kind: PadKind, left: Left) -> World:
    """Return the first moment: an earlier charge in the PIN pad's books, nothing else."""
    earlier = Charge(EARLIER, FIRST_RECEIPT, in_batch=not kind.empty_before, acknowledged=True)
    pad = Pad("idle", EARLIER, (earlier,))
    return World(None, None, (), (), (), (), pad, (), Centre(), (), left)
