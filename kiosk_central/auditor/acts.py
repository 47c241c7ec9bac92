"""Who of the staff did what, and who looked at whom."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from kiosk_central.auditor.books import PAGE_ROWS
from kiosk_central.auditor.words import detail_words
from kiosk_central.store.schema import people
from kiosk_central.store.web import web_accounts, web_acts
from kioskd.domain.secret import IdNumber


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts are asked for; empty means all."""

    account: str = ""
    """Log-in name."""
    person_id: int | None = None
    act: str = ""
    """One of ``ACTS``."""
    before: int | None = None
    """Id of the last act of the page before."""


def acts(connection: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Return a page of acts, newest first, whom they are about masked."""
    query = (
        select(web_acts, web_accounts.c.name, web_accounts.c.shown, people.c.id_number)
        .join(web_accounts, web_accounts.c.id == web_acts.c.account_id)
        .outerjoin(people, people.c.id == web_acts.c.person_id)
        .order_by(web_acts.c.id.desc())
        .limit(PAGE_ROWS)
    )
    if wanted.account:
        query = query.where(web_accounts.c.name == wanted.account)
    if wanted.person_id is not None:
        query = query.where(web_acts.c.person_id == wanted.person_id)
    if wanted.act:
        query = query.where(web_acts.c.act == wanted.act)
    if wanted.before is not None:
        query = query.where(web_acts.c.id < wanted.before)
    return [_masked(dict(row)) for row in connection.execute(query).mappings()]


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    number = row.pop("id_number")
    person = "" if number is None else IdNumber(number).masked()
    return row | {"person": person, "detail": detail_words(row["act"], row["detail"])}


def person_by_number(connection: Connection, id_number: str) -> int | None:
    """Return whose ID number it is."""
    query = select(people.c.id).where(people.c.id_number == id_number.upper())
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found
