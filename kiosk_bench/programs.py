"""Kiosk and centre as real processes, quickly started; the other end of ``launcher``."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen

import trio

ANSWER_MAX = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """What a life of a program begins with."""

    words: list[str]
    output: Path
    env: dict[str, str] = field(default_factory=dict)
    points: Path | None = None
    """Where to write the points that are passed; None: no points at all."""
    state: Path | None = None
    """Where the kiosk keeps its journal."""
    kill: str = ""
    """The point to be killed at."""
    plant: str = ""
    """``module:function``: a fault to plant first."""

    def line(self) -> bytes:
        """Encode it."""
        order = {
            "words": self.words,
            "output": str(self.output),
            "env": self.env,
            "points": str(self.points or ""),
            "state": str(self.state or ""),
            "kill": self.kill,
            "plant": self.plant,
        }
        return json.dumps(order).encode()


class Program:
    """A program that is loaded and can be started many times; made by ``programs_loaded``.

    It belongs to no run of trio: several runs, one after the other, may use it.
    """

    def __init__(self, line: trio.socket.SocketType) -> None:
        self._line = line
        self._turn = trio.Lock()
        self.lives = 0
        self.cpu_s = 0.0

    async def start(self, order: Order) -> "Life":
        """Start one life."""
        async with self._turn:
            # Not to be cancelled: an answer left unread would be taken for the next one.
            with trio.CancelScope(shield=True):
                life = await self._start(order)
        return life

    async def _start(self, order: Order) -> "Life":
        await self._line.send(order.line())
        data, rights, _, _ = await self._line.recvmsg(ANSWER_MAX, socket.CMSG_SPACE(4))
        self.lives += 1
        handle = int.from_bytes(rights[0][2][:4], sys.byteorder)
        return Life(self, int(json.loads(data)["pid"]), handle)

    async def run(self, order: Order) -> None:
        """Run a command to its end. Raises RuntimeError if it fails."""
        life = await self.start(order)
        try:
            code = await life.wait()
        finally:
            await life.end(signal.SIGKILL)  # who waits no longer leaves nothing running
        if code != 0:
            tail = order.output.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(order.words)} ended with {code}:\n{tail}")

    async def read(self, words: list[str], folder: Path) -> str:
        """Run a command; return what it prints. ``folder`` holds that meanwhile."""
        output = folder / f"printed-{self.lives}.out"
        await self.run(Order(words, output))
        text = output.read_text(encoding="utf-8")
        output.unlink()
        return text

    async def reap(self, pid: int) -> int:
        """Return the exit code of a life that has ended; negative for a signal."""
        async with self._turn:
            await self._line.send(json.dumps({"wait": pid}).encode())
            end = json.loads(await self._line.recv(ANSWER_MAX))
        self.cpu_s += end["cpu_s"]
        return int(end["code"])


class Life:
    """One running process."""

    def __init__(self, program: Program, pid: int, handle: int) -> None:
        self._program, self.pid, self._handle = program, pid, handle
        self._code: int | None = None
        self._turn = trio.Lock()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; no effect on one that has ended."""
        if self._code is None:
            signal.pidfd_send_signal(self._handle, number)

    async def wait(self) -> int:
        """Return its exit code once it has ended; negative for a signal."""
        async with self._turn:
            if self._code is not None:
                return self._code
            await trio.lowlevel.wait_readable(self._handle)
            with trio.CancelScope(shield=True):
                self._code = code = await self._program.reap(self.pid)
            os.close(self._handle)
            return code

    async def end(self, number: signal.Signals, within_s: float = 10.0) -> None:
        """Send ``number`` and wait; what has not ended in time is killed."""
        if self._code is not None:
            return
        with trio.CancelScope(shield=True):
            self.send_signal(number)
            with trio.move_on_after(within_s) as patience:
                await self.wait()
            if patience.cancelled_caught:
                self.send_signal(signal.SIGKILL)
                await self.wait()


@dataclass(frozen=True, slots=True)
class Programs:
    """The two programs, loaded once for all worlds."""

    kiosk: Program
    centre: Program


@contextmanager
def programs_loaded() -> Iterator[Programs]:
    """Load both programs, side by side; what still lives at the end is killed."""
    with ExitStack() as stack:
        lines = [stack.enter_context(_launched(name)) for name in ("kioskd", "kiosk_central")]
        for line in lines:
            if not line.recv(ANSWER_MAX):
                raise RuntimeError("a program could not be loaded; it says why on stderr")
        yield Programs(*(Program(trio.socket.from_stdlib_socket(line)) for line in lines))


@contextmanager
def _launched(program: str) -> Iterator[socket.socket]:
    """Start the launcher of a program; give the line to it, closed at the end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = ["-m", "kiosk_bench.launcher", program, str(theirs.fileno())]
    with Popen([sys.executable, *words], stdin=DEVNULL, pass_fds=[theirs.fileno()]), ours:
        theirs.close()
        yield ours
