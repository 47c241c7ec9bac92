"""The central server as a real process, and the line to it, which may be cut or lose answers."""

import json
import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from kiosk_bench.forger import forged_answer, is_forged
from kiosk_bench.programs import Order, Program
from kiosk_bench.timeline.centre_words import CentreTalk
from kiosk_bench.trust import KIOSK_ID, BenchTrust, named_in
from kiosk_bench.wirelog import WireLog
from kioskd.protocols.central import Problem, encode

CHUNK = 65536
TRUST = "trust"
CENTRE_START_S = 60.0
START_LOOK_S = 0.02
LATE, LATE_LOOK_S = "central.late=", 0.05
CONFIRMED = b'"state":"confirmed"'
TRACE = b"Traceback (most recent call last): File &quot;centre.py&quot;, line 1, in answer"
NONSENSE = {
    "central.html_500": (b"500 Internal Server Error", b"<html>" + TRACE + b"</html>"),
    "central.megabyte": (b"200 OK", b"?" * (1 << 20)),
    "central.wrong_json": (b"200 OK", b'{"enrolments": "none"}'),
    "central.empty": (b"200 OK", b""),
}
"""Status line and body that come instead of what a person asks of herself (``/v1/me/``)."""


def late_s(faults: set[str]) -> float:
    """Return how late answers come by ``central.late``, in seconds; 0 without."""
    held = [name.removeprefix(LATE) for name in faults if name.startswith(LATE)]
    return max((float(text.removesuffix("s")) for text in held), default=0.0)


class Centre:
    """``kiosk-central`` on its own SQLite file and a free loopback port."""

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder, self._program = folder, program
        self.url = f"sqlite:///{folder / 'central.db'}"
        self.trust = BenchTrust(folder / TRUST)
        self.port = 0

    async def make_city(self, people: int, seed: int) -> list[dict[str, Any]]:
        """Fill the database with synthetic people; return the personas' cards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        cards = self.folder / "cards.json"
        await self.call(
            "sample", "--db", self.url, "--people", str(people), "--seed", str(seed),
            "--cards", str(cards), "--trust", str(self.trust.folder),
        )  # fmt: skip
        return list(json.loads(cards.read_text(encoding="utf-8")))

    async def ledger(self) -> dict[str, Any]:
        """Return what the ledger holds, by the centre's own command."""
        return dict(json.loads(await self.call("ledger", "show", "--db", self.url, "--json")))

    async def cards(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the centre knows of cards and applications, by its own command."""
        return dict(json.loads(await self.call("cards", "list", "--db", self.url, "--json")))

    async def seal_ca(self) -> str:
        """Return the certificate (PEM) that a kiosk pins."""
        return await self.call("seal", "ca", "--db", self.url)

    async def documents(self) -> list[dict[str, Any]]:
        """Return every sealed document with what became of its prints."""
        return list(json.loads(await self.call("document", "list", "--db", self.url, "--json")))

    async def call(self, *words: str) -> str:
        """Run one command of ``kiosk-central``; return what it prints."""
        return await self._program.read([*words], self.folder)

    async def start(self) -> None:
        """Start the server; ``port`` is set once it answers. Raises TooSlowError."""
        output = self.folder / "central.log"
        output.unlink(missing_ok=True)
        words = ["serve", "--db", self.url, "--port", "0", "--trust", str(self.trust.folder)]
        self._serving = await self._program.start(Order(words, output))
        with trio.fail_after(CENTRE_START_S):
            while not (port := _ready_port(output)):
                await trio.sleep(START_LOOK_S)
        self.port = port

    async def stop(self) -> None:
        """End the server in good order: what was asked of it is done."""
        await self._serving.end(signal.SIGTERM)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Run the server."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()


def _ready_port(output: Path) -> int:
    """Return the port that the centre says it listens on, 0 while it has not."""
    text = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
    _, found, rest = text.partition('"port": ')
    return int(rest.partition(",")[0]) if found and "\n" in rest else 0


class CentreLine:
    """A line between kiosk and centre with faults by name; it ends TLS on either side.

    To the kiosk it is the centre, by the centre's own key, and to the centre the kiosk, by the
    kiosk's: what it sees and cuts between them is plain HTTP.

    ``central.down``: connections are refused and open ones cut.
    ``central.late=170s``: an answer that is due comes so much later, or when the fault ends.
    ``central.html_500`` and the other ``NONSENSE``: what a broken centre or a proxy may answer.
    ``central.lost_reply``: a confirmed payment reaches the centre; the answer is lost, once.
    """

    def __init__(self, centre: Centre, faults: set[str], log: WireLog) -> None:
        self.centre, self.faults, self.log = centre, faults, log
        self.port = 0
        self._open: set[trio.abc.Stream] = set()
        self._when_confirmed: Callable[[], Awaitable[None]] | None = None
        self._instead: tuple[bytes, bytes] | None = None
        self._posted: set[str] = set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Listen on a free loopback port and carry bytes both ways."""
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        task_status.started()
        await trio.serve_listeners(self._carry, listeners)

    def when_confirmed(self, act: Callable[[], Awaitable[None]]) -> None:
        """Await ``act`` when the kiosk reports a confirmed payment, before the centre has it."""
        self._when_confirmed = act

    def refuse_once(self, path: str, problem: Problem) -> None:
        """Answer the next request to ``path...`` with ``problem``; the centre never hears of it."""
        body = encode(problem)
        head = (
            f"HTTP/1.1 {problem.status} Refused\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._instead = (f" {path}".encode(), head.encode() + body)

    async def cut(self) -> None:
        """Take the line down; open connections are cut."""
        self.faults.add("central.down")
        self.log.write("!", "line cut")
        for stream in list(self._open):
            await trio.aclose_forcefully(stream)

    def mend(self) -> None:
        """Bring the line up again."""
        self.faults.discard("central.down")
        self.log.write("!", "line mended")

    async def _carry(self, wire: trio.SocketStream) -> None:
        if "central.down" in self.faults:
            await trio.aclose_forcefully(wire)
            return
        trust = self.centre.trust
        kiosk = trio.SSLStream(wire, trust.as_centre(), server_side=True, https_compatible=True)
        self._open.add(kiosk)
        talk = CentreTalk()
        try:
            await kiosk.do_handshake()
            async with await self._onward(kiosk) as centre:
                self._open.add(centre)
                async with trio.open_nursery() as nursery:
                    lost = trio.Event()
                    nursery.start_soon(self._requests, kiosk, centre, lost, talk, nursery)
                    nursery.start_soon(self._replies, kiosk, centre, lost, talk, nursery)
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            self.log.write("!", "connection ended")
        finally:
            self._log_all(">", talk.broken_off(trio.current_time()))
            self._open -= {kiosk}
            await trio.aclose_forcefully(kiosk)

    async def _onward(self, kiosk: "trio.SSLStream[trio.SocketStream]") -> trio.abc.Stream:
        """Call the centre as whoever called us, or as nobody if it showed no certificate."""
        shown = kiosk.getpeercert()
        tls = self.centre.trust.as_kiosk(named_in(shown) if shown else "")
        return await trio.open_ssl_over_tcp_stream(
            "127.0.0.1", self.centre.port, ssl_context=tls, https_compatible=True
        )

    async def _requests(
        self,
        kiosk: trio.abc.Stream,
        centre: trio.abc.Stream,
        lost: trio.Event,
        talk: CentreTalk,
        nursery: trio.Nursery,
    ) -> None:
        try:
            async for data in kiosk:
                self._log_all(">", talk.asked(bytes(data), trio.current_time()))
                if self._instead is not None and self._instead[0] in data.split(b"\r\n", 1)[0]:
                    await self._answer_instead(kiosk, data)
                    break
                nonsense = self._nonsense_for(data)
                if nonsense:
                    await kiosk.send_all(nonsense)
                    break
                if is_forged(bytes(data), self.faults):
                    self.log.write("!", "an answer is forged")
                    await kiosk.send_all(await self._forged(kiosk, bytes(data)))
                    continue
                if CONFIRMED in data:
                    await self._confirmed(lost)
                await centre.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # one side has gone; the other is closed below
        nursery.cancel_scope.cancel()

    async def _forged(self, kiosk: trio.abc.Stream, data: bytes) -> bytes:
        tls = self.centre.trust.as_kiosk(KIOSK_ID)
        return await forged_answer(kiosk, data, self.centre.port, tls, self.faults)

    async def _answer_instead(self, kiosk: trio.abc.Stream, data: bytes | bytearray) -> None:
        """Read the rest of the request, so that it is not cut off, and send the other answer."""
        assert self._instead is not None
        (_, answer), self._instead = self._instead, None
        head, _, body = bytes(data).partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while length is not None and len(body) < int(length[1]):
            body += await kiosk.receive_some(CHUNK)
        self.log.write("!", "answered instead of the centre")
        await kiosk.send_all(answer)

    def _nonsense_for(self, request: bytes | bytearray) -> bytes:
        """Return the answer of a fault that is going on, or nothing."""
        wanted = next((name for name in NONSENSE if name in self.faults), None)
        if wanted is None or b" /v1/me/" not in bytes(request).split(b"\r\n", 1)[0]:
            return b""
        status, body = NONSENSE[wanted]
        self.log.write("!", wanted)
        length = str(len(body)).encode()
        return b"HTTP/1.1 %s\r\nContent-Length: %s\r\n\r\n%s" % (status, length, body)

    async def _confirmed(self, lost: trio.Event) -> None:
        act, self._when_confirmed = self._when_confirmed, None
        if act is not None:
            await act()
        if "central.lost_reply" in self.faults:
            self.faults.discard("central.lost_reply")
            lost.set()

    async def _replies(
        self,
        kiosk: trio.abc.Stream,
        centre: trio.abc.Stream,
        lost: trio.Event,
        talk: CentreTalk,
        nursery: trio.Nursery,
    ) -> None:
        try:
            async for data in centre:
                lines = list(talk.answered(bytes(data), trio.current_time()))
                self._tell_postings(talk)
                if lost.is_set():
                    self.log.write("!", "reply lost")
                    break
                if data.startswith(b"HTTP/1.1"):
                    await self._delay()
                self._log_all("<", lines)
                await kiosk.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # one side has gone; the other is closed below
        nursery.cancel_scope.cancel()

    async def _delay(self) -> None:
        """Hold an answer back as long as ``central.late`` says, and no longer than it is there."""
        held_since = trio.current_time()
        while trio.current_time() - held_since < late_s(self.faults):
            await trio.sleep(LATE_LOOK_S)

    def _tell_postings(self, talk: CentreTalk) -> None:
        """Tell each posting once, also where its answer is lost: the ledger has it."""
        for posting in talk.fetch_posted():
            if posting not in self._posted:
                self._posted.add(posting)
                self.log.tell("ledger", posting)

    def _log_all(self, direction: str, lines: Iterable[str]) -> None:
        for line in lines:
            self.log.write(direction, line)


def environment(extra: dict[str, str]) -> dict[str, str]:
    """Return the environment for a child process: ours, and ``extra``."""
    return {**os.environ, **extra}
