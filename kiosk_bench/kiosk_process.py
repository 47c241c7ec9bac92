"""The kiosk itself: the real program as a process of its own, started, killed, watched."""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import trio

from kiosk_bench.devices.pcscd import wait_end

DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""A kiosk whose bench was killed would go on, and take the lines of the next world's devices."""
SYNC_TRACE = (
    "strace", "-D", "-f", "-qq", "--seccomp-bpf", "-ttt", "-y", "-e", "trace=fsync,fdatasync",
)  # fmt: skip
"""Follows only the two syscalls that count; -D keeps the kiosk our own child, -y names the file."""


class KioskProcess:
    """``python -m kioskd run`` with its stderr kept in a file."""

    def __init__(self, config: Path, folder: Path, env: dict[str, str]) -> None:
        self.config, self.folder = config, folder
        self.log = folder / "kioskd.log"
        self.syncs = folder / "syncs.log"
        self.env = env
        self._process: Popen[bytes] | None = None
        self.starts = 0

    async def start(self) -> None:
        """Start the program, from the main thread, with whose end it ends.

        Whoever waits for its first screen uses the console.
        """
        await trio.lowlevel.checkpoint()
        command = [sys.executable, "-m", "kioskd", "run", "--config", str(self.config)]
        self.starts += 1
        trace = [*SYNC_TRACE, "-o", f"{self.syncs}.{self.starts}"]
        self._process = self._spawn([*DIES_WITH_US, *trace, *command])

    def _spawn(self, command: list[str]) -> Popen[bytes]:
        env = {**os.environ, **self.env}
        with self.log.open("ab") as log:
            return Popen(command, stdin=DEVNULL, stdout=log, stderr=log, env=env)

    @property
    def pid(self) -> int:
        """Return the process id of the running kiosk."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill_now(self) -> None:
        """SIGKILL, as a power cut would: no handler runs, nothing is flushed."""
        os.kill(self.pid, signal.SIGKILL)

    def limit_files(self, size: int | None) -> None:
        """Let writes beyond ``size`` of any file fail, as on a disk that takes no more; None: any.

        Only the journal grows so much: the kiosk's log is shorter than the journal's own.
        """
        hard = resource.RLIM_INFINITY
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    async def wait_dead(self) -> None:
        """Return when the process is gone."""
        if self._process is not None:
            await wait_end(self._process)

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    async def stop(self) -> int | None:
        """Ask it to end as systemd does; return its exit code."""
        if self._process is None or not self.is_running:
            return None if self._process is None else self._process.returncode
        os.kill(self.pid, signal.SIGTERM)
        with trio.move_on_after(30, shield=True) as patience:
            await wait_end(self._process)
        if patience.cancelled_caught:
            self.kill_now()
            with trio.CancelScope(shield=True):
                await wait_end(self._process)
        return self._process.returncode

    def money_events(self) -> list[dict[str, Any]]:
        """Return what the kiosk's log says of payments: each synced state, each answered report."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = ('"journal.synced"', '"uplink.delivered"')
        return [json.loads(line[3:]) for line in lines if any(name in line for name in told)]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the events of that name in the kiosk's log, oldest first."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [json.loads(line[3:]) for line in lines if f'"{name}"' in line]

    def cpu_s(self) -> float:
        """Return the CPU seconds of the kiosk's main thread: flow, protocol, journal, drawing.

        Its worker threads are left out: while a story watches they encode pictures for it.
        """
        stat = Path(f"/proc/{self.pid}/task/{self.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pss_mib(self) -> float:
        """Return the running kiosk's proportional set size by the kernel's count."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        (line,) = (line for line in rollup.splitlines() if line.startswith("Pss:"))
        return int(line.split()[1]) / 1024

    def journal_syncs(self, since: float, until: float) -> int:
        """Count synced writes of the journal between two times (seconds since the epoch)."""
        count = 0
        for trace in sorted(self.folder.glob(f"{self.syncs.name}.*")):
            for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
                count += _is_journal_sync(line, since, until)
        return count


def _is_journal_sync(line: str, since: float, until: float) -> bool:
    """Tell whether one line of strace is a sync of the journal within the times."""
    words = line.split()
    if len(words) < 3 or "journal" not in line or "resumed" in line:
        return False
    return since <= float(words[1]) <= until
