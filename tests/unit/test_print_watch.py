"""What a printer's words mean, and how a print ends by them: without a printer and a clock."""

import pytest

from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble
from kioskd.drivers import ipp_facts as f
from kioskd.drivers.ipp_facts import JobFacts, JobState, PrinterFacts, job_facts, printer_facts
from kioskd.drivers.print_watch import SILENCE_TOLD_S, Heard, Lost, PrintWatch
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.errors import ProtocolViolation

LIMITS = DocumentPrinterSettings(
    stopped_limit_s=100, silence_limit_s=30, page_limit_s=60, cancel_limit_s=10
)
WELL = PrinterFacts(None, is_processing=True)


@pytest.mark.parametrize(
    ("reasons", "trouble"),
    [
        ("none", None),
        ("media-empty", f.PAPER_OUT),
        ("media-empty-error", f.PAPER_OUT),
        ("media-empty-warning", f.PAPER_OUT),
        (["media-low-warning", "toner-low-report"], None),
        (["media-empty-error", "media-jam-error"], f.JAM),
        (["cover-open-report"], f.COVER_OPEN),
        ("marker-supply-empty-error", f.TONER_EMPTY),
        ("output-area-full-warning", f.TRAY_FULL),
        ("x-vendor-thing-error", None),
    ],
)
def test_reasons_are_read_with_any_severity(
    reasons: str | list[str], trouble: Trouble | None
) -> None:
    """One or many, the most urgent first; what we do not know stops nothing by itself."""
    told = {"printer-state": 4, "printer-state-reasons": reasons}
    assert printer_facts(told) == PrinterFacts(trouble, is_processing=True)


def test_a_printer_that_stands_still_without_a_word_is_stopped() -> None:
    """printer-state 5, or no jobs accepted: trouble all the same."""
    assert printer_facts({"printer-state": 5}).trouble == f.STOPPED
    refusing = {"printer-state": 3, "printer-is-accepting-jobs": False}
    assert printer_facts(refusing).trouble == f.STOPPED


@pytest.mark.parametrize("told", [{}, {"printer-state": "idle"}])
def test_a_printer_without_a_state_breaks_the_rules(told: dict[str, object]) -> None:
    """Named, not guessed."""
    with pytest.raises(ProtocolViolation):
        printer_facts(told)


def test_a_job_is_read_and_nonsense_is_named() -> None:
    """A count that is no number is none."""
    whole = {"job-id": 7, "job-state": 5, "job-impressions-completed": 2}
    assert job_facts(whole) == JobFacts(7, JobState.PROCESSING, 2)
    assert job_facts({**whole, "job-impressions-completed": None}).done == 0
    assert job_facts({**whole, "job-impressions-completed": -3}).done == 0
    for broken in ({"job-id": 7}, {**whole, "job-state": 99}, {"job-state": 5}):
        with pytest.raises(ProtocolViolation):
            job_facts(broken)


def at(state: JobState, done: int, trouble: Trouble | None = None) -> Heard:
    """Return an answer of the printer."""
    return JobFacts(1, state, done), PrinterFacts(trouble, is_processing=True)


P, C, X, A = JobState.PROCESSING, JobState.COMPLETED, JobState.CANCELED, JobState.ABORTED


@pytest.mark.parametrize(
    ("heard", "printed", "done"),
    [
        ([at(P, 1), at(C, 3)], Printed.YES, 3),
        ([at(C, 4)], Printed.YES, 3),
        ([at(P, 2), at(C, 2)], Printed.UNKNOWN, 2),
        ([at(C, 0)], Printed.UNKNOWN, 0),
        ([at(P, 0), at(X, 0)], Printed.NO, 0),
        ([at(P, 0, f.JAM), at(X, 0)], Printed.UNKNOWN, 0),
        ([at(P, 1), at(X, 1)], Printed.UNKNOWN, 1),
        ([at(A, 0)], Printed.NO, 0),
        ([at(P, 3), at(A, 3)], Printed.UNKNOWN, 3),
        ([at(P, 2), Lost()], Printed.UNKNOWN, 2),
        ([at(P, 2), at(P, 1), at(C, 3)], Printed.YES, 3),
    ],
)
def test_the_end_is_the_printers_own_word(heard: list[Heard], printed: Printed, done: int) -> None:
    """YES needs "completed" and every page; NO needs its word that nothing came out."""
    watch = PrintWatch(3, LIMITS, 0)
    for second, answer in enumerate(heard):
        assert watch.end is None
        watch.take(answer, second)
    assert watch.end is not None
    assert (watch.end.printed, watch.end.done) == (printed, done)


def test_a_stop_has_its_limit_and_goes_on_by_itself_before() -> None:
    """Two stops of less than the limit are no reason to cancel; one that is longer is."""
    watch = PrintWatch(3, LIMITS, 0)
    watch.take(at(P, 1, f.PAPER_OUT), 1)
    watch.take(at(P, 1, f.PAPER_OUT), 100)
    watch.take(at(P, 1), 101)
    watch.take(at(P, 1, f.JAM), 102)
    watch.take(at(P, 1, f.JAM), 201)
    assert not watch.should_cancel and watch.progress.trouble == f.JAM
    watch.take(at(P, 1, f.JAM), 203)
    assert watch.should_cancel


def test_a_page_that_does_not_come_though_all_is_well_has_its_limit() -> None:
    """A printer that says nothing is wrong and prints nothing is told to stop."""
    watch = PrintWatch(3, LIMITS, 0)
    watch.take(at(P, 1), 50)
    watch.take(at(P, 1), 109)
    assert not watch.should_cancel
    watch.take(at(P, 1), 111)
    assert watch.should_cancel


def test_silence_is_told_and_then_ends_unknown() -> None:
    """Pages that were counted before stay counted; one answer in between starts anew."""
    watch = PrintWatch(3, LIMITS, 0)
    watch.take(at(P, 2), 1)
    watch.take(None, 1 + SILENCE_TOLD_S + 1)
    assert watch.progress.trouble == f.GONE and watch.end is None
    watch.take(at(P, 2), 20)
    assert watch.progress.trouble is None
    watch.take(None, 49)
    assert watch.end is None
    watch.take(None, 51)
    assert watch.end is not None
    assert (watch.end.printed, watch.end.done, watch.end.trouble) == (Printed.UNKNOWN, 2, f.GONE)


def test_after_a_cancel_the_truth_is_waited_for_and_not_for_ever() -> None:
    """A printer that never ends the job leaves it unknown."""
    watch = PrintWatch(3, LIMITS, 0)
    watch.cancel(5)
    watch.take(at(P, 1, f.PAPER_OUT), 14)
    assert watch.end is None and watch.progress.cancelled and not watch.should_cancel
    watch.take(at(P, 1, f.PAPER_OUT), 16)
    assert watch.end is not None and watch.end.cancelled
    assert (watch.end.printed, watch.end.trouble) == (Printed.UNKNOWN, f.PAPER_OUT)
    told = PrintWatch(3, LIMITS, 0)
    told.cancel(5)
    told.take(at(X, 0), 6)
    assert told.end is not None and told.end.printed is Printed.NO and told.end.trouble is None
