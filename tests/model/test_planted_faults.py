"""The exploration must be able to say no: for each invariant a fault that it finds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kioskd.domain.payment import Outcome, PaymentState
from kioskd.payments import evidence, pay
from kioskd.payments.evidence import Counted, Row, Shown, TakenOut, Verdict
from kioskd.payments.states import TELLS_THE_CENTRE, PaymentEvent
from tests.model import centre, invariants, kiosk
from tests.model.explore import explore
from tests.model.pad import Step
from tests.model.world import Left, PadKind, Run, World

_S = PaymentState
Plant = Callable[[pytest.MonkeyPatch], None]
ONE = Left(crashes=1, faults=1, attempts=1, elsewhere=0, closings=0)
TWO = ONE._replace(attempts=2)
ELSEWHERE = Left(crashes=0, faults=2, attempts=1, elsewhere=1, closings=0)
DUMB = PadKind(keeps=True, tells_totals=False, repeats=False)


def believe(row: Row, verdict: Verdict) -> Plant:
    """Add a row to the table of evidence."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(evidence, "RESOLVES", {**evidence.RESOLVES, row: verdict})

    return plant


def ends_as(state: PaymentState, outcome: Outcome, event: PaymentEvent) -> Plant:
    """Add a pair to the endings of a conversation."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(pay, "ENDINGS", {**pay.ENDINGS, (state, outcome): event})

    return plant


def does_not_tell(state: PaymentState) -> Plant:
    """Leave a state out of the outbox."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(kiosk, "TELLS_THE_CENTRE", TELLS_THE_CENTRE - {state})

    return plant


def charge_again(patch: pytest.MonkeyPatch) -> None:
    """Send the charge again when the PIN pad was silent."""
    real = kiosk._finish

    def again(world: World, run: Run, end: Any) -> World:
        if end.outcome is Outcome.UNKNOWN:
            return world._replace(run=Run("send", run.who))
        return real(world, run, end)

    patch.setattr(kiosk, "_finish", again)


def free_the_month_in_doubt(patch: pytest.MonkeyPatch) -> None:
    """The centre gives the month free while nobody knows."""
    patch.setattr(centre, "NOT_CHARGED", centre.NOT_CHARGED | {_S.UNKNOWN, _S.UNRESOLVED})


def forget_the_outbox(patch: pytest.MonkeyPatch) -> None:
    """A crash loses what the centre has not heard."""
    real = kiosk._idle

    def idle(world: World) -> Iterator[Step]:
        yield "the outbox is lost", world._replace(outbox=())
        yield from real(world)

    patch.setattr(kiosk, "_idle", idle)


def believe_a_silent_reversal(verdict: Verdict) -> Plant:
    """Decide about a reversal without seeing it in the books."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(evidence, "RETURNS", {**evidence.RETURNS, TakenOut.UNCLEAR: verdict})

    return plant


NOTHING_SAID = Row(False, Shown.NOTHING, Counted.UNTOLD)
CHARGE_UNSEEN = Row(False, Shown.OURS_APPROVED, Counted.INCLUDED)
UNSUPPORTED = Row(True, Shown.OURS_APPROVED, Counted.UNTOLD)
PLANTS = {
    "a charge is sent again": (charge_again, PadKind(keeps=True), ONE, invariants.ONE_CHARGE),
    "the month in doubt is free": (
        free_the_month_in_doubt,
        DUMB,
        TWO._replace(crashes=0),
        invariants.BLOCKED,
    ),
    "a second charge for the month": (
        believe(NOTHING_SAID, Verdict.NOT_CHARGED),
        DUMB,
        TWO._replace(crashes=0),
        invariants.ONE_PER_MONTH,
    ),
    "silent books mean no charge": (
        believe(NOTHING_SAID, Verdict.NOT_CHARGED),
        DUMB,
        ONE,
        invariants.NOT_FORGOTTEN,
    ),
    "a charge that is seen is denied": (
        believe(CHARGE_UNSEEN, Verdict.NOT_CHARGED),
        PadKind(keeps=True),
        ONE,
        invariants.TOLD_TRUE,
    ),
    "an approval is believed without totals": (
        believe(UNSUPPORTED, Verdict.CHARGED),
        PadKind(shows_reversed_as_good=True, tells_totals=False),
        ONE,
        invariants.POSTED_IF_CHARGED,
    ),
    "an approval and then silence is a charge": (
        ends_as(_S.APPROVED, Outcome.UNKNOWN, PaymentEvent.CONFIRM),
        PadKind(),
        ONE,
        invariants.TOLD_PAID,
    ),
    "silence is a decline": (
        ends_as(_S.INTENDED, Outcome.UNKNOWN, PaymentEvent.DECLINE),
        PadKind(keeps=True),
        ONE,
        invariants.TOLD_TRUE,
    ),
    "the centre is not told of doubt": (
        does_not_tell(_S.UNKNOWN),
        PadKind(),
        ONE,
        invariants.BLOCKED,
    ),
    "the centre is not told of charges": (
        does_not_tell(_S.CONFIRMED),
        PadKind(),
        ONE,
        invariants.BOOKS_AGREE,
    ),
    "the outbox is lost": (forget_the_outbox, PadKind(), ONE, invariants.NOT_FORGOTTEN),
    "an unseen reversal is taken for done": (
        believe_a_silent_reversal(Verdict.NOT_CHARGED),
        PadKind(),
        ELSEWHERE,
        invariants.BOOKS_AGREE,
    ),
    "an unseen reversal is taken for refused": (
        believe_a_silent_reversal(Verdict.CHARGED),
        PadKind(),
        ELSEWHERE,
        invariants.POSTED_IF_CHARGED,
    ),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fault the exploration breaks the invariant that it is planted for.

    Without it none breaks: ``test_model``.
    """
    plant, kind, left, broken = PLANTS[name]
    with monkeypatch.context() as patch:
        plant(patch)
        assert broken in explore(kind, left, until=broken).breaches


def test_every_invariant_has_a_fault() -> None:
    """No invariant is without a planted fault that breaks it."""
    words = {name: value for name, value in vars(invariants).items() if name.isupper()}
    every = {value for value in words.values() if isinstance(value, str) and " " in value}
    assert {broken for *_, broken in PLANTS.values()} == every
