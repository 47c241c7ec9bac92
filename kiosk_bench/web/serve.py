"""Serve the page from the world's own loop: hypercorn on trio, loopback only unless told otherwise.

Why hypercorn: docs/decisions/0061.
"""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from hypercorn.typing import Framework

from kiosk_bench.web.app import bench_app
from kiosk_bench.web.bench import Bench

PORT = 8800
PORTS = 100
"""So many ports are tried, from the wanted one upwards."""
TOKEN_BYTES = 12


class NoPort(Exception):
    """Every port that was tried is taken; the text says which."""


@asynccontextmanager
async def bench_page(bench: Bench, host: str, listener: socket.socket) -> AsyncIterator[str]:
    """Serve the page on ``listener``, now ours, while the block runs; yields its address."""
    port, token = listener.getsockname()[1], secrets.token_urlsafe(TOKEN_BYTES)
    async with trio.open_nursery() as nursery:
        app = cast(Framework, bench_app(bench, nursery, token, host))
        await nursery.start(bench.run)
        await nursery.start(partial(serve, app, _config(listener)))
        yield f"http://{_shown(host)}:{port}/{token}/"
        nursery.cancel_scope.cancel()


def listening(host: str, port: int) -> socket.socket:
    """Bind the wanted port or the next that is free; 0 is any. Raises NoPort."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = port + PORTS if port else 1
    for tried in range(port, last):
        bound = socket.socket(family)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, tried))
            bound.listen()
        except OSError:
            bound.close()
        else:
            return bound
    raise NoPort(f"no free port at {host} from {port} to {last - 1}")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = f"fd://{listener.detach()}"
    config.loglevel = "WARNING"
    config.include_server_header = False
    return config
