"""Two jobs on one database, the second begun before the first is committed."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from kiosk_central.desk import Desk
from kiosk_central.store.engine import read
from tests.patience import PATIENCE_S
from tests.unit.central_world import World

HELD_UP_S = 0.1
"""SQLite does not tell who waits; whoever is not done after this does."""


@dataclass
class Second:
    """What became of the second of two jobs: what it returned, or the exception it raised."""

    value: Any
    waited: bool


def interleaved(
    world: World,
    first: Callable[[Desk], object],
    second: Callable[[Desk], object],
    undone: bool = False,
) -> Second:
    """Do ``first``, begin ``second`` before it is committed (or ``undone``), and finish both."""
    with (
        ThreadPoolExecutor(1) as pool,
        world.engine.connect().execution_options(writes=True) as connection,
    ):
        transaction = connection.begin()
        first(Desk(connection, world.clock(), world.signer))
        running = pool.submit(world.at_desk, second)
        waited = waits(world, running)
        if undone:
            transaction.rollback()
        else:
            transaction.commit()
        failure = running.exception(PATIENCE_S)
        return Second(running.result() if failure is None else failure, waited)


def waits(world: World, running: "Future[Any]") -> bool:
    """Look until the second is done or waits for a lock; tell which."""
    if world.engine.dialect.name == "sqlite":
        time.sleep(HELD_UP_S)
        return not running.done()
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while not running.done():
        if read(world.engine, lambda at: at.execute(query).scalar_one()):
            return True
    return False
