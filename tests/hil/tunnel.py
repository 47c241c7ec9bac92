"""What ``ssh -N -L SCREEN:CONSOLE -R PORT:127.0.0.1:LINE`` does, on one machine; without packages.

``python tunnel.py SCREEN CONSOLE PORT LINE``
"""

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Dial = Callable[[], socket.socket]


def main(screen: str, console: str, port: str, line: str) -> None:
    """Forward both ways until killed."""
    Path(screen).unlink(missing_ok=True)
    here = socket.socket(socket.AF_UNIX)
    here.bind(screen)
    there = socket.create_server(("127.0.0.1", int(port)))
    here.listen()

    def to_console() -> socket.socket:
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(console)
        return stream

    def to_line() -> socket.socket:
        return socket.create_connection(("127.0.0.1", int(line)))

    threading.Thread(target=serve, args=(there, to_line), daemon=True).start()
    serve(here, to_console)


def serve(listener: socket.socket, dial: Dial) -> None:
    """Carry each connection to what ``dial`` reaches; close it if that is nothing."""
    while True:
        near, _ = listener.accept()
        try:
            far = dial()
        except OSError:
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=carry, args=(one, other), daemon=True).start()


def carry(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes one way; at the end close both."""
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main(*sys.argv[1:])
