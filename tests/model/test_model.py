"""Every interleaving, within stated bounds: the money is exact with every honest PIN pad.

Bounds are crashes, faults, attempts to pay and what the world does by itself (``Left``); within
them nothing is left out. ``--money`` takes more of everything. What lying PIN pads can do is below,
and in words in ``docs/payments.md``.
"""

import pytest

from tests.model import invariants
from tests.model.explore import Explored, explore
from tests.model.world import Left, PadKind

HONEST = (
    PadKind(),
    PadKind(keeps=True),
    PadKind(tells_totals=False),
    PadKind(keeps=True, tells_totals=False),
    PadKind(keeps=True, repeats=False),
    PadKind(keeps=True, repeats=False, mirrors=True),
    PadKind(keeps=True, repeats=False, tells_totals=False),
    PadKind(hides=True),
    PadKind(keeps=True, hides=True),
    PadKind(hides=True, tells_totals=False),
    PadKind(counts_reversals=True),
    PadKind(keeps=True, hides=True, counts_reversals=True),
    PadKind(empty_before=True),
    PadKind(keeps=True, empty_before=True, hides=True),
)
CLOSING = (
    PadKind(closes=True),
    PadKind(closes=True, keeps=True),
    PadKind(closes=True, keeps=True, empty_before=True),
    PadKind(closes=True, counts_reversals=True),
    PadKind(closes=True, hides=True, tells_totals=False),
)
SMALL = Left(crashes=1, faults=1, attempts=1, elsewhere=1, closings=1)
TWO_CRASHES = Left(crashes=2, faults=2, attempts=1, elsewhere=0, closings=1)
TWO_ATTEMPTS = Left(crashes=1, faults=1, attempts=2, elsewhere=1, closings=0)
THREE_FAULTS = Left(crashes=0, faults=3, attempts=1, elsewhere=1, closings=1)


def names(kinds: tuple[PadKind, ...]) -> list[str]:
    return [kind.name for kind in kinds]


def show(found: Explored) -> str:
    """Return the breaches with a shortest way to each, and how much was looked at."""
    ways = [f"{name}:\n  " + "\n  ".join(way) for name, way in found.traces.items()]
    counted = f"{found.states} states, {found.transitions} transitions, {found.at_rest} at rest"
    return "\n".join([*ways, counted])


def check(kind: PadKind, left: Left) -> Explored:
    """Explore and want no breach, no dead end, and every ending to be met."""
    found = explore(kind, left)
    assert not found.breaches, show(found)
    assert not found.stuck
    met = {state for states in found.ends for state in states}
    doubts = {"unknown", "unresolved"} if left.faults else set()
    assert {"confirmed", "declined"} | doubts <= met
    return found


@pytest.mark.parametrize("kind", HONEST + CLOSING, ids=names(HONEST + CLOSING))
def test_money_is_exact(kind: PadKind) -> None:
    """A crash, a fault, the month paid elsewhere, the batch closed: none lost, none doubled."""
    check(kind, SMALL._replace(elsewhere=0) if kind.closes else SMALL)


@pytest.mark.parametrize("kind", HONEST[:2], ids=names(HONEST[:2]))
def test_two_crashes_and_two_faults(kind: PadKind) -> None:
    """The same through two crashes and two faults, in any order and at any step."""
    check(kind, TWO_CRASHES)


def test_a_second_attempt(in_full: bool) -> None:
    """She pays again as soon as she is allowed to: at most one charge for the month stands."""
    left = TWO_ATTEMPTS if in_full else TWO_ATTEMPTS._replace(faults=0)
    found = check(PadKind(keeps=True), left)
    assert ("declined", "confirmed") in found.ends


@pytest.mark.parametrize("kind", HONEST + CLOSING, ids=names(HONEST + CLOSING))
def test_in_full(kind: PadKind, in_full: bool) -> None:
    """Two crashes with two faults, and three faults, for every honest kind of PIN pad."""
    if not in_full:
        pytest.skip("a part of --money")
    check(kind, TWO_CRASHES)
    check(kind, THREE_FAULTS)


PAYING_ONLY = SMALL._replace(elsewhere=0)


def lies_of(kind: PadKind, left: Left = PAYING_ONLY) -> set[str]:
    """Return what a lying PIN pad breaks."""
    return set(explore(kind, left).breaches)


@pytest.mark.parametrize("keeps", [True, False])
def test_one_lie_is_seen_through(keeps: bool) -> None:
    """A PIN pad that lies in last transaction or totals, but not in both, does no harm."""
    assert not lies_of(PadKind(keeps=keeps, shows_reversed_as_good=True))
    assert not lies_of(PadKind(keeps=keeps, totals_with_reversed=True))
    assert not lies_of(PadKind(keeps=keeps, shows_older=True))
    assert not lies_of(PadKind(keeps=keeps, shows_older=True, tells_totals=False))
    assert not lies_of(PadKind(keeps=keeps, shows_reversed_as_good=True, tells_totals=False))


def test_where_the_line_is() -> None:
    """Both books false together, a late reversal, a no that charges: the bank's file shows it."""
    no_charge = {invariants.POSTED_IF_CHARGED, invariants.BOOKS_AGREE, invariants.TOLD_PAID}
    both = PadKind(shows_reversed_as_good=True, totals_with_reversed=True)
    assert lies_of(both) == no_charge
    assert lies_of(PadKind(reverses_late=True)) == no_charge
    after_a_lost_reversal = lies_of(PadKind(totals_with_reversed=True), SMALL)
    assert after_a_lost_reversal == no_charge  # only the totals speak of a reversal
    says_no = lies_of(PadKind(says_no_and_charges=True))
    assert {invariants.TOLD_TRUE, invariants.NOT_FORGOTTEN} <= says_no
    again = PadKind(keeps=True, obeys_late_copies=True)
    assert invariants.ONE_CHARGE in lies_of(again, TWO_CRASHES._replace(crashes=0))
