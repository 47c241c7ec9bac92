"""CUPS's ``ippeveprinter`` as a process of its own: a real IPP Everywhere printer on loopback.

Even when it is told to announce nothing it wants a system bus to look for Avahi on, and is content
with a bus that has none. So it gets a D-Bus of its own in a folder of its own: any number can run
side by side, as anybody, and nothing of it is seen on a network.
"""

import http.client
import os
import shutil
import signal
import socket
from pathlib import Path
from subprocess import STDOUT, Popen
from tempfile import mkdtemp
from typing import Any, Final

import trio
from pyipp.enums import IppOperation
from pyipp.parser import parse
from pyipp.serializer import encode_dict

from kioskd.errors import DeviceUnavailable

NEEDED: Final = {
    "ippeveprinter": "cups-ipp-utils",
    "dbus-daemon": "dbus",
    "pdftoppm": "poppler-utils",
    "setpriv": "util-linux",
}
START_LIMIT_S: Final = 60.0
POLL_S: Final = 0.02
PORT_TRIES: Final = 4
BUS: Final = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""
# Both die with us. The folder of jobs is the printer's, not the kiosk's.
START: Final = """\
set -e
setpriv --pdeathsig KILL dbus-daemon --config-file="$3/bus.conf" --nofork --nopidfile &
n=0; while [ ! -S "$3/bus" ]; do n=$((n+1)); [ $n -lt 1000 ] || exit 3; sleep 0.01; done
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$3/bus"
exec ippeveprinter -p "$2" -d "$1/spool" -f application/pdf -c "$1/command" \
  -r off -s 20,10 -n localhost "Bench A4"
"""


class IppEvePrinter:
    """The process. ``command`` is a shell script that prints; see ``a4_command``."""

    def __init__(self, folder: Path, command: str) -> None:
        self.folder, self._command = folder, command
        self.port = 0
        self._process: Popen[bytes] | None = None
        self._bus: Path | None = None
        """The bus's folder, apart: a socket's path holds 108 bytes at most."""

    @property
    def uri(self) -> str:
        """Where the kiosk finds it."""
        return f"ipp://localhost:{self.port}/ipp/print"

    @property
    def is_on(self) -> bool:
        return self._process is not None

    async def start(self) -> None:
        """Switch on; the first time on a free port, then on the same. Raises DeviceUnavailable."""
        self._prepare()
        for _ in range(PORT_TRIES if not self.port else 1):
            port = self.port or _free_port()
            self._process = self._spawn(port)
            if await self._answers(self._process, port):
                self.port = port
                return
            await self.stop()
        log = (self.folder / "printer.log").read_text(errors="replace")
        raise DeviceUnavailable("a4_printer", f"ippeveprinter did not start: {log[-500:]}")

    async def stop(self) -> None:
        """Switch off, as by pulling the plug: it forgets its jobs."""
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, signal.SIGKILL)
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(process.wait)
        if self._bus is not None:
            shutil.rmtree(self._bus, ignore_errors=True)

    async def execute(
        self, operation: str, attributes: dict[str, Any], document: bytes = b""
    ) -> dict[str, Any]:
        """Do one IPP exchange of the bench's own. Raises OSError when it is off."""
        message = {
            "version": (2, 0),
            "operation": IppOperation[operation],
            "operation-attributes-tag": {
                "attributes-charset": "utf-8",
                "attributes-natural-language": "en",
                "printer-uri": self.uri,
                **attributes,
            },
        }
        return await trio.to_thread.run_sync(_exchanged, self.port, encode_dict(message) + document)

    def _prepare(self) -> None:
        missing = sorted({NEEDED[program] for program in NEEDED if not shutil.which(program)})
        if missing:
            raise DeviceUnavailable("a4_printer", f"install the Debian packages {missing}")
        (self.folder / "spool").mkdir(parents=True, exist_ok=True)
        command = self.folder / "command"
        command.write_text(self._command, encoding="utf-8")
        command.chmod(0o755)

    def _spawn(self, port: int) -> Popen[bytes]:
        dies_with_us = ["setpriv", "--pdeathsig", "KILL"]
        self._bus = Path(mkdtemp(prefix="kiosk-bus-"))
        bus = BUS.format(socket=self._bus / "bus")
        (self._bus / "bus.conf").write_text(bus, encoding="ascii")
        script = ["/bin/sh", "-c", START, "sh", str(self.folder), str(port), str(self._bus)]
        with (self.folder / "printer.log").open("ab") as log:
            return Popen(
                [*dies_with_us, *script], stdout=log, stderr=STDOUT,
                start_new_session=True,
            )  # fmt: skip

    async def _answers(self, process: Popen[bytes], port: int) -> bool:
        with trio.move_on_after(START_LIMIT_S):
            while process.poll() is None:
                try:
                    stream = await trio.open_tcp_stream("127.0.0.1", port)
                except OSError:
                    await trio.sleep(POLL_S)
                else:
                    await stream.aclose()
                    return process.poll() is None
        return False


def _exchanged(port: int, body: bytes) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT_S)
    try:
        connection.request("POST", "/ipp/print", body, {"Content-Type": "application/ipp"})
        return dict(parse(connection.getresponse().read()))
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
