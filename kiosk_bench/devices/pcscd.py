"""A private PC/SC daemon with one virtual reader, for one test or one demonstration.

Beware: the virtual reader (libifdvpcd) listens on 0.0.0.0 and cannot be told otherwise; whoever
reaches this machine can insert a card. Hence it belongs on a workbench and never on a kiosk.
Source: facts/devices.md 1, way b (socket activation).
"""

import os
import random
import shutil
import signal
import socket
from itertools import chain
from pathlib import Path
from subprocess import STDOUT, Popen
from types import TracebackType
from typing import Self

import trio

from kioskd.errors import DeviceUnavailable

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READER_NAME = "Bench Social Card Slot"
FIRST_PORT, LAST_PORT = 20000, 32000
"""Below the ports that the system hands out by itself."""
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
POLL_S = 0.01
PORT_TRIES = 5
PORT_TAKEN = "Address already in use"
_LISTENING = "0A"
# pcscd wants its own process id in LISTEN_PID and the socket at descriptor 3; it dies with us.
_START = (
    "exec 3<&0 </dev/null; "
    'LISTEN_PID=$$ LISTEN_FDS=1 exec setpriv --pdeathsig KILL pcscd --foreground --config "$1"'
)


class PortTaken(DeviceUnavailable):
    """Another daemon was faster: its reader would be ours by mistake."""


class Pcscd:
    """``pcscd`` on its own configuration, its own socket and a free port for the virtual reader.

    Use it as an async context manager, from the main thread. Its clients find it by ``env``. The
    PC/SC library reads that variable once a process: two daemons that one process talks to, even
    one after the other, must share ``socket_path``.
    """

    def __init__(self, folder: Path, socket_path: Path | None = None) -> None:
        self.socket_path = socket_path or folder / "pcscd.sock"
        self.port = 0
        self.plugged = True
        """Whether its reader is there."""
        self._folder = folder
        self._process: Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """What a client of this daemon must have in its environment."""
        return {SOCKET_VARIABLE: str(self.socket_path)}

    async def __aenter__(self) -> Self:
        _require_installed()
        self._folder.mkdir(parents=True, exist_ok=True)
        for _ in range(PORT_TRIES):
            self.port = _free_port_pair()
            self._write_configuration()
            try:
                await self.start()
            except PortTaken:
                await self.kill()
            else:
                return self
        raise DeviceUnavailable("pcscd", f"no free port in {PORT_TRIES} tries")

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with trio.CancelScope(shield=True):
            await self.stop()

    async def start(self) -> None:
        """Start the daemon; return when the virtual reader listens. Raises DeviceUnavailable."""
        assert self._process is None, "already running"
        self._process = self._spawn()
        try:
            with trio.fail_after(START_TIMEOUT_S):
                await self._wait_listening(self._process)
        except trio.TooSlowError as slow:
            raise DeviceUnavailable("pcscd", f"no reader in {START_TIMEOUT_S} s") from slow

    async def stop(self) -> None:
        """End the daemon as an administrator would; kill it if it does not listen."""
        with trio.move_on_after(STOP_TIMEOUT_S):
            await self._end(signal.SIGTERM)
        await self.kill()

    async def kill(self) -> None:
        """End the daemon without warning, as a crash would."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Kill the daemon and start it again, with the same socket and the same port."""
        await self.kill()
        await self.start()

    async def unplug(self) -> None:
        """Pull the reader's cable: a daemon without a reader, as its clients see it."""
        self.plugged = False
        await self.kill()
        (self._folder / "readers" / "vpcd").unlink(missing_ok=True)
        self._process = self._spawn()

    async def plug(self) -> None:
        """Put the reader's cable back. Raises DeviceUnavailable."""
        await self.kill()
        self._write_configuration()
        await self.start()
        self.plugged = True

    def _spawn(self) -> Popen[bytes]:
        command = ["/bin/sh", "-c", _START, "sh", str(self._folder / "readers")]
        with _listen(self.socket_path) as listener, (self._folder / "pcscd.log").open("ab") as log:
            return Popen(command, stdin=listener.fileno(), stdout=log, stderr=STDOUT)

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        process.send_signal(how)
        await wait_end(process)
        self._process = None
        self.socket_path.unlink(missing_ok=True)

    async def _wait_listening(self, process: Popen[bytes]) -> None:
        # Asks the kernel: a trial connection would look like a card to the reader.
        while True:
            if PORT_TAKEN in (self._folder / "pcscd.log").read_text(errors="replace"):
                (self._folder / "pcscd.log").unlink()
                raise PortTaken("pcscd", f"port {self.port} was taken meanwhile")
            if _is_listening(self.port) and _is_listening(self.port + 1):
                return
            if process.poll() is not None:
                self._process = None
                raise DeviceUnavailable("pcscd", f"ended with {process.returncode}, see its log")
            await trio.sleep(POLL_S)

    def _write_configuration(self) -> None:
        readers = self._folder / "readers"
        readers.mkdir(exist_ok=True)
        (readers / "vpcd").write_text(
            f'FRIENDLYNAME "{READER_NAME}"\n'
            f"DEVICENAME /dev/null:0x{self.port:04X}\n"
            f"LIBPATH {DRIVER}\n"
            f"CHANNELID 0x{self.port:04X}\n",
            encoding="ascii",
        )


def _require_installed() -> None:
    missing = [] if shutil.which("pcscd") else ["pcscd"]
    missing += [] if DRIVER.exists() else ["vsmartcard-vpcd"]
    if missing:
        raise DeviceUnavailable("pcscd", f"install the Debian package {' and '.join(missing)}")


async def wait_end(process: Popen[bytes]) -> None:
    """Return when a process of ours has ended."""
    if process.poll() is None:
        descriptor = os.pidfd_open(process.pid)
        try:
            await trio.lowlevel.wait_readable(descriptor)
        finally:
            os.close(descriptor)
        process.wait()


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen()
    return listener


def _free_port_pair() -> int:
    """Return a port that is free together with the next: the virtual reader has two slots."""
    ports = range(FIRST_PORT, LAST_PORT, 2)
    start = random.randrange(len(ports))  # daemons started side by side rarely meet
    for port in chain(ports[start:], ports[:start]):
        if _is_free(port) and _is_free(port + 1):
            return port
    raise DeviceUnavailable("pcscd", "no free pair of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("0.0.0.0", port))  # noqa: S104 - as the reader will
        except OSError:
            return False
    return True


def _is_listening(port: int) -> bool:
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    columns = (row.split() for row in rows)
    return any(row[1].endswith(f":{port:04X}") and row[3] == _LISTENING for row in columns)
