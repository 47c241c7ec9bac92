"""The A4 printer: IPP straight to it, believed only for what it says itself.

A print is written into the print book before it is sent, under a name that the printer gives back.
Whatever cuts us off from it (a lost answer, a crash of ours), the job is looked for by that name
and followed; it is never sent again.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import trio

from kioskd import log
from kioskd.domain.document import GenuinePages, PrintEnd, PrintProgress
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble
from kioskd.drivers import ipp_facts
from kioskd.drivers.ipp_facts import PrinterFacts, job_facts, job_named, printer_facts
from kioskd.drivers.ipp_line import (
    BUSY,
    DEVICE,
    NOT_FOUND,
    Answer,
    NotSent,
    ask,
    place_of,
)
from kioskd.drivers.pdf_file import moved
from kioskd.drivers.print_book import BookRefused, DiskPrintBook, Intent
from kioskd.drivers.print_watch import Heard, Lost, PrintWatch
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.errors import DeviceError, DeviceRefused, ProtocolViolation

IDLE_POLL_S: Final = 4.0
JOB_POLL_S: Final = 0.25
AGAIN_S: Final = 1.0
SILENCES_MAX: Final = 2
PRINTER_ATTRIBUTES: Final = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"]
JOB_ATTRIBUTES: Final = ["job-id", "job-name", "job-state", "job-impressions-completed"]
AS_IT_IS: Final = {"media": "iso_a4_210x297mm", "sides": "one-sided", "print-scaling": "none"}
"""One page a sheet, in its true size: the seal stands where it belongs."""

Progress = Callable[[PrintProgress], None]


class IppDocumentPrinter:
    """Fulfils ``contracts.DocumentPrinter``. ``settings.uri`` must not be empty."""

    def __init__(self, settings: DocumentPrinterSettings, book: DiskPrintBook) -> None:
        """Check the address; nothing is sent. Raises ConfigError."""
        self._place = place_of(settings.uri)
        self._settings, self._book = settings, book
        self._turn = trio.Lock()
        self._trouble: Trouble | None = ipp_facts.GONE
        self._cancel_asked = False
        self._adopting = False
        self._limiter = trio.CapacityLimiter(2)

    @property
    def trouble(self) -> Trouble | None:
        """What keeps a new print from beginning; a print of this visit is no trouble."""
        return ipp_facts.BUSY if self._adopting else self._trouble

    async def describe(self) -> dict[str, str]:
        """Return model, firmware and serial number as the printer tells them. DeviceError."""
        wanted = {"requested-attributes": ipp_facts.DESCRIBING}
        answer = await self._ask("GET_PRINTER_ATTRIBUTES", wanted)
        _refuse(answer, "Get-Printer-Attributes")
        return {"port": self._settings.uri, **ipp_facts.described(answer.printer)}

    def cancel(self) -> None:
        self._cancel_asked = True

    async def run(self) -> None:
        """Follow what an earlier run has sent, then keep the printer's state known, for ever."""
        async with self._turn:
            for intent in self._book.open_intents():
                self._adopting = True
                await self._adopt(intent)
        self._adopting = False
        silences = 0
        while True:
            silences = await self._look(silences) if not self._turn.locked() else 0
            await trio.sleep(IDLE_POLL_S)

    async def _look(self, silences: int) -> int:
        """Note the printer's state; one lost answer is no reason to call it gone."""
        try:
            facts = await self._ask_printer()
        except DeviceError as fault:
            silences += 1
            if silences >= SILENCES_MAX or isinstance(fault, NotSent):
                self._note(ipp_facts.GONE, fault.detail)
            return silences
        self._note(facts.trouble or (ipp_facts.BUSY if facts.is_processing else None))
        return 0

    def _note(self, trouble: Trouble | None, detail: str = "") -> None:
        if trouble != self._trouble:
            reason = trouble.reason if trouble else None
            log.event("document_printer.state", reason=reason, detail=detail)
        self._trouble = trouble

    # ---- printing

    async def print(self, paper: GenuinePages, print_ref: str, on_progress: Progress) -> PrintEnd:
        async with self._turn:
            self._cancel_asked = False
            log.event("document_printer.begins", print=print_ref, pages=paper.pages)
            end = await self._print(paper, print_ref, on_progress)
            log.event(
                "document_printer.ended",
                print=print_ref,
                printed=end.printed,
                done=end.done,
                pages=end.pages,
                reason=end.trouble.reason if end.trouble else None,
            )
        return end

    async def _print(self, paper: GenuinePages, print_ref: str, on_progress: Progress) -> PrintEnd:
        pdf = await trio.to_thread.run_sync(
            moved, paper.pdf, self._settings.offset_x_mm10, self._settings.offset_y_mm10
        )
        digest = hashlib.sha256(pdf).hexdigest()
        try:
            self._book.intend(Intent(print_ref, paper.ref, digest, paper.pages))
        except BookRefused as refused:
            log.warning("document_printer.no_evidence", errno=refused.errno)
            return PrintEnd(Printed.NO, paper.pages, 0, ipp_facts.STOPPED)
        end = await self._send_and_follow(paper.pages, pdf, print_ref, on_progress)
        self._book.close(print_ref, end.printed, end.done)
        return end

    async def _send_and_follow(
        self, pages: int, pdf: bytes, print_ref: str, on_progress: Progress
    ) -> PrintEnd:
        sent = await self._send(pages, pdf, print_ref, on_progress)
        if isinstance(sent, PrintEnd):
            return sent
        return await self._follow(sent, pages, on_progress)

    async def _send(
        self, pages: int, pdf: bytes, print_ref: str, on_progress: Progress
    ) -> int | PrintEnd:
        """Return the job's number, or how it ended before there was one."""
        deadline = trio.current_time() + self._settings.busy_limit_s
        while True:
            try:
                return await self._print_job(pdf, print_ref)
            except _Busy:
                on_progress(PrintProgress(pages, trouble=ipp_facts.BUSY))
                if self._cancel_asked or trio.current_time() > deadline:
                    return self._nothing(pages, ipp_facts.BUSY)
            except _Stopped as stopped:
                return self._nothing(pages, stopped.trouble)
            except (NotSent, DeviceRefused) as fault:
                log.warning("document_printer.not_taken", detail=fault.detail)
                trouble = ipp_facts.GONE if isinstance(fault, NotSent) else ipp_facts.STOPPED
                return self._nothing(pages, trouble)
            except DeviceError as fault:
                log.warning("document_printer.answer_lost", detail=fault.detail)
                return await self._find(pages, print_ref)
            await trio.sleep(AGAIN_S)

    def _nothing(self, pages: int, trouble: Trouble) -> PrintEnd:
        return PrintEnd(Printed.NO, pages, 0, trouble, self._cancel_asked)

    async def _print_job(self, pdf: bytes, print_ref: str) -> int:
        """Send once. Raises _Stopped and _Busy, where nothing was taken, and DeviceError."""
        facts = await self._ask_printer_first()
        if facts.trouble is not None:
            raise _Stopped(facts.trouble)
        head = {"job-name": print_ref, "document-format": "application/pdf"}
        answer = await self._ask("PRINT_JOB", head, AS_IT_IS, pdf)
        if answer.status == BUSY:
            raise _Busy
        if not answer.is_ok:
            raise DeviceRefused(DEVICE, answer.status, "Print-Job")
        number = answer.jobs[0].get("job-id") if answer.jobs else None
        if not isinstance(number, int):
            raise ProtocolViolation(DEVICE, "no job-id")
        return number

    async def _ask_printer_first(self) -> PrinterFacts:
        """Ask before anything is sent: whatever goes wrong, nothing has been printed."""
        try:
            return await self._ask_printer()
        except DeviceError as fault:
            raise NotSent(DEVICE, fault.detail) from fault

    async def _find(self, pages: int, print_ref: str) -> int | PrintEnd:
        """Return the number of the job of this name, which may or may not have arrived."""
        deadline = trio.current_time() + self._settings.silence_limit_s
        while trio.current_time() < deadline:
            await trio.sleep(AGAIN_S)
            try:
                job = await self._job_named(print_ref)
            except DeviceError as fault:
                log.event("document_printer.not_found_yet", detail=fault.detail)
                continue
            if job is not None:
                log.event("document_printer.adopted", print=print_ref)
                return int(job["job-id"])
            return PrintEnd(Printed.UNKNOWN, pages, 0, ipp_facts.GONE)
        return PrintEnd(Printed.UNKNOWN, pages, 0, ipp_facts.GONE)

    async def _adopt(self, intent: Intent) -> None:
        """Follow a job of an earlier run to its end; one that is not there ended unknown."""
        found = await self._find(intent.pages, intent.print_ref)
        if not isinstance(found, PrintEnd):
            found = await self._follow(found, intent.pages, lambda _: None)
        log.event(
            "document_printer.adopted_ended",
            print=intent.print_ref,
            printed=found.printed,
            done=found.done,
        )
        self._book.close(intent.print_ref, found.printed, found.done)

    async def _follow(self, number: int, pages: int, on_progress: Progress) -> PrintEnd:
        watch = PrintWatch(pages, self._settings, trio.current_time())
        while watch.end is None:
            heard, done = await self._hear(number), watch.progress.done
            watch.take(heard, trio.current_time())
            if watch.progress.done > done:
                log.event("document_printer.page", done=watch.progress.done, pages=pages)
            if (self._cancel_asked or watch.should_cancel) and not watch.progress.cancelled:
                await self._cancel_job(number)
                watch.cancel(trio.current_time())
            on_progress(watch.progress)
            if watch.end is None:
                await trio.sleep(JOB_POLL_S)
        return watch.end

    async def _hear(self, number: int) -> Heard:
        wanted = {"job-id": number, "requested-attributes": JOB_ATTRIBUTES}
        try:
            answer = await self._ask("GET_JOB_ATTRIBUTES", wanted)
            if answer.status == NOT_FOUND:
                return Lost()
            _refuse(answer, "Get-Job-Attributes")
            return job_facts(answer.jobs[0] if answer.jobs else {}), await self._ask_printer()
        except DeviceError as fault:
            log.event("document_printer.silent", detail=fault.detail)
            return None

    async def _cancel_job(self, number: int) -> None:
        """Ask once; the truth comes from the job's state, whatever is answered."""
        try:
            answer = await self._ask("CANCEL_JOB", {"job-id": number})
            log.event("document_printer.cancel", status=answer.status)
        except DeviceError as fault:
            log.warning("document_printer.cancel_unheard", detail=fault.detail)

    # ---- asking

    async def _job_named(self, name: str) -> Any:
        for which in ("not-completed", "completed"):
            wanted = {"which-jobs": which, "requested-attributes": JOB_ATTRIBUTES}
            answer = await self._ask("GET_JOBS", wanted)
            _refuse(answer, "Get-Jobs")
            job = job_named(answer.jobs, name)
            if job is not None:
                return job
        return None

    async def _ask_printer(self) -> PrinterFacts:
        wanted = {"requested-attributes": PRINTER_ATTRIBUTES}
        answer = await self._ask("GET_PRINTER_ATTRIBUTES", wanted)
        _refuse(answer, "Get-Printer-Attributes")
        return printer_facts(answer.printer)

    async def _ask(self, operation: str, *what: Any) -> Answer:
        exchange = partial(ask, self._place, operation, *what)
        return await trio.to_thread.run_sync(exchange, limiter=self._limiter)


class _Busy(Exception):
    """The printer has another job; it has taken nothing of this one."""


class _Stopped(Exception):
    """The printer says that it cannot print; nothing was sent."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


def _refuse(answer: Answer, operation: str) -> None:
    if not answer.is_ok:
        raise DeviceRefused(DEVICE, answer.status, operation)


class NoDocumentPrinter:
    """Fulfils ``contracts.DocumentPrinter`` where a kiosk has no A4 printer."""

    trouble: Trouble | None = ipp_facts.NONE

    async def describe(self) -> dict[str, str]:
        """Return nothing."""
        await trio.lowlevel.checkpoint()
        return {}

    async def run(self) -> None:
        """Have nothing to do, for ever."""
        await trio.sleep_forever()

    async def print(self, paper: GenuinePages, print_ref: str, on_progress: Progress) -> PrintEnd:
        """Print nothing, and say so."""
        await trio.lowlevel.checkpoint()
        return PrintEnd(Printed.NO, paper.pages, 0, self.trouble)

    def cancel(self) -> None: ...
