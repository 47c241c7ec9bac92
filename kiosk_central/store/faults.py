"""What an error of the database means for the job that met it."""

from sqlalchemy.exc import DBAPIError, IntegrityError

CAME_BETWEEN = ("40001", "40P01")
"""SQLSTATE of a serialisation failure and of a deadlock."""
READ_ONLY = "25006"
"""SQLSTATE of a write at a standby, which a primary becomes when another is promoted."""
NOBODY_THERE = ("08", "53", "57")
"""Classes of SQLSTATE: no connection, no room, shutting down or starting up."""


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's code of an error; None where it has none, as on SQLite."""
    code: str | None = getattr(error.orig, "sqlstate", None)
    return code


def came_between(error: Exception | None) -> bool:
    """Tell whether another's change came between: the job, run again, looks at what is now."""
    if isinstance(error, IntegrityError):
        return True
    return isinstance(error, DBAPIError) and sqlstate(error) in CAME_BETWEEN


def is_gone(error: Exception | None) -> bool:
    """Tell whether the database itself is out of reach: the next job would fare no better."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if not hasattr(error.orig, "sqlstate"):
        return False
    state = sqlstate(error)
    return state is None or state == READ_ONLY or state.startswith(NOBODY_THERE)
