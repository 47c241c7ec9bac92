"""What holds for all tests."""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres as pg
from tests.browser import chromium, pictures
from tests.statements import compiled_once
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
    group = parser.getgroup("bench", "what tests/scenarios runs on (docs/rig.md)")
    group.addoption("--bench", choices=("sim", "image", "rig"), default="sim")
    group.addoption("--rig", type=Path, help="rig.toml of --bench=rig")
    group.addoption("--image", type=Path, help="disk image of --bench=image")
    group.addoption("--evidence", type=Path, help="keep what every story leaves here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the stories out among the other files: while a story waits, other tests work.

    Chromium comes last: an event loop of its own runs in the worker from then on.
    """
    stories = [one for one in items if "scenarios" in one.path.parts]
    pages = [one for one in items if {"web", "bench_page"} & {*one.path.parts}]
    apart = {*stories, *pages}
    others = [one for one in items if one not in apart]
    files = [list(tests) for _, tests in groupby(others, key=lambda one: one.path)] or [[]]
    items.clear()
    for number, tests in enumerate(files):
        first, last = (at * len(stories) // len(files) for at in (number, number + 1))
        items += [*stories[first:last], *tests]
    items += pages


__all__ = ["chromium", "pictures"]


@pytest.fixture(scope="session")
def in_full(request: pytest.FixtureRequest) -> bool:
    """Whether ``--money`` was given; without it the same proofs run on fewer cases."""
    return bool(request.config.getoption("--money"))


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    """Compile the centre's statements once a session, not once a test."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[pg.Postgres]:
    """One PostgreSQL for the session, started by the first test that wants it."""
    if pg.programs() is None:
        pytest.skip("PostgreSQL is not installed: make setup")
    with pg.running() as cluster:
        yield cluster
