"""A roll-out as a machine: which moves there are, and which one what is seen calls for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from kioskd.errors import KioskError


class RolloutState(Enum):
    """Where a roll-out is; beside it stands the stage it has come to."""

    RUNNING = "running"
    STOPPED = "stopped"
    """Nobody new gets the version; who has it keeps it, until somebody decides."""
    DONE = "done"
    """Every kiosk shall have it."""
    ABORTED = "aborted"
    """Nobody new gets it; who has it keeps it."""
    ROLLED_BACK = "rolled_back"
    """Every kiosk shall have what it had before."""


class Move(Enum):
    """What happens to a roll-out."""

    ADVANCE = "advance"
    FINISH = "finish"
    STOP = "stop"
    RESUME = "resume"
    ABORT = "abort"
    ROLL_BACK = "roll_back"


TABLE: Final = {
    (RolloutState.RUNNING, Move.ADVANCE): RolloutState.RUNNING,
    (RolloutState.RUNNING, Move.FINISH): RolloutState.DONE,
    (RolloutState.RUNNING, Move.STOP): RolloutState.STOPPED,
    (RolloutState.RUNNING, Move.ABORT): RolloutState.ABORTED,
    (RolloutState.RUNNING, Move.ROLL_BACK): RolloutState.ROLLED_BACK,
    (RolloutState.STOPPED, Move.RESUME): RolloutState.RUNNING,
    (RolloutState.STOPPED, Move.ABORT): RolloutState.ABORTED,
    (RolloutState.STOPPED, Move.ROLL_BACK): RolloutState.ROLLED_BACK,
    (RolloutState.DONE, Move.ROLL_BACK): RolloutState.ROLLED_BACK,
    (RolloutState.ABORTED, Move.ROLL_BACK): RolloutState.ROLLED_BACK,
}
UNDER_WAY: Final = (RolloutState.RUNNING.value, RolloutState.STOPPED.value)
BY_HAND: Final = (Move.STOP, Move.RESUME, Move.ABORT, Move.ROLL_BACK)


class IllegalMove(KioskError):
    """A roll-out in this state cannot be moved so."""


def after(state: RolloutState, move: Move) -> RolloutState:
    """Return the state after a move. Raises IllegalMove."""
    if (state, move) not in TABLE:
        raise IllegalMove(f"{state.value}: {move.value}")
    return TABLE[state, move]


@dataclass(frozen=True, slots=True)
class Member:
    """What is seen of one kiosk of the stages that have begun."""

    reached_at: datetime | None
    """When it first said that it runs the version."""
    failed: bool = False
    absent: bool = False
    """It was down already when the stage began: it gets the version when it comes back."""
    newest: bool = True
    """It belongs to the stage that began last."""


def next_move(
    members: Iterable[Member],
    now: datetime,
    last: bool,
    soak: timedelta,
    stop_at_percent: int,
) -> Move | None:
    """Return what a running roll-out does now, None to wait.

    It stops where more than ``stop_at_percent`` of those that were given the version have failed,
    and goes on only once every one of them that is there has run it well for ``soak``. A stage of
    which nobody is there is waited for; one without kiosks is passed over.
    """
    seen = list(members)
    failed = sum(1 for one in seen if one.failed)
    if seen and failed * 100 > len(seen) * stop_at_percent:
        return Move.STOP
    there = [one for one in seen if not one.absent and not one.failed]
    if not there or (any(one.newest for one in seen) and not any(one.newest for one in there)):
        return None
    if all(one.reached_at is not None and now - one.reached_at >= soak for one in there):
        return Move.FINISH if last else Move.ADVANCE
    return None
