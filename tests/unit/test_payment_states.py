"""The transition table: its invariants, its SQL twin and its diagram in the docs."""

from importlib import resources
from pathlib import Path

import pytest

from kioskd.domain.payment import PaymentState as S
from kioskd.payments import journal_rows
from kioskd.payments.diagram import BEGIN_MARKER, END_MARKER, mermaid
from kioskd.payments.states import (
    FINAL,
    KEEPS_ASSESSMENT,
    OPEN,
    START,
    TELLS_THE_CENTRE,
    TRANSITIONS,
    IllegalMove,
    PaymentEvent,
    next_state,
)

DOCS = Path(__file__).parents[2] / "docs" / "payments-states.md"


def _reachable(start: S) -> set[S]:
    found, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        for (before, _), after in TRANSITIONS.items():
            if before is state and after not in found:
                found.add(after)
                waiting.append(after)
    return found


def test_final_states() -> None:
    """Exactly confirmed, declined, not started and reversed are final."""
    assert {S.CONFIRMED, S.DECLINED, S.NOT_STARTED, S.REVERSED} == FINAL
    assert {S.INTENDED, S.APPROVED, S.UNKNOWN} == OPEN


def test_every_state_is_reached_and_ends() -> None:
    """Every state is reached from the first, and from every open one an end can be reached."""
    assert _reachable(START) == set(S)
    assert all(_reachable(state) & FINAL for state in OPEN)


def test_confirmed_needs_evidence_of_a_charge() -> None:
    """Only an approval or an enquiry leads to confirmed; nothing leads back from a final state."""
    assert {before for (before, _), after in TRANSITIONS.items() if after is S.CONFIRMED} == {
        S.APPROVED,
        S.UNKNOWN,
    }


def test_an_approval_never_becomes_a_decline() -> None:
    """What was approved is confirmed, reversed or in doubt; it is never simply declined."""
    assert {after for (before, _), after in TRANSITIONS.items() if before is S.APPROVED} == {
        S.CONFIRMED,
        S.REVERSED,
        S.UNKNOWN,
    }


def test_doubt_is_possible_wherever_a_charge_is() -> None:
    """From every open state but UNKNOWN itself, doubt leads to UNKNOWN."""
    for state in OPEN - {S.UNKNOWN}:
        assert next_state(state, PaymentEvent.DOUBT) is S.UNKNOWN


@pytest.mark.parametrize("state", sorted(FINAL, key=lambda state: state.value))
@pytest.mark.parametrize("event", PaymentEvent)
def test_nothing_happens_to_a_final_payment(state: S, event: PaymentEvent) -> None:
    """Every event in a final state is an illegal move."""
    with pytest.raises(IllegalMove):
        next_state(state, event)


def test_the_centre_hears_of_every_end_and_every_doubt() -> None:
    """All final states and UNKNOWN are reported through the outbox."""
    assert FINAL | {S.UNKNOWN} == TELLS_THE_CENTRE


def _listed(states: frozenset[S]) -> set[str]:
    return {state.value for state in states}


def _sql_lists(text: str) -> list[set[str]]:
    pieces = [piece.split(")")[0] for piece in text.split("state IN (")[1:]]
    return [{name.strip().strip("'") for name in piece.split(",")} for piece in pieces]


def test_the_schema_speaks_of_the_same_states() -> None:
    """The lists of states in the schema's check and indexes are those of the table."""
    path = resources.files("kioskd.payments") / "schema" / "0001_journal.sql"
    lists = _sql_lists(path.read_text(encoding="utf-8"))
    assert lists == [{s.value for s in S}, _listed(OPEN), _listed(KEEPS_ASSESSMENT)]


def test_the_queries_speak_of_the_same_states() -> None:
    """The lists of states in the queries are those of the table."""
    assert _sql_lists(journal_rows.SELECT_OPEN) == [_listed(OPEN)]
    assert _sql_lists(journal_rows.SELECT_IN_THE_WAY) == [_listed(OPEN), _listed(KEEPS_ASSESSMENT)]


def test_docs_hold_the_diagram() -> None:
    """docs/payments-states.md holds exactly what the table gives."""
    text = DOCS.read_text(encoding="utf-8")
    between = text.split(BEGIN_MARKER)[1].split(END_MARKER)[0]
    assert between.strip() == mermaid().strip()
