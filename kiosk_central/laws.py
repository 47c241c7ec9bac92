"""Who breaks the laws of the books about postings and payments; the answer is always nobody."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from kiosk_central.ledger_checks import LAWS, UNDER_ITSELF


def unbalanced(connection: Connection) -> tuple[int, ...]:
    """Return the ids of the postings that break a law by themselves."""
    found = {int(place.split()[1]) for name in UNDER_ITSELF for place in _places(connection, name)}
    return tuple(sorted(found))


def misposted(connection: Connection) -> tuple[str, ...]:
    """Return the references of the payments whose state and postings do not agree."""
    return tuple(sorted(place.split()[1] for place in _places(connection, "state")))


def _places(connection: Connection, name: str) -> Iterator[str]:
    for law in LAWS:
        if law.name == name:
            yield from connection.execute(text(law.question)).scalars()
