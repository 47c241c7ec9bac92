"""Starts centres for the contract tests."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import uvicorn
from central_server import NOW, Server
from sqlalchemy import Connection

from kiosk_central import sample
from kiosk_central.app import build_app, build_centre
from kiosk_central.clock import local_date
from kiosk_central.region import load_region
from kiosk_central.trust.tls import http_config, server_tls
from kioskd.domain.region import RegionPack
from tests.databases import KINDS, Template, cluster_of, make_template
from tests.patience import PATIENCE_S
from tests.trust import Trust


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture(scope="module", params=KINDS)
def template(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, trust: Trust
) -> Template:
    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 4, 1, local_date(NOW))
        trust.enrol(at, *sample.SAMPLE_KIOSKS)

    return make_template(tmp_path_factory.mktemp("city"), cluster_of(request), fill)


@pytest.fixture(scope="module")
def serve(template: Template, trust: Trust) -> Iterator[Callable[..., Server]]:
    """Start servers in threads of this process; each on a free port, each stopped at the end."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []
    copies = ExitStack()

    def start(folder: Path, region: RegionPack | None = None) -> Server:
        url = copies.enter_context(template.copied(folder))
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(f"https://127.0.0.1:{listener.getsockname()[1]}", url, trust)
        server.session.trust_env = False
        server.session.verify = trust.ca
        centre = build_centre(
            url,
            region or load_region(),
            server.clock,
            issuer=trust.issuer,
            bundles=folder / "bundles",
        )
        config = http_config(build_app(centre), server_tls(trust.folder))
        config.log_level = "critical"
        http = uvicorn.Server(config)
        thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((http, thread))
        return server

    with copies:
        yield start
        for http, thread in running:
            http.should_exit = True
            thread.join(PATIENCE_S)


@pytest.fixture
def server(serve: Callable[..., Server], tmp_path: Path) -> Iterator[Server]:
    made = serve(tmp_path)
    yield made
    made.session.close()
