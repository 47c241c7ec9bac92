"""One program at a time writes a journal: a lock that the kernel gives back at any death."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kioskd.errors import JournalDamaged


@contextmanager
def owning(path: Path) -> Iterator[None]:
    """Own the journal at ``path`` while the block runs. Raises JournalDamaged if another does."""
    try:
        lock = open(f"{path}.lock", "w", encoding="ascii")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise JournalDamaged(f"cannot be locked: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalDamaged("another program is using it") from None
        yield
