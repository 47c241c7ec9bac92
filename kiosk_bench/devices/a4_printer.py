"""A simulated A4 printer: ``ippeveprinter`` with a paper tray and faults.

Faults by name, ``printer....``: see docs/printing.md. Those with ``_on_page`` hold while
the page of a job is due. Pages that came out are ``JOB-PAGE.png`` in ``tray``.
"""

import json
import sys
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import trio

from kiosk_bench.devices.ipp_ear import HeardPrinter
from kiosk_bench.wirelog import WireLog

REASONS = {
    "printer.paper_out": "media-empty-error",
    "printer.jam": "media-jam-error",
    "printer.cover_open": "cover-open-error",
    "printer.toner_empty": "toner-empty-error",
    "printer.toner_low": "toner-low-warning",
}
NO_PAPER = REASONS["printer.paper_out"]
STOPS = tuple(name for name in REASONS if name != "printer.toner_low")

SLOW_PAGE_S = 1.0
POLL_S = 0.02
ASK_S = 0.15
OTHERS = "somebody-else"
STATE = "state"
EMPTY_JOB = b"%PDF-1.4\n%%EOF\n"


@dataclass
class A4Job:
    """One job as the printer's paper path has seen it."""

    number: int
    name: str
    pages: int
    printed: int = 0
    waits: bool = False
    """It stands still for a fault."""
    ended: bool = False


class A4PrinterPeer:
    """The printer in ``folder``; ``page_s`` is how long a page takes."""

    def __init__(
        self, folder: Path, log: WireLog, faults: Container[str] = (), page_s: float = 0.0
    ) -> None:
        self.folder, self.tray = folder, folder / "tray"
        self._log, self._faults, self._page_s = log, faults, page_s
        self._socket = Path(mkdtemp(prefix="kiosk-a4-")) / "hand"  # its path must be short
        self.printer = HeardPrinter(folder, self._command(), log.write)
        self.jobs: list[A4Job] = []
        self.taken = 0
        """How many of the sheets were taken from the tray."""
        self._told: set[str] = set()

    @property
    def uri(self) -> str:
        """Where the kiosk finds it; known once ``run`` has started."""
        return self.printer.uri

    @property
    def is_ready(self) -> bool:
        """Whether it is on, idle, and has nothing to complain of."""
        return self.printer.is_on and not self._told and all(job.ended for job in self.jobs[-1:])

    def sheets(self) -> list[Path]:
        """Return the pages that came out, in order."""
        return sorted(self.tray.glob("*.png"))

    def take_sheets(self) -> None:
        """Take what lies in the tray."""
        self.taken = len(self.sheets())

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Switch on and print for ever."""
        self.tray.mkdir(parents=True, exist_ok=True)
        listener = trio.socket.socket(trio.socket.AF_UNIX)
        await listener.bind(str(self._socket))
        listener.listen()
        try:
            async with trio.open_nursery() as nursery:
                self.printer.nursery = nursery
                await self.printer.start()
                serve = trio.serve_listeners
                nursery.start_soon(serve, self._serve, [trio.SocketListener(listener)])
                nursery.start_soon(self._follow_faults)
                task_status.started()
        finally:
            await self.printer.stop()
            self._socket.unlink(missing_ok=True)
            self._socket.parent.rmdir()

    def _command(self) -> str:
        root, script = Path(__file__).parents[2], Path(__file__).with_name("a4_command.py")
        words = [sys.executable, "-I", str(script), str(self._socket), str(self.tray)]
        quoted = " ".join(f"'{word}'" for word in words)
        return f"#!/bin/sh\ncd '{root}'\nexec {quoted} \"$1\"\n"

    # ---- jobs

    async def _serve(self, stream: trio.SocketStream) -> None:
        hand = _Hand(stream)
        try:
            await self._print(hand)
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            self._note("the job was cut off")

    async def _print(self, hand: "_Hand") -> None:
        hello = json.loads(await hand.line())
        job = A4Job(hello["job"], hello["name"], hello["pages"])
        if job.name == STATE:
            await self._tell(hand)
            await hand.end(0)
        elif job.name == OTHERS:
            while self._is("busy"):
                await trio.sleep(POLL_S)
            await hand.end(0)
        else:
            self.jobs.append(job)
            self._note(f"job {job.number}: {job.pages} pages")
            try:
                code = await self._put_out(hand, job)
                self._note(f"job {job.number} ends with {code}")
                await hand.end(code)
            finally:
                job.ended = True

    async def _put_out(self, hand: "_Hand", job: A4Job) -> int:
        """Print page after page; return the code the command ends with."""
        await hand.do(f"say ATTR: job-impressions={job.pages}")
        for page in range(1, job.pages + 1):
            if not await self._ready(hand, job, page):
                return 0
            if self._is("crash", page):
                return 1
            if self._is("off", page):
                await self.printer.stop()
                raise trio.BrokenResourceError("its power is gone")
            await trio.sleep(SLOW_PAGE_S if self._is("slow") else self._page_s)
            # Counted here: a printer that was off begins its own count of jobs anew.
            await hand.do(f"page {page} {len(self.jobs):03d}-{page:02d}.png")
            job.printed = page
            if not (self._is("miscounts") and page == job.pages):
                await hand.do(f"say ATTR: job-impressions-completed={page}")
            self._note(f"job {job.number}: page {page} is out")
        return 0

    async def _ready(self, hand: "_Hand", job: A4Job, page: int) -> bool:
        """Wait until nothing keeps the page back; False if the job was cancelled meanwhile."""
        while True:
            await self._tell(hand, page)
            if await self._is_cancelled(job) and not self._is("finishes_cancelled_job"):
                return False
            stands = self._stands(page)
            if stands != job.waits:
                job.waits = stands
                self._note(f"job {job.number} {'stands' if stands else 'goes on'} at page {page}")
            if not stands:
                return True
            await trio.sleep(ASK_S)

    def _stands(self, page: int) -> bool:
        names = [name.removeprefix("printer.") for name in (*STOPS, "printer.hold")]
        return any(self._is(name, page) for name in names)

    async def _is_cancelled(self, job: A4Job) -> bool:
        wanted = {"job-id": job.number, "requested-attributes": ["job-state-reasons", "job-state"]}
        told = await self.printer.execute("GET_JOB_ATTRIBUTES", wanted)
        reasons = told["jobs"][0].get("job-state-reasons", "") if told["jobs"] else ""
        return "processing-to-stop-point" in reasons

    # ---- faults

    async def _tell(self, hand: "_Hand", page: int = 0) -> None:
        """Say what has changed of the printer's state since the last time."""
        now = {REASONS[name] for name in REASONS if self._is(name.removeprefix("printer."), page)}
        for reason in sorted(now - self._told):
            await hand.do(f"say STATE: +{reason}")
        for reason in sorted(self._told - now):
            await hand.do(f"say STATE: -{reason}")
        self._told = now

    async def _follow_faults(self) -> None:
        """What must be so without a job: off, somebody else's job, reasons said while idle."""
        while True:
            if self.printer.is_on and self._is("off"):
                self._note("switched off")
                await self.printer.stop()
            elif not self.printer.is_on and not self._is_off_by_page():
                self._told = set()
                await self.printer.start()
                self._note("switched on")
            elif self.printer.is_on and (not self.jobs or self.jobs[-1].ended):
                await self._idle()
            await trio.sleep(POLL_S)

    def _is_off_by_page(self) -> bool:
        pages = (f"printer.off_on_page={page}" for page in range(1, 10))
        return self._is("off") or any(name in self._faults for name in pages)

    async def _idle(self) -> None:
        wanted = {reason for name, reason in REASONS.items() if name in self._faults}
        try:
            if NO_PAPER in self._told - wanted:
                await self._put_paper_in()
            elif wanted != self._told:
                await self._submit(STATE)
                with trio.move_on_after(2):
                    while wanted != self._told:
                        await trio.sleep(POLL_S)
            if self._is("busy"):
                await self._submit(OTHERS)
                while self._is("busy"):
                    await trio.sleep(POLL_S)
        except OSError:
            self._log.write("!", "off meanwhile")

    async def _put_paper_in(self) -> None:
        """Without a job under way ippeveprinter begins none that could say that there is paper."""
        await self.printer.stop()
        self._told = set()
        await self.printer.start()
        self._note("paper was put in")

    async def _submit(self, name: str) -> None:
        head = {"job-name": name, "document-format": "application/pdf"}
        await self.printer.execute("PRINT_JOB", head, EMPTY_JOB)

    def _is(self, fault: str, page: int = 0) -> bool:
        return (
            f"printer.{fault}" in self._faults or f"printer.{fault}_on_page={page}" in self._faults
        )

    def _note(self, words: str) -> None:
        self._log.write("!", words)


class _Hand:
    """The print command at the other end of the socket."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream, self._rest = stream, b""

    async def line(self) -> str:
        """Receive a line. Raises BrokenResourceError at the end."""
        while b"\n" not in self._rest:
            data = await self._stream.receive_some(4096)
            if not data:
                raise trio.BrokenResourceError("the command has ended")
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    async def do(self, order: str) -> None:
        """Give an order and wait until it is done."""
        await self._stream.send_all(f"{order}\n".encode())
        await self.line()

    async def end(self, code: int) -> None:
        """Let the command end."""
        await self._stream.send_all(f"exit {code}\n".encode())
