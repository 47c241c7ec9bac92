"""Software over HTTPS: ranges for kiosks that are known, and a whole update with the line cut."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from central_server import KIOSK, Server

from kiosk_central import updates
from kiosk_central.updates import RANGE_BYTES_MAX
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.software_bundle import SOFTWARE_PATH
from kioskd.relay.line import CentralLine
from kioskd.update.bundle_source import from_centre
from kioskd.update.install import install
from kioskd.update.release import acceptable
from kioskd.update.slots import Slot
from tests.patience import PATIENCE_S
from tests.trust import Trust
from tests.updates import NEW, OLD, a_bundle, a_card

PATH = SOFTWARE_PATH.format(version=NEW)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def offering(server: Server, tmp_path: Path, bundle: Path) -> Server:
    """A server that has the bundle on its shelf."""
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / f"{NEW}.bundle").write_bytes(bundle.read_bytes())
    return server


def part(server: Server, text: str, path: str = PATH) -> requests.Response:
    return server.call("GET", path, about={"Range": text})


def test_a_range_is_given(offering: Server, bundle: Path) -> None:
    """Those bytes, and where they stand; a range beyond the end is cut, a very long one too."""
    whole = bundle.read_bytes()
    for first, last in ((0, 0), (100, 1099), (len(whole) - 5, len(whole) - 1)):
        answer = part(offering, f"bytes={first}-{last}")
        assert answer.status_code == 206
        assert answer.content == whole[first : last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
        assert answer.headers["Content-Type"] == "application/octet-stream"
    assert part(offering, f"bytes={len(whole) - 5}-{10**12}").content == whole[-5:]
    assert len(part(offering, f"bytes=0-{10**12}").content) == min(RANGE_BYTES_MAX, len(whole))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes=0-",
        "bytes=-5",
        "bytes=5-4",
        "bytes=0-1,3-4",
        "lines=0-1",
        "bytes=9999999-9999999",
    ],
)
def test_other_ranges_are_refused(offering: Server, text: str) -> None:
    """One closed range within the file, and nothing else; no answer is the whole file."""
    answer = offering.refused("GET", PATH, about={"Range": text} if text else {})
    assert answer == (400, ProblemCode.BAD_REQUEST)


@pytest.mark.parametrize("version", ["0.3.0", "0.2", "%2e%2e", "0.2.0.bundle", "..%2F0.2.0"])
def test_an_unknown_version(offering: Server, version: str) -> None:
    """Not there, or no version at all: the same answer."""
    path = SOFTWARE_PATH.format(version=version)
    answer = offering.refused("GET", path, about={"Range": "bytes=0-1"})
    assert answer == (404, ProblemCode.NOT_FOUND)


def test_only_known_kiosks_may_ask(offering: Server, tmp_path: Path) -> None:
    """Nobody in particular, an unknown name, another CA's kiosk: no byte for any of them."""
    nobody = offering.refused("GET", PATH, about={"Range": "bytes=0-1"}, kiosk="")
    assert nobody == (401, ProblemCode.CERTIFICATE_NEEDED)
    stranger = offering.refused("GET", PATH, about={"Range": "bytes=0-1"}, kiosk="K0999")
    assert stranger == (401, ProblemCode.CERTIFICATE_NEEDED)
    foreign = Trust(tmp_path / "foreign")
    with pytest.raises(requests.ConnectionError):
        requests.get(
            offering.url + PATH,
            headers={"Range": "bytes=0-1"},
            verify=offering.trust.ca,
            cert=foreign.pair(KIOSK),
            timeout=PATIENCE_S,
        )


def test_so_many_at_a_time(offering: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments go first: the next one is told to come again, and when."""
    monkeypatch.setattr(updates, "AT_ONCE", 0)
    answer = part(offering, "bytes=0-1")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    monkeypatch.undo()
    assert part(offering, "bytes=0-1").status_code == 206


class BadLine:
    """A line to the server that is cut again and again, at any byte."""

    def __init__(self, port: int, seed: int) -> None:
        self._port, self._chance = port, random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.cuts = self._listener.getsockname()[1], 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._carry, args=(near, far, 10**9), daemon=True).start()
            budget = self._chance.choice((3_000, 50_000, 700_000, 1_500_000, 3_000_000))
            self._carry(far, near, budget)

    def _carry(self, source: socket.socket, sink: socket.socket, budget: int) -> None:
        try:
            while budget > 0 and (data := source.recv(min(65536, budget))):
                sink.sendall(data)
                budget -= len(data)
        except OSError:
            pass
        self.cuts += budget <= 0
        for end in (source, sink):
            with suppress(OSError):  # it is gone already
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def bad_line(offering: Server) -> Iterator[BadLine]:
    line = BadLine(int(offering.url.rpartition(":")[2]), seed=7)
    yield line
    line.close()


def test_a_kiosk_fetches_it_over_a_line_that_is_cut_again_and_again(
    offering: Server, bad_line: BadLine, tmp_path: Path
) -> None:
    """By its own certificate, from the real centre, into the other slot; a cut costs a piece."""
    card = a_card(tmp_path / "card")
    settings = offering.trust.settings(f"https://127.0.0.1:{bad_line.port}", KIOSK)
    waits: list[float] = []
    read = from_centre(CentralLine(settings, KIOSK), NEW, waits.append)
    bundle = acceptable(read, card.machine)
    assert install(bundle, read, card.machine, lambda done, whole: None) is Slot.B
    assert card.holds(Slot.B, NEW) and card.holds(Slot.A, OLD)
    assert bad_line.cuts >= 3 and len(waits) >= 3, (bad_line.cuts, waits)


def test_a_version_that_the_centre_does_not_have(offering: Server) -> None:
    """The kiosk says so instead of asking for ever."""
    line = CentralLine(offering.trust.settings(offering.url, KIOSK), KIOSK)
    with pytest.raises(UpdateRefused) as refused:
        from_centre(line, "0.9.0", lambda seconds: None)(0, 20)
    assert refused.value.fault is UpdateFault.NOT_OFFERED
