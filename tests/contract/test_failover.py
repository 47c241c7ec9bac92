"""What the centre has acknowledged is there, whichever machine is lost. Short; in full in tools."""

import pytest

from tools.load.failover import HARM, measure
from tools.load.pair import programs

PAYMENTS, SECONDS = 2_000, 2.0


@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed: make setup")
@pytest.mark.parametrize("name", HARM)
def test_nothing_acknowledged_is_missing(name: str) -> None:
    """The primary, or a copy of the server, dies by kill -9 under load: no payment is lost."""
    rows = measure(PAYMENTS, SECONDS, HARM[name], name)
    assert all(row.good for row in rows), rows
