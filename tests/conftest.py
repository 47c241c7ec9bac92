"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres as pg
from tools.catalogues import compile_all

# A slow machine is no failure: property tests look at results, never at the clock. In continuous
# integration they try the same values each time; on a desk, others each time.
settings.register_profile("kioskd", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kioskd")


def pytest_configure(config: pytest.Config) -> None:
    """Compile words that were edited since, once for all workers."""
    if not hasattr(config, "workerinput"):
        compile_all()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--money``: the proofs about money run in full, minutes instead of seconds."""
    parser.addoption("--money", action="store_true", help="run the proofs about money in full")


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether ``--money`` was given; without it the same proofs run on fewer cases."""
    return bool(request.config.getoption("--money"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[pg.Postgres]:
    """One PostgreSQL for the session, started by the first test that wants it."""
    if pg.programs() is None:
        pytest.skip("PostgreSQL is not installed: make setup")
    with pg.running() as cluster:
        yield cluster
