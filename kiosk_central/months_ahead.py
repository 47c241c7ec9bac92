"""Partitions for months to come, made by a running server; on SQLite there is nothing to make."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from kiosk_central.api.request import Centre
from kiosk_central.clock import this_utc_month
from kiosk_central.problems import Refused
from kiosk_central.store.partitions import make_ahead

LOOK_S = 3600.0
"""How often; there are some months' time to do it."""
_log = logging.getLogger("kiosk_central.months")


@asynccontextmanager
async def keeping_months_ahead(centre: Centre) -> AsyncIterator[None]:
    """Make partitions before they are wanted while the block runs."""
    work = asyncio.create_task(_work(centre))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])


async def _work(centre: Centre) -> None:
    """Look every hour: what the database refuses now is tried again then."""
    while True:
        try:
            month = this_utc_month(centre.now())
            made = await centre.write(lambda desk, month=month: make_ahead(desk.connection, month))  # type: ignore[misc]
            for name in made:
                _log.info("partition %s made", name)
        except (Refused, SQLAlchemyError) as failure:
            _log.error("partitions: %s", type(failure).__name__)
        await asyncio.sleep(LOOK_S)
