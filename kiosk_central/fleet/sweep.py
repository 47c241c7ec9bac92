"""What no heartbeat tells: which kiosks are not heard any more, and which visits stand still.

Judged by the centre's clock. A centre that was itself away judges nobody as down before it has
listened for as long as being down takes.
"""

from datetime import datetime, timedelta

from sqlalchemy import update

from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.fleet.beats import Change, keep_events
from kiosk_central.fleet.kinds import DOWN_AFTER, STUCK_AFTER, EventKind
from kiosk_central.fleet.orders import expire
from kiosk_central.store.fleet import fleet_states
from kiosk_central.store.locks import lock_alone

SWEEP = timedelta(seconds=10)
OF_TECHNICIANS = "technician-"
"""How the ids of their screens begin: who works on a kiosk may look at one for long."""
_table = fleet_states.c


def sweep(desk: Desk, listening_since: datetime) -> None:
    """Judge the whole fleet once."""
    lock_alone(desk.connection, "fleet")
    if desk.now - listening_since >= DOWN_AFTER:
        _find_down(desk)
    _find_stuck(desk)
    expire(desk)


def _find_down(desk: Desk) -> None:
    """Mark and note in one statement: another server may just now have heard one of them."""
    silent = (_table.down_since == "") & (_table.heard_at < stamp(desk.now - DOWN_AFTER))
    values = {"down_since": _table.heard_at, "able": False, "stuck_since": ""}
    marked = update(fleet_states).where(silent).values(values)
    rows = desk.connection.execute(marked.returning(_table.kiosk_id, _table.heard_at)).all()
    for kind in (EventKind.DOWN, EventKind.UNABLE):
        found = [Change(row.kiosk_id, row.heard_at, kind) for row in rows]
        keep_events(desk.connection, found)


def _find_stuck(desk: Desk) -> None:
    still = (
        (_table.stuck_since == "")
        & (_table.down_since == "")
        & _table.in_visit
        & (_table.screen_since < stamp(desk.now - STUCK_AFTER))
        & ~_table.screen.startswith(OF_TECHNICIANS)
    )
    marked = update(fleet_states).where(still).values(stuck_since=desk.stamp)
    rows = desk.connection.execute(marked.returning(_table.kiosk_id, _table.screen)).all()
    stuck = [Change(row.kiosk_id, desk.stamp, EventKind.STUCK, row.screen) for row in rows]
    keep_events(desk.connection, stuck)
