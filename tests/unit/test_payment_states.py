"""The transition table: its invariants, its SQL twin and what the docs show of it."""

from importlib import resources
from pathlib import Path

import pytest

from kioskd.domain.payment import PaymentState as S
from kioskd.payments import journal_rows
from kioskd.payments.diagram import SECTIONS, renewed
from kioskd.payments.states import (
    ENDED,
    KEEPS_ASSESSMENT,
    OPEN,
    START,
    TELLS_THE_CENTRE,
    TRANSITIONS,
    IllegalMove,
    PaymentEvent,
    next_state,
)

DOCS = Path(__file__).parents[2] / "docs" / "payments.md"


def _reachable(start: S) -> set[S]:
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        for (before, _), after in TRANSITIONS.items():
            if before is state and after not in found:
                found.add(after)
                waiting.append(after)
    return found


def _after(state: S) -> set[S]:
    return {after for (before, _), after in TRANSITIONS.items() if before is state}


def _before(state: S) -> set[S]:
    return {before for (before, _), after in TRANSITIONS.items() if after is state}


def test_states_by_what_is_known() -> None:
    """Four states are ends, four are asked about at the PIN pad, one is left to the centre."""
    assert {S.CONFIRMED, S.DECLINED, S.NOT_STARTED, S.REVERSED} == ENDED
    assert {S.INTENDED, S.APPROVED, S.UNKNOWN, S.REVERSING} == OPEN
    assert set(S) - ENDED - OPEN == {S.UNRESOLVED}


def test_every_state_is_reached_and_ends() -> None:
    """Every state is reached from the first, and from every one an end can be reached."""
    assert _reachable(START) == set(S)
    assert all(_reachable(state) & ENDED for state in S)


def test_confirmed_needs_evidence_of_a_charge() -> None:
    """Only an approval, an enquiry, the centre or a reversal that failed leads to confirmed."""
    assert _before(S.CONFIRMED) == {S.APPROVED, S.UNKNOWN, S.UNRESOLVED, S.REVERSING}


def test_an_approval_never_becomes_a_decline() -> None:
    """What was approved is confirmed, reversed or in doubt; it is never simply declined."""
    assert _after(S.APPROVED) == {S.CONFIRMED, S.REVERSED, S.UNKNOWN}


def test_only_doubt_is_shelved() -> None:
    """What the PIN pad cannot resolve was UNKNOWN before, and the centre ends it either way."""
    assert _before(S.UNRESOLVED) == {S.UNKNOWN}
    assert _after(S.UNRESOLVED) == {S.CONFIRMED, S.DECLINED}


def test_a_reversal_has_two_ends() -> None:
    """Only a confirmed charge is given back; it is reversed or it stands, never in doubt again."""
    assert _before(S.REVERSING) == {S.CONFIRMED}
    assert _after(S.REVERSING) == {S.REVERSED, S.CONFIRMED}


@pytest.mark.parametrize("state", [S.INTENDED, S.APPROVED])
def test_doubt_is_possible_wherever_a_charge_is_made(state: S) -> None:
    """While the PIN pad is asked for money, doubt leads to UNKNOWN."""
    assert next_state(state, PaymentEvent.DOUBT) is S.UNKNOWN


@pytest.mark.parametrize("state", sorted(ENDED, key=lambda state: state.value))
@pytest.mark.parametrize("event", PaymentEvent)
def test_nothing_happens_to_an_ended_payment(state: S, event: PaymentEvent) -> None:
    """Every event in an end is an illegal move, but that a confirmed charge may be given back."""
    if (state, event) == (S.CONFIRMED, PaymentEvent.GIVE_BACK):
        assert next_state(state, event) is S.REVERSING
        return
    with pytest.raises(IllegalMove):
        next_state(state, event)


def test_the_centre_hears_of_every_end_and_every_doubt() -> None:
    """All ends, UNKNOWN and UNRESOLVED are reported; APPROVED and REVERSING are no facts yet."""
    assert set(S) - {S.INTENDED, S.APPROVED, S.REVERSING} == TELLS_THE_CENTRE


def test_what_keeps_its_assessment() -> None:
    """Whatever may have charged keeps its assessment; what has certainly not gives it free."""
    assert set(S) - {S.DECLINED, S.NOT_STARTED, S.REVERSED} == KEEPS_ASSESSMENT


def _listed(states: frozenset[S]) -> set[str]:
    return {state.value for state in states}


def _sql_lists(text: str) -> list[set[str]]:
    pieces = [piece.split(")")[0] for piece in text.split("state IN (")[1:]]
    return [{name.strip().strip("'") for name in piece.split(",")} for piece in pieces]


def test_the_schema_speaks_of_the_same_states() -> None:
    """The lists of states in the schema's check and indexes are those of the table."""
    path = resources.files("kioskd.payments") / "schema" / "0001_journal.sql"
    payment = path.read_text(encoding="utf-8").split("CREATE TABLE day_end")[0]
    lists = _sql_lists(payment)
    assert lists == [{s.value for s in S}, _listed(OPEN), _listed(KEEPS_ASSESSMENT)]


def test_the_queries_speak_of_the_same_states() -> None:
    """The lists of states in the queries are those of the table."""
    assert _sql_lists(journal_rows.SELECT_OPEN) == [_listed(OPEN)]
    assert _sql_lists(journal_rows.SELECT_IN_THE_WAY) == [_listed(OPEN), _listed(KEEPS_ASSESSMENT)]


def test_docs_hold_what_the_tables_give() -> None:
    """docs/payments.md shows diagram and tables of evidence exactly as the code has them."""
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"<!-- begin: {name} -->" in text for name in SECTIONS)
    assert renewed(text) == text


def test_docs_that_are_old_are_renewed() -> None:
    """Whatever stands between the markers is replaced, and nothing else."""
    old = "a\n<!-- begin: states -->\nold\n<!-- end: states -->\nb\n"
    assert renewed(old) == old.replace("old\n", SECTIONS["states"]())
