"""Who may come to the bench page: by token, host and origin."""

import pytest

from kiosk_bench.web.door import Door

TOKEN = "t0ken"


async def _status(path: str, headers: dict[str, str], host: str, kind: str = "http") -> int:
    """Return what is answered: 200 from inside, else the refusal."""

    async def inside(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    told = []

    async def send(message):
        told.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "headers": pairs, "method": "GET"}
    await Door(inside, TOKEN, host)(scope, None, send)
    return told[0].get("status", 403)


@pytest.mark.parametrize(
    ("path", "headers", "host", "status"),
    [
        ("/t0ken/", {"host": "127.0.0.1:8800"}, "127.0.0.1", 200),
        ("/t0ken/live", {"host": "localhost:8800"}, "127.0.0.1", 200),
        ("/t0ken/", {"host": "[::1]:8800", "origin": "http://[::1]:8800"}, "::1", 200),
        ("/t0ken/", {"host": "192.0.2.7:8800"}, "0.0.0.0", 200),
        ("/t0ken/", {"host": "bench.example:8800"}, "bench.example", 200),
        ("/", {"host": "127.0.0.1:8800"}, "127.0.0.1", 403),
        ("/T0ken/", {"host": "127.0.0.1:8800"}, "127.0.0.1", 403),
        ("//t0ken/", {"host": "127.0.0.1:8800"}, "127.0.0.1", 403),
        ("/t0ken/", {}, "127.0.0.1", 403),
        ("/t0ken/", {"host": "evil.example"}, "127.0.0.1", 403),
        ("/t0ken/", {"host": "evil.example"}, "0.0.0.0", 403),
        ("/t0ken/", {"host": "127.0.0.1:8800", "origin": "http://evil.example"}, "::1", 403),
        ("/t0ken/", {"host": "127.0.0.1:8800", "origin": "null"}, "127.0.0.1", 403),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_only_whom_the_terminal_told_comes_in(path, headers, host, status, kind) -> None:
    """The token, one of our own names, and no other origin: all three, for pages and the line."""
    assert await _status(path, headers, host, kind) == status
