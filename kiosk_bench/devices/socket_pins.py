"""Pins for gpiozero that another process can drive and read over a Unix socket.

Loaded by gpiozero itself, inside the process under test, when its environment says
``GPIOZERO_PIN_FACTORY=benchsocket``; ``KIOSK_BENCH_PINS`` names the socket to listen on. One
request a line: ``drive 17 1`` puts a level on an input and is answered ``ok``, ``state 22`` is
answered ``0`` or ``1``, anything else ``error`` and why. ``KIOSK_BENCH_PINS_AT_REST``, as in
``17=0 27=0``, are the levels that inputs have from the first moment.
"""

import os
import socketserver
from functools import partial
from pathlib import Path
from threading import RLock, Thread
from typing import Any

from gpiozero import GPIOZeroError
from gpiozero.pins.mock import MockFactory, MockPin

SOCKET_VARIABLE = "KIOSK_BENCH_PINS"
REST_VARIABLE = "KIOSK_BENCH_PINS_AT_REST"


class BenchPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A mock pin that keeps the level the bench drives, also when it is set up afterwards."""

    def __init__(self, factory: Any, info: Any) -> None:
        self._driven: bool | None = None
        super().__init__(factory, info)

    def drive(self, high: bool) -> None:
        """Put a level on the pin, stronger than its pull resistor."""
        self._driven = high
        if high:
            self.drive_high()
        else:
            self.drive_low()

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self._driven is not None:
            self.drive(self._driven)


class SocketPinFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """A mock factory whose pins hang on a Unix socket."""

    def __init__(self) -> None:
        super().__init__(pin_class=BenchPin)
        self._lock = RLock()
        for held in os.environ.get(REST_VARIABLE, "").split():
            pin, _, level = held.partition("=")
            self.pin(int(pin)).drive(level == "1")
        path = Path(os.environ[SOCKET_VARIABLE])
        path.unlink(missing_ok=True)
        self._server: _Server | None = None
        server = _Server(str(path), _Conversation)
        server.factory = self
        self._server = server
        serve = partial(server.serve_forever, poll_interval=0.05)
        Thread(target=serve, name="bench pins", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        if (server := getattr(self, "_server", None)) is not None:
            server.shutdown()
            server.server_close()
            self._server = None
        super().close()

    def obey(self, request: str) -> str:
        """Act on one line and return the answer's line."""
        try:
            with self._lock:
                return self._act(request.split())
        except (ValueError, AssertionError, GPIOZeroError) as fault:
            return f"error {type(fault).__name__}"

    def _act(self, words: list[str]) -> str:
        match words:
            case ["drive", pin, ("0" | "1") as level]:
                self.pin(int(pin)).drive(level == "1")
                return "ok"
            case ["state", pin]:
                return str(int(self.pin(int(pin)).state))
            case _:
                return "error unknown request"


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    factory: SocketPinFactory


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        for line in self.rfile:
            answer = self.server.factory.obey(line.decode("ascii", "replace"))
            self.wfile.write(answer.encode() + b"\n")
