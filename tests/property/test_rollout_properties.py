"""A roll-out whatever kiosks do: stages only grow, and it stops before it has hurt too many."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_central.fleet.rollout_states import (
    TABLE,
    IllegalMove,
    Member,
    Move,
    RolloutState,
    after,
    next_move,
)
from kiosk_central.fleet.stages import BadStages, assigned, parse_stages

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOAK = timedelta(minutes=30)
MEMBERS = st.builds(
    Member,
    st.one_of(st.none(), st.integers(0, 7200).map(lambda ago: NOW - timedelta(seconds=ago))),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
STAGES = st.sampled_from(["100%", "1,100%", "1,10%,50%,100%", "2,5,20%,100%", "1%,99%,100%"])


@given(st.lists(MEMBERS, max_size=40), st.booleans(), st.integers(0, 100))
def test_it_goes_on_only_when_all_that_are_there_are_well(
    members: list[Member], last: bool, limit: int
) -> None:
    """Too many failures always stop it; one kiosk that has not soaked always holds it."""
    move = next_move(members, NOW, last, SOAK, limit)
    failed = sum(one.failed for one in members)
    if failed * 100 > len(members) * limit:
        assert move is Move.STOP
    if move in (Move.ADVANCE, Move.FINISH):
        assert (move is Move.FINISH) == last
        there = [one for one in members if not one.failed and not one.absent]
        assert there
        assert any(one.newest for one in there) or not any(one.newest for one in members)
        assert all(one.reached_at and NOW - one.reached_at >= SOAK for one in there)
    assert move in (None, Move.STOP, Move.ADVANCE, Move.FINISH)


@given(st.lists(st.sampled_from(list(Move)), max_size=30))
def test_no_way_through_the_table_leaves_an_end(moves: list[Move]) -> None:
    """What was rolled back stays so; what was aborted or done can only be rolled back."""
    state, stage = RolloutState.RUNNING, 0
    for move in moves:
        before = state
        try:
            state = after(state, move)
        except IllegalMove:
            assert (before, move) not in TABLE
            continue
        stage += move is Move.ADVANCE
        assert before is not RolloutState.ROLLED_BACK
        if before in (RolloutState.DONE, RolloutState.ABORTED):
            assert state is RolloutState.ROLLED_BACK
    assert stage <= moves.count(Move.ADVANCE)


@given(STAGES, st.sets(st.integers(0, 10**6), min_size=1, max_size=300), st.integers(1, 99))
def test_every_kiosk_has_one_stage_and_stages_have_their_sizes(
    text: str, numbers: set[int], rollout: int
) -> None:
    """Whoever works it out, and in whatever order: the same; at least one canary."""
    ids, stages = [f"K{number}" for number in numbers], parse_stages(text)
    found = assigned(str(rollout), ids, stages)
    assert found == assigned(str(rollout), reversed(ids), stages)
    assert set(found) == set(ids)
    for number in range(len(stages)):
        have_it = sum(1 for one in found.values() if one <= number)
        assert have_it == max(size.size(len(ids)) for size in stages[: number + 1])


@pytest.mark.parametrize(
    "text",
    ["", "50%", "10%,5%,100%", "1,1,100%", "10%,5,100%", "0,100%", "1,101%", "x,100%", "100"],
)
def test_stages_that_do_not_grow_to_everybody_are_refused(text: str) -> None:
    """A roll-out that would end before everybody, or go backwards, is a slip of the pen."""
    with pytest.raises(BadStages):
        parse_stages(text)
