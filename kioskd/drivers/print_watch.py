"""From what the printer says, time after time, to how far a print is and how it ended. Pure.

``take`` is given what was heard, with the time; ``progress``, ``end`` and ``should_cancel`` say
what follows. Every silence, stop and cancel has its limit, so that an end always comes.
"""

from dataclasses import dataclass, replace

from kioskd.domain.document import PrintEnd, PrintProgress
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble
from kioskd.drivers.ipp_facts import GONE, JAM, STOPPED, JobFacts, JobState, PrinterFacts
from kioskd.drivers.settings import DocumentPrinterSettings

SILENCE_TOLD_S = 3.0
"""A printer that does not answer for so long is shown as gone; before, it may just be slow."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The printer answers, and knows nothing of the job: it was switched off meanwhile."""


Heard = tuple[JobFacts, PrinterFacts] | Lost | None
"""None: no answer."""


class PrintWatch:
    """Watches one job of ``pages`` pages from ``now`` on."""

    def __init__(self, pages: int, settings: DocumentPrinterSettings, now: float) -> None:
        self.progress = PrintProgress(pages)
        self.end: PrintEnd | None = None
        self._settings = settings
        self._heard_at = self._moved_at = now
        self._stopped_at: float | None = None
        self._cancelled_at: float | None = None
        self._has_jammed = False

    @property
    def should_cancel(self) -> bool:
        """Tell whether a limit is over and the printer must be told to stop."""
        return self._must_cancel and self._cancelled_at is None and self.end is None

    _must_cancel = False

    def cancel(self, now: float) -> None:
        """Note that the printer was told to stop; its word is still waited for."""
        if self._cancelled_at is None:
            self._cancelled_at = now
            self.progress = replace(self.progress, cancelled=True)

    def take(self, heard: Heard, now: float) -> None:
        """Take one answer, or none."""
        if isinstance(heard, Lost):
            self._ends(Printed.UNKNOWN, GONE)
        elif heard is None:
            self._silent(now)
        else:
            self._heard_at = now
            self._told(*heard, now)
        waiting = self._cancelled_at is not None and self.end is None
        if waiting and now - (self._cancelled_at or now) > self._settings.cancel_limit_s:
            self._ends(Printed.UNKNOWN, self.progress.trouble or STOPPED)

    def _silent(self, now: float) -> None:
        silent_s = now - self._heard_at
        if silent_s > SILENCE_TOLD_S:
            self.progress = replace(self.progress, trouble=GONE)
        if silent_s > self._settings.silence_limit_s:
            self._ends(Printed.UNKNOWN, GONE)

    def _told(self, job: JobFacts, printer: PrinterFacts, now: float) -> None:
        done = min(max(job.done, self.progress.done), self.progress.pages)
        if done > self.progress.done:
            self._moved_at = now
        self._has_jammed |= printer.trouble == JAM
        trouble = printer.trouble or (STOPPED if job.state is JobState.STOPPED else None)
        self.progress = replace(self.progress, done=done, trouble=trouble)
        if job.state.is_over:
            self._over(job, trouble)
            return
        self._time(trouble, now)

    def _time(self, trouble: Trouble | None, now: float) -> None:
        """Let a stop, and a page that does not come though nothing is wrong, have their limits."""
        if trouble is None:
            self._moved_at = now if self._stopped_at is not None else self._moved_at
            self._stopped_at = None
            stuck = now - self._moved_at > self._settings.page_limit_s
        else:
            self._stopped_at = now if self._stopped_at is None else self._stopped_at
            stuck = now - self._stopped_at > self._settings.stopped_limit_s
        self._must_cancel |= stuck

    def _over(self, job: JobFacts, trouble: Trouble | None) -> None:
        """The printer's own last word. A sheet may be stuck half way out after a jam."""
        if job.state is JobState.COMPLETED and job.done >= self.progress.pages:
            self._ends(Printed.YES, None)
        elif job.done == 0 and job.state is not JobState.COMPLETED and not self._has_jammed:
            self._ends(Printed.NO, trouble)
        else:
            self._ends(Printed.UNKNOWN, trouble)

    def _ends(self, printed: Printed, trouble: Trouble | None) -> None:
        now = self.progress
        self.end = PrintEnd(printed, now.pages, now.done, trouble, now.cancelled)
