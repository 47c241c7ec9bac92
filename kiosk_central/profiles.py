"""What is on file to reach a person by, and changes of it. Jobs for a transaction.

A change counts at once or after a person has looked at it, as the region says; every one stays in
the history with what was there before, from which kiosk it came and what she had agreed to.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.locks import lock_kiosk, lock_person
from kiosk_central.store.profiles import profile_changes, profiles
from kioskd.domain.profile import (
    RULES,
    ChangeState,
    FieldChange,
    Profile,
    ProfileField,
    ProfileRules,
)
from kioskd.domain.secret import PersonName, PhoneNumber, PostalAddress
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_profile import (
    CHANGES_MAX,
    ChangedField,
    ProfileChange,
    ProfileChanged,
    refusal_detail,
)


class NotToBeDecided(KioskError):
    """There is no such change, or nothing to decide of it."""


def profile_of(connection: Connection, person_id: int) -> Profile:
    """Return what is on file for a person; empty texts where nothing is."""
    query = select(profiles).where(profiles.c.person_id == person_id)
    row = connection.execute(query).one_or_none()
    texts = (row.phone, row.address, row.contact_name, row.contact_phone) if row else ("",) * 4
    phone, address, name, contact_phone = texts
    return Profile(
        PhoneNumber(phone),
        PostalAddress(address),
        PersonName(name),
        PhoneNumber(contact_phone),
        *_looked_at(connection, person_id),
    )


def _looked_at(
    connection: Connection, person_id: int
) -> tuple[tuple[ProfileField, ...], tuple[ProfileField, ...]]:
    """Return the fields whose latest change waits, and those whose latest was refused."""
    changes = profile_changes.c
    query = select(changes.field, changes.state).where(changes.person_id == person_id)
    rows = connection.execute(query.order_by(changes.id))
    latest = {ProfileField(row.field): ChangeState(row.state) for row in rows}
    waiting, refused = (
        tuple(field for field, state in latest.items() if state is wanted)
        for wanted in (ChangeState.PENDING, ChangeState.REFUSED)
    )
    return waiting, refused


def change_profile(
    desk: Desk, rules: ProfileRules, kiosk_id: str, person_id: int, ref: str, asked: ProfileChange
) -> ProfileChanged:
    """Make a change, or set it before a person; the same again gives the same answer.

    Raises Refused: TEXT_NOT_ACCEPTED, PROFILE_CHANGED (not as she was shown it, or one of these is
    being looked at), REFERENCE_REUSED, BAD_REQUEST.
    """
    _refuse_nonsense(asked.changes)
    lock_kiosk(desk.connection, kiosk_id)
    lock_person(desk.connection, person_id)
    known = _rows_of(desk.connection, kiosk_id, ref)
    if known:
        return _answer_again(known, person_id, asked)
    _refuse_bad_texts(asked.changes)
    _refuse_if_not_as_shown(profile_of(desk.connection, person_id), asked.changes)
    for one in asked.changes:
        state = ChangeState.PENDING if one.field in rules.reviewed else ChangeState.UPDATED
        if state is ChangeState.UPDATED:
            _keep(desk.connection, person_id, one.field, one.after.reveal())
        row = {
            "ref": ref,
            "person_id": person_id,
            "kiosk_id": kiosk_id,
            "field": one.field.value,
            "before": one.before.reveal(),
            "after": one.after.reveal(),
            "agreed": asked.agreed,
            "state": state.value,
            "at": desk.stamp,
            "decided_at": "",
            "decided_by": "",
            "decided_note": "",
        }
        desk.connection.execute(insert(profile_changes).values(row))
    return _answer(_rows_of(desk.connection, kiosk_id, ref))


def _refuse_nonsense(changes: tuple[FieldChange, ...]) -> None:
    fields = [one.field for one in changes]
    if not 1 <= len(fields) <= CHANGES_MAX or len(set(fields)) < len(fields):
        raise Refused(ProblemCode.BAD_REQUEST, "fields")
    if any(one.before == one.after for one in changes):
        raise Refused(ProblemCode.BAD_REQUEST, "nothing changes")


def _refuse_bad_texts(changes: Iterable[FieldChange]) -> None:
    for one in changes:
        rule = RULES[one.field].broken_by(one.after.reveal())
        if rule is not None:
            raise Refused(ProblemCode.TEXT_NOT_ACCEPTED, refusal_detail(one.field, rule))


def _refuse_if_not_as_shown(now: Profile, changes: Iterable[FieldChange]) -> None:
    for one in changes:
        if one.before.reveal() != now.of(one.field).reveal() or one.field in now.pending:
            raise Refused(ProblemCode.PROFILE_CHANGED, one.field.value)


def _keep(connection: Connection, person_id: int, field: ProfileField, text: str) -> None:
    own = profiles.c.person_id == person_id
    if connection.execute(update(profiles).where(own).values({field.value: text})).rowcount == 0:
        nothing = {one.value: "" for one in ProfileField}
        row = {"person_id": person_id, **nothing, field.value: text}
        connection.execute(insert(profiles).values(row))


def _rows_of(connection: Connection, kiosk_id: str, ref: str) -> list[Row[Any]]:
    changes = profile_changes.c
    own = (changes.kiosk_id == kiosk_id, changes.ref == ref)
    query = select(profile_changes).where(*own).order_by(changes.id)
    return list(connection.execute(query))


def _answer_again(rows: list[Row[Any]], person_id: int, asked: ProfileChange) -> ProfileChanged:
    same = [(person_id, asked.agreed, *_texts(one)) for one in asked.changes]
    told = [(row.person_id, row.agreed, row.field, row.before, row.after) for row in rows]
    if told != same:
        raise Refused(ProblemCode.REFERENCE_REUSED)
    return _answer(rows)


def _texts(one: FieldChange) -> tuple[str, str, str]:
    return one.field.value, one.before.reveal(), one.after.reveal()


def _answer(rows: list[Row[Any]]) -> ProfileChanged:
    fields = tuple(ChangedField(ProfileField(row.field), ChangeState(row.state)) for row in rows)
    return ProfileChanged(rows[0].ref, rows[0].at, fields)


def all_changes(connection: Connection) -> list[dict[str, Any]]:
    """Return the whole history, oldest first, as an operator's list."""
    query = select(profile_changes).order_by(profile_changes.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def decide_change(desk: Desk, kiosk_id: str, ref: str, accept: bool, by: str, note: str) -> None:
    """Let what waits under a kiosk's ``ref`` count, or not. Raises NotToBeDecided."""
    for row in _rows_of(desk.connection, kiosk_id, ref)[:1]:
        lock_person(desk.connection, row.person_id)
    rows = _rows_of(desk.connection, kiosk_id, ref)
    waiting = [row for row in rows if row.state == ChangeState.PENDING.value]
    if not waiting:
        raise NotToBeDecided(f"nothing of {kiosk_id} is waiting under {ref}")
    for row in waiting:
        if accept:
            _keep(desk.connection, row.person_id, ProfileField(row.field), row.after)
        decided = {
            "state": (ChangeState.UPDATED if accept else ChangeState.REFUSED).value,
            "decided_at": desk.stamp,
            "decided_by": by,
            "decided_note": note,
        }
        own = profile_changes.c.id == row.id
        desk.connection.execute(update(profile_changes).where(own).values(decided))
