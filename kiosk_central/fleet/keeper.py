"""The clockwork of the fleet in a server: heartbeats into the books once a second, and the sweep.

Whatever the database refuses is tried again the next second; nothing here ends but by being told.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from kiosk_central.api.request import Centre
from kiosk_central.fleet.beats import absorb
from kiosk_central.fleet.memory import load_notes
from kiosk_central.fleet.rollouts import move_rollouts
from kiosk_central.fleet.sweep import SWEEP, sweep
from kiosk_central.fleet.wanted import load_wanted
from kiosk_central.problems import Refused

FLUSH_S = 1.0
BATCH_MAX = 5000
_log = logging.getLogger("kiosk_central.fleet")


@asynccontextmanager
async def keeping_fleet(centre: Centre) -> AsyncIterator[None]:
    """Keep the fleet's books while the block runs; what was heard last is written at its end."""
    await _tried(_reload(centre), "reload")
    work = asyncio.create_task(_work(centre, centre.now()))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])
        await _tried(flush(centre), "flush")


async def _work(centre: Centre, listening_since: datetime) -> None:
    swept_at = centre.now() - SWEEP
    while True:
        await asyncio.sleep(FLUSH_S)
        await _tried(flush(centre), "flush")
        if centre.now() - swept_at >= SWEEP:
            swept_at = centre.now()
            await _tried(look_round(centre, listening_since), "sweep")
        await _tried(_reload(centre), "reload")


async def flush(centre: Centre) -> None:
    """Write the heartbeats that have come since the last time. Raises what the database raises."""
    beats = centre.fleet.drain()
    while beats:
        some, beats = beats[:BATCH_MAX], beats[BATCH_MAX:]
        batch = tuple(some)
        try:
            await centre.write(lambda desk, batch=batch: absorb(desk, batch))  # type: ignore[misc]
        except (Refused, SQLAlchemyError):
            centre.fleet.put_back(some + beats)
            raise


async def look_round(centre: Centre, listening_since: datetime) -> None:
    """Judge who is down and who stands still, and move what is being rolled out."""
    await centre.write(lambda desk: sweep(desk, listening_since))
    await move_rollouts(centre)


async def _reload(centre: Centre) -> None:
    fleet = centre.fleet
    fleet.notes = await centre.read(load_notes)
    fleet.wanted = await centre.read(lambda connection: load_wanted(connection, fleet.wanted))


async def _tried(work: Awaitable[None], what: str) -> None:
    try:
        await work
    except (Refused, SQLAlchemyError) as failure:
        _log.error("%s: %s", what, type(failure).__name__)
