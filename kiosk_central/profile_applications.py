"""Changes of personal information, told as applications: sent, looked at, decided."""

from datetime import date, datetime

from sqlalchemy import Connection, Row, select

from kiosk_central.clock import local_date
from kiosk_central.store.profiles import profile_changes
from kioskd.domain.calendar import Certainty, WorkingDay
from kioskd.domain.card import Application, ApplicationKind, Step, StepState
from kioskd.domain.profile import ChangeState

NUMBER_CHARACTERS = 8
"""Of the kiosk's reference; what stood on the screen when she had sent it."""


def profile_applications(
    connection: Connection, person_id: int, _today: date
) -> tuple[Application, ...]:
    """Return her changes, each under the reference it was sent with."""
    changes = profile_changes.c
    query = select(profile_changes).where(changes.person_id == person_id).order_by(changes.id)
    fields: dict[str, list[Row[tuple[object, ...]]]] = {}
    for row in connection.execute(query):
        fields.setdefault(row.ref, []).append(row)
    return tuple(_application(ref, rows) for ref, rows in fields.items())


def _application(ref: str, fields: list[Row[tuple[object, ...]]]) -> Application:
    opened = _day(fields[0].at)
    states = {ChangeState(row.state) for row in fields}
    sent = Step("sent", StepState.DONE, _on(opened))
    number = ref[:NUMBER_CHARACTERS].upper()
    if ChangeState.PENDING in states:
        now, later = Step("checking", StepState.NOW, _on(opened)), Step("decided", StepState.LATER)
        steps = (sent, now, later)
        return Application(number, ApplicationKind.PROFILE, opened, closed=False, steps=steps)
    end = "refused" if ChangeState.REFUSED in states else "updated"
    decided = max(str(row.decided_at or row.at) for row in fields)
    done = Step(end, StepState.DONE, _on(_day(decided)))
    return Application(number, ApplicationKind.PROFILE, opened, closed=True, steps=(sent, done))


def _day(moment: str) -> date:
    return local_date(datetime.fromisoformat(moment))


def _on(day: date) -> WorkingDay:
    return WorkingDay(day, Certainty.OFFICIAL)
