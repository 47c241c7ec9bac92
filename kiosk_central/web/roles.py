"""What an account may do. An account may have several roles; none is implied by another."""

from collections.abc import Iterable
from enum import Enum
from typing import Final


class Role(Enum):
    """One kind of work."""

    CLERK = "clerk"
    """Serves people at the counter of an outlet."""
    OPERATOR = "operator"
    """Keeps the kiosks running."""
    AUDITOR = "auditor"
    """Looks at the books and at who did what; changes nothing."""
    ADMIN = "admin"
    """Makes and ends accounts; sees no person."""


TITLES: Final = {
    Role.CLERK: "业务经办",
    Role.OPERATOR: "运行维护",
    Role.AUDITOR: "审计",
    Role.ADMIN: "账号管理",
}


def roles_text(roles: Iterable[Role]) -> str:
    """Return roles as they are stored."""
    return " ".join(sorted(role.value for role in roles))


def roles_of(text: str) -> frozenset[Role]:
    """Return stored roles. Raises ValueError for one that is none."""
    return frozenset(Role(word) for word in text.split())
