"""What people have applied for about their cards: kept, moved on, and told step by step."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk_central.card_rows import BY_THE_CLOCK
from kiosk_central.card_states import (
    CLOSED,
    EXPECTED,
    NEW_CARD,
    START,
    ApplicationEvent,
    ApplicationState,
    application_after,
)
from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.receipt_numbers import next_number
from kiosk_central.store.cards import application_steps, applications
from kioskd.domain.calendar import Certainty, WorkingDay
from kioskd.domain.card import Application, ApplicationKind, Step, StepState
from kioskd.domain.money import ZERO, Money
from kioskd.protocols.central import ProblemCode

NUMBERED_AS = "application"
"""All kinds share one row of numbers, so that a number alone says which application it is."""


@dataclass(frozen=True, slots=True)
class StoredApplication:
    """An application's row, and the days on which it reached its states."""

    number: str
    kind: ApplicationKind
    person_id: int
    card_code: str
    state: ApplicationState
    opened: date
    until: date | None
    collect_on: WorkingDay | None
    outlet: str
    fee: Money
    reached: dict[ApplicationState, date]

    def on(self, today: date) -> "StoredApplication":
        """Return it as it is on that day: a loss report whose last day is over has lapsed."""
        if self.state is not ApplicationState.IN_FORCE or self.until is None or today <= self.until:
            return self
        lapsed = ApplicationState.LAPSED
        reached = {**self.reached, lapsed: self.until + timedelta(days=1)}
        return replace(self, state=lapsed, reached=reached)

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED

    def view(self) -> Application:
        """Return what its owner may see."""
        return Application(
            self.number,
            self.kind,
            self.opened,
            not self.is_open,
            self._steps(),
            self.until,
            self.collect_on,
            self.outlet,
            self.fee,
        )

    def _steps(self) -> tuple[Step, ...]:
        """Return what it has been through, and of the usual way what is still before it."""
        done = sorted(self.reached, key=list(ApplicationState).index)
        steps = [self._step(state) for state in done]
        if self.is_open:
            way = EXPECTED[self.kind]
            steps += [self._later(state) for state in way[way.index(self.state) + 1 :]]
        return tuple(steps)

    def _step(self, state: ApplicationState) -> Step:
        now = state is self.state and self.is_open
        on = WorkingDay(self.reached[state], Certainty.OFFICIAL)
        return Step(state.value, StepState.NOW if now else StepState.DONE, on)

    def _later(self, state: ApplicationState) -> Step:
        on = None
        if state is ApplicationState.READY:
            on = self.collect_on
        if state is ApplicationState.LAPSED and self.until is not None:
            on = WorkingDay(self.until + timedelta(days=1), Certainty.OFFICIAL)
        return Step(state.value, StepState.LATER, on)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new application is about."""

    kind: ApplicationKind
    person_id: int
    card_code: str
    until: date | None = None
    collect_on: WorkingDay | None = None
    outlet: str = ""
    fee: Money = ZERO


def open_application(desk: Desk, wanted: Wanted, by: str) -> StoredApplication:
    """Open an application with the next number. Raises Refused(CARD_STATE) if one is open."""
    today, state = local_date(desk.now), START[wanted.kind]
    number = next_number(desk.connection, NUMBERED_AS, today.year)
    due = wanted.collect_on
    row = {
        "number": number,
        "kind": wanted.kind.value,
        "person_id": wanted.person_id,
        "card_code": wanted.card_code,
        "state": state.value,
        "opened": today.isoformat(),
        "closed": "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "collect_on": due.day.isoformat() if due else "",
        "certainty": due.certainty.value if due else "",
        "outlet": wanted.outlet,
        "fee_fen": wanted.fee.fen,
    }
    try:
        with desk.connection.begin_nested():
            desk.connection.execute(insert(applications).values(row))
    except IntegrityError:
        raise Refused(ProblemCode.CARD_STATE, "an application is open") from None
    _note(desk.connection, number, state, today, by)
    return find_application(desk.connection, number)


def advance(
    desk: Desk, known: StoredApplication, event: ApplicationEvent, by: str
) -> StoredApplication:
    """Move an application on. Raises Refused(CARD_STATE)."""
    after = application_after(known.state, event)
    today = local_date(desk.now)
    if event is ApplicationEvent.LAPSE and known.until is not None:
        today = known.until + timedelta(days=1)
    closed = today.isoformat() if after in CLOSED else ""
    changed = desk.connection.execute(
        update(applications)
        .where(applications.c.number == known.number, applications.c.state == known.state.value)
        .values(state=after.value, closed=closed)
    )
    if changed.rowcount != 1:
        raise Refused(ProblemCode.CARD_STATE, "changed meanwhile")
    _note(desk.connection, known.number, after, today, by)
    return find_application(desk.connection, known.number)


def lapse(desk: Desk, known: StoredApplication) -> StoredApplication:
    """Write down that a loss report has lapsed."""
    return advance(desk, known, ApplicationEvent.LAPSE, BY_THE_CLOCK)


def find_application(connection: Connection, number: str) -> StoredApplication:
    """Return the application. Raises Refused(NOT_FOUND)."""
    query = select(applications).where(applications.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(ProblemCode.NOT_FOUND, "application")
    return _stored(connection, row)


def open_application_of(
    connection: Connection, card_code: str, kind: ApplicationKind
) -> StoredApplication | None:
    """Return the application about this card that is open, if there is one."""
    columns = applications.c
    query = select(applications).where(
        columns.card_code == card_code, columns.kind == kind.value, columns.closed == ""
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _stored(connection, row)


def application_for_new_card(connection: Connection, card_code: str) -> StoredApplication | None:
    """Return the application that this card was made for, if there is one."""
    query = select(applications).where(applications.c.new_card_code == card_code)
    row = connection.execute(query).one_or_none()
    return None if row is None else _stored(connection, row)


def coming_card(connection: Connection, card_code: str) -> StoredApplication | None:
    """Return the open application for a card in place of this one, or for this very one."""
    made_for = application_for_new_card(connection, card_code)
    if made_for is not None and made_for.is_open:
        return made_for
    found = (open_application_of(connection, card_code, kind) for kind in NEW_CARD)
    return next((one for one in found if one is not None), None)


def applications_of(connection: Connection, person_id: int) -> tuple[StoredApplication, ...]:
    """Return all of a person's applications, newest first."""
    columns = applications.c
    query = (
        select(applications)
        .where(columns.person_id == person_id)
        .order_by(columns.opened.desc(), columns.kind.desc(), columns.number.desc())
    )
    rows = connection.execute(query).all()
    return tuple(_stored(connection, row) for row in rows)


def card_applications(
    connection: Connection, person_id: int, today: date
) -> tuple[Application, ...]:
    """Return what she has applied for about her cards, as it is on that day."""
    return tuple(one.on(today).view() for one in applications_of(connection, person_id))


def _note(connection: Connection, number: str, state: ApplicationState, day: date, by: str) -> None:
    row = {"number": number, "state": state.value, "day": day.isoformat(), "by": by}
    connection.execute(insert(application_steps).values(row))


def _stored(connection: Connection, row: Row[tuple[object, ...]]) -> StoredApplication:
    steps = select(application_steps).where(application_steps.c.number == row.number)
    due = None
    if row.collect_on:
        due = WorkingDay(date.fromisoformat(row.collect_on), Certainty(row.certainty))
    return StoredApplication(
        row.number,
        ApplicationKind(row.kind),
        row.person_id,
        row.card_code,
        ApplicationState(row.state),
        date.fromisoformat(row.opened),
        date.fromisoformat(row.until) if row.until else None,
        due,
        row.outlet,
        Money(row.fee_fen),
        {
            ApplicationState(step.state): date.fromisoformat(step.day)
            for step in connection.execute(steps)
        },
    )
