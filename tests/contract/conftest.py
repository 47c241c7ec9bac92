"""Starts centres for the contract tests."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from central_server import NOW, TIMEOUT_S, Server

from kiosk_central import sample
from kiosk_central.app import build_app, build_centre
from kiosk_central.clock import local_date
from kiosk_central.region import load_region
from kiosk_central.store.engine import open_engine, write
from kioskd.domain.region import RegionPack


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("city") / "city.db"
    engine = open_engine(f"sqlite:///{file}")
    write(engine, lambda at: sample.fill(at, load_region(), 4, 1, local_date(NOW)))
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def serve(template: Path) -> Iterator[Callable[..., Server]]:
    """Start servers in threads of this process; each on a free port, each stopped at the end."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(folder: Path, region: RegionPack | None = None) -> Server:
        file = folder / "centre.db"
        shutil.copyfile(template, file)
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", f"sqlite:///{file}")
        server.session.trust_env = False
        app = build_app(build_centre(server.file, region or load_region(), server.clock))
        http = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
        thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((http, thread))
        return server

    yield start
    for http, thread in running:
        http.should_exit = True
        thread.join(TIMEOUT_S)


@pytest.fixture
def server(serve: Callable[..., Server], tmp_path: Path) -> Iterator[Server]:
    made = serve(tmp_path)
    yield made
    made.session.close()
