"""What the tests of the rig share."""

from collections.abc import Iterator

import pytest

from kiosk_bench.programs import Programs, programs_loaded


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Centre and commands, loaded once for all stories."""
    with programs_loaded() as loaded:
        yield loaded
