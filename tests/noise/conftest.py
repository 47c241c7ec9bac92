"""Thousands of payments: no log that pytest would keep, and one table of how they ended."""

import logging
from collections.abc import Iterator

import pytest

from tests.noise.world import Tally
from tests.tables import show


@pytest.fixture(autouse=True)
def silent_log() -> Iterator[None]:
    """Log nothing while a test of this folder runs."""
    logger = logging.getLogger("kioskd")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line a scenario."""
    show(terminalreporter, "noise", "noise", ["line", *Tally.HEADER])
