"""The small city, on both databases; for whoever asks for ``world``."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_bench.devices.pcscd import SOCKET_VARIABLE
from tests.databases import KINDS, Template, cluster_of
from tests.unit.central_world import World, make_city, open_checked, open_world


@pytest.fixture(scope="session", autouse=True)
def pcscd_socket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where card services are in this process: the PC/SC library reads it once, for whoever asks.

    Nothing listens there but what a test starts.
    """
    default = str(tmp_path_factory.getbasetemp() / "pcscd.sock")
    return Path(os.environ.setdefault(SOCKET_VARIABLE, default))


@pytest.fixture(scope="module", params=KINDS)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    yield from open_checked(template, tmp_path)


@pytest.fixture
def unlawful(template: Template, tmp_path: Path) -> Iterator[World]:
    """A world whose books a test spoils: they are not held to their laws."""
    with open_world(template, tmp_path) as made:
        yield made
