"""Statements that one database of a test has compiled serve the next one.

A centre compiles its statements once and runs for months. A test has a database of its own, and so
an engine of its own, which would compile all of them anew: a third of the time of such a test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect

from kiosk_central.store import engine as store


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let all engines of one kind share what the first of them that has connected compiles."""
    known: dict[str, tuple[Dialect, Any]] = {}
    create: Callable[..., Engine] = store.create_engine

    def create_alike(*url: Any, **how: Any) -> Engine:
        engine = create(*url, **how)
        kind = engine.dialect.name

        def remember(*_connection: object) -> None:
            known.setdefault(kind, (engine.dialect, engine._compiled_cache))

        if kind in known:
            engine.dialect, engine._compiled_cache = known[kind]
        else:
            event.listen(engine, "connect", remember)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "create_engine", create_alike)
        yield
