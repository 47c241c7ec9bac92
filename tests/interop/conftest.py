"""Each comparison names what is compared and with whom; without its peer it is skipped."""

import os
from pathlib import Path

import pytest

from kiosk_bench.devices.pcscd import SOCKET_VARIABLE
from tests.interop.comparison import Comparison
from tests.interop.peers import Peer


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark of this folder known."""
    config.addinivalue_line("markers", "interop(what, *peers): compared with other people's work")


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Comparison:
    """Collects the facts of one comparison; skips it where a peer is not installed."""
    mark = request.node.get_closest_marker("interop")
    what: str = mark.args[0]
    peers: tuple[Peer, ...] = mark.args[1:]
    comparison = Comparison(request.node.user_properties, what, " + ".join(p.name for p in peers))
    for peer in peers:
        if missing := peer.missing():
            pytest.skip(missing)
    comparison.note_versions([peer.version() for peer in peers])
    return comparison


@pytest.fixture(scope="session")
def pcscd_socket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where card services are in this process, as for the unit tests: it is read once."""
    default = str(tmp_path_factory.getbasetemp() / "pcscd.sock")
    return Path(os.environ.setdefault(SOCKET_VARIABLE, default))
