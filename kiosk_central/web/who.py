"""Who is logged in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from kiosk_central.web.roles import Role, roles_of


@dataclass(frozen=True, slots=True)
class Who:
    """One member of the staff, logged in."""

    id: int
    name: str
    """As colleagues and papers call her."""
    roles: frozenset[Role]
    outlet: str
    csrf: str
    """What every form of this log-in repeats."""


def who_of(row: Row[Any]) -> Who:
    """Return who a row of accounts and log-ins is about."""
    return Who(row.id, row.shown, roles_of(row.roles), row.outlet, row.csrf)
