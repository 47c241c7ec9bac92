"""The A4 driver at a real IPP printer (CUPS's ippeveprinter) whose paper path can fail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from kioskd.cli import main
from kioskd.domain.document import PrintEnd
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers import document_printer, ipp_line
from kioskd.drivers.document_printer import IppDocumentPrinter, NoDocumentPrinter
from kioskd.drivers.ipp_line import DEVICE, Answer, Place, ask, place_of
from kioskd.drivers.print_book import DiskPrintBook, Intent
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.errors import ConfigError, DeviceTimeout
from tests.fakes import NOW
from tests.patience import PATIENCE_S
from tests.unit.a4_rig import A4Rig, paper, print_at

ALIGNMENT_CONFIG = """
[kiosk]
id = "K0123"
outlet = { zh = "测试", en = "Test" }
production = false
[central]
url = "https://127.0.0.1:1"
[pin_pad]
port = "/dev/null"
[id_reader]
port = "/dev/null"
[receipt_printer]
port = "/dev/null"
"""

pytestmark = pytest.mark.xdist_group("a4")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[A4Rig]:
    """One printer for all tests of this module."""
    rig = A4Rig(tmp_path_factory.mktemp("a4"))
    yield rig
    rig.close()


@pytest.fixture
def rig(shared: A4Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[A4Rig]:
    """The printer, well again after each test; looked at often."""
    monkeypatch.setattr(document_printer, "JOB_POLL_S", 0.05)
    monkeypatch.setattr(document_printer, "AGAIN_S", 0.1)
    monkeypatch.setattr(document_printer, "IDLE_POLL_S", 0.1)
    for limit in ("CONNECT_LIMIT_S", "ANSWER_LIMIT_S"):  # a busy machine is no dead printer
        monkeypatch.setattr(ipp_line, limit, PATIENCE_S)
    shared.wait_ready()
    yield shared
    shared.faults.clear()


async def test_every_page_is_counted_and_comes_out_once(rig: A4Rig, tmp_path: Path) -> None:
    """YES only with the printer's own count; the book holds the end, and nothing of the paper."""
    job = print_at(rig, tmp_path)
    end = await job.driver.print(paper(), "p-all", job.note)
    assert end == PrintEnd(Printed.YES, 3, 3)
    assert rig.pages_of_last_job() == 3 and rig.peer.jobs[-1].name == "p-all"
    assert job.told[-1].done == 3
    (report,) = job.book.unreported()
    assert (report.printed, report.pages_done) == (Printed.YES, 3)
    lines = [json.loads(line) for line in (tmp_path / "prints.log").read_text().splitlines()]
    assert {key for line in lines for key in line} == {
        "print", "ref", "sha256", "pages", "printed", "done", "at",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("printer.paper_out_on_page=2", TroubleReason.DOCUMENT_PAPER_OUT),
        ("printer.jam_on_page=2", TroubleReason.DOCUMENT_PAPER_JAM),
        ("printer.cover_open", TroubleReason.DOCUMENT_PRINTER_OPEN),
        ("printer.toner_empty", TroubleReason.DOCUMENT_TONER_EMPTY),
    ],
)
async def test_a_stop_is_told_and_goes_on_by_itself(
    rig: A4Rig, tmp_path: Path, fault: str, reason: TroubleReason
) -> None:
    """The page stands still with its reason; when that is over the rest comes, nothing twice."""
    job = print_at(rig, tmp_path)
    rig.faults.add("printer.hold_on_page=1")
    ends: list[PrintEnd] = []
    async with trio.open_nursery() as nursery:

        async def go() -> None:
            ends.append(await job.driver.print(paper(), "p-stop", job.note))

        nursery.start_soon(go)
        await job.until(lambda progress: progress.done == 0)
        rig.faults.add(fault)
        rig.faults.discard("printer.hold_on_page=1")
        await job.until(lambda progress: progress.trouble is not None)
        rig.faults.discard(fault)
    assert reason in {progress.trouble.reason for progress in job.told if progress.trouble}
    assert ends == [PrintEnd(Printed.YES, 3, 3)]
    assert rig.pages_of_last_job() == 3


async def test_paper_that_does_not_come_ends_in_a_cancelled_print(
    rig: A4Rig, tmp_path: Path
) -> None:
    """The wait has its end; what came out is told, and the next one must wait for paper."""
    rig.faults.add("printer.paper_out_on_page=2")
    job = print_at(rig, tmp_path, stopped_limit_s=1)
    end = await job.driver.print(paper(), "p-late", job.note)
    assert (end.printed, end.done, end.cancelled) == (Printed.UNKNOWN, 1, True)
    assert rig.pages_of_last_job() == 1
    rig.faults.clear()


async def test_she_may_stop_it_and_the_truth_is_waited_for(rig: A4Rig, tmp_path: Path) -> None:
    """A printer that prints on after it was told to stop is believed for what it counts."""
    rig.faults |= {"printer.finishes_cancelled_job", "printer.hold_on_page=2"}
    job = print_at(rig, tmp_path)
    ends: list[PrintEnd] = []
    async with trio.open_nursery() as nursery:

        async def go() -> None:
            ends.append(await job.driver.print(paper(), "p-stop", job.note))

        nursery.start_soon(go)
        await job.until(lambda progress: progress.done == 1)
        job.driver.cancel()
        await job.until(lambda progress: progress.cancelled)
        rig.faults.discard("printer.hold_on_page=2")
    assert (ends[0].printed, ends[0].done, ends[0].cancelled) == (Printed.UNKNOWN, 3, True)


async def test_stopped_before_the_first_page_is_a_certain_no(rig: A4Rig, tmp_path: Path) -> None:
    """The printer's own last word is: cancelled, nothing completed."""
    rig.faults.add("printer.hold_on_page=1")
    job = print_at(rig, tmp_path)
    ends: list[PrintEnd] = []
    async with trio.open_nursery() as nursery:

        async def go() -> None:
            ends.append(await job.driver.print(paper(), "p-none", job.note))

        nursery.start_soon(go)
        await job.until(lambda _: True)
        job.driver.cancel()
    assert (ends[0].printed, ends[0].done) == (Printed.NO, 0)
    assert not any(one.printed for one in rig.peer.jobs if one.name == "p-none")


async def test_a_job_that_breaks_down_half_way_is_unknown(rig: A4Rig, tmp_path: Path) -> None:
    """Aborted by the printer after page 1: neither yes nor no, and not sent again."""
    rig.faults.add("printer.crash_on_page=2")
    jobs = len(rig.peer.jobs)
    job = print_at(rig, tmp_path)
    end = await job.driver.print(paper(), "p-crash", job.note)
    assert (end.printed, end.done) == (Printed.UNKNOWN, 1)
    assert len(rig.peer.jobs) == jobs + 1


async def test_completed_with_a_page_too_few_is_no_yes(rig: A4Rig, tmp_path: Path) -> None:
    """A printer that says "completed" and counts two of three pages is not believed."""
    rig.faults.add("printer.miscounts")
    job = print_at(rig, tmp_path)
    end = await job.driver.print(paper(), "p-lie", job.note)
    assert (end.printed, end.done) == (Printed.UNKNOWN, 2)


async def test_a_busy_printer_is_waited_for_and_then_given_up(rig: A4Rig, tmp_path: Path) -> None:
    """Somebody else's job: nothing was taken, so NO is certain, with the reason."""
    rig.faults.add("printer.busy")
    job = print_at(rig, tmp_path, busy_limit_s=1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.driver.run)
        with trio.fail_after(PATIENCE_S):
            while job.driver.trouble is None or job.driver.trouble.code != "D-25":
                await trio.sleep(0.02)
        end = await job.driver.print(paper(), "p-busy", job.note)
        nursery.cancel_scope.cancel()
    assert end.printed is Printed.NO and end.trouble is not None
    assert end.trouble.reason is TroubleReason.DOCUMENT_PRINTER_BUSY
    assert job.told and job.told[0].trouble == end.trouble


async def test_low_toner_stops_nothing(rig: A4Rig, tmp_path: Path) -> None:
    """A warning is no trouble, for the print or for the health board."""
    rig.faults.add("printer.toner_low")
    job = print_at(rig, tmp_path)
    assert (await job.driver.print(paper(1), "p-low", job.note)).printed is Printed.YES
    reasons = {progress.trouble.reason for progress in job.told if progress.trouble}
    assert reasons <= {TroubleReason.DOCUMENT_PRINTER_BUSY}, "the bench's own job may be in the way"


async def test_without_paper_the_health_board_says_so_before_anybody_asks(
    rig: A4Rig, tmp_path: Path
) -> None:
    """An idle printer's own reason greys the services, and nothing is sent to it."""
    job = print_at(rig, tmp_path)
    jobs = len(rig.peer.jobs)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.driver.run)
        await job.until_known()
        rig.faults.add("printer.paper_out")
        await job.until_known(well=False)
        with trio.fail_after(PATIENCE_S):
            while job.driver.trouble is None or job.driver.trouble.code != "D-21":
                await trio.sleep(0.02)
        end = await job.driver.print(paper(), "p-empty", job.note)
        rig.faults.clear()
        await job.until_known()
        nursery.cancel_scope.cancel()
    assert end.printed is Printed.NO and end.trouble is not None and end.trouble.code == "D-21"
    assert len(rig.peer.jobs) == jobs


async def test_a_printer_that_is_off_prints_nothing_and_says_so(tmp_path: Path) -> None:
    """Nobody listens: NO, for nothing can have arrived; ``trouble`` says gone."""
    settings = DocumentPrinterSettings(uri="ipp://127.0.0.1:9/ipp/print")
    driver = IppDocumentPrinter(settings, DiskPrintBook(tmp_path / "prints.log", lambda: NOW))
    end = await driver.print(paper(), "p-off", lambda _: None)
    assert end.printed is Printed.NO and end.trouble is not None
    assert end.trouble.reason is TroubleReason.DOCUMENT_PRINTER_GONE
    assert driver.trouble == end.trouble


async def test_a_printer_that_loses_its_power_half_way_is_unknown(
    rig: A4Rig, tmp_path: Path
) -> None:
    """Back again it knows no job: as many pages as it had counted, and no second job."""
    rig.faults.add("printer.hold_on_page=2")
    job, jobs = print_at(rig, tmp_path), len(rig.peer.jobs)
    ends: list[PrintEnd] = []
    async with trio.open_nursery() as nursery:

        async def go() -> None:
            ends.append(await job.driver.print(paper(), "p-power", job.note))

        nursery.start_soon(go)
        await job.until(lambda progress: progress.done == 1)
        rig.faults.add("printer.off")
        with trio.fail_after(PATIENCE_S):
            while rig.peer.printer.is_on:
                await trio.sleep(0.02)
        rig.faults.clear()
    assert (ends[0].printed, ends[0].done) == (Printed.UNKNOWN, 1)
    assert len(rig.peer.jobs) == jobs + 1


async def test_after_a_crash_the_job_is_adopted_and_not_sent_again(
    rig: A4Rig, tmp_path: Path
) -> None:
    """The next run finds the job by its name, follows it to its end, and reports that."""
    rig.faults.add("printer.hold_on_page=2")
    crashed, jobs = print_at(rig, tmp_path), len(rig.peer.jobs)
    with trio.move_on_after(PATIENCE_S) as crash:

        def note_and_crash(progress: object) -> None:
            crashed.note(progress)  # type: ignore[arg-type]
            if crashed.told[-1].done == 1:
                crash.cancel()

        await crashed.driver.print(paper(), "p-adopt", note_and_crash)
    assert crash.cancelled_caught
    after = print_at(rig, tmp_path)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(after.driver.run)
        await after.until_known(well=False)
        rig.faults.clear()
        with trio.fail_after(PATIENCE_S):
            while not after.book.unreported():
                await trio.sleep(0.02)
        nursery.cancel_scope.cancel()
    (report,) = after.book.unreported()
    assert (report.print_ref, report.printed, report.pages_done) == ("p-adopt", Printed.YES, 3)
    assert len(rig.peer.jobs) == jobs + 1 and rig.pages_of_last_job() == 3


async def test_a_lost_answer_is_no_reason_to_send_again(
    rig: A4Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printer has the job, its answer does not arrive: the job is found by its name."""
    lost = []

    def ask_and_lose(place: Place, operation: str, *what: Any) -> Answer:
        answer = ask(place, operation, *what)
        if operation == "PRINT_JOB":
            lost.append(answer)
            raise DeviceTimeout(DEVICE, "a test")
        return answer

    monkeypatch.setattr(document_printer, "ask", ask_and_lose)
    job, jobs = print_at(rig, tmp_path), len(rig.peer.jobs)
    assert await job.driver.print(paper(), "p-lost", job.note) == PrintEnd(Printed.YES, 3, 3)
    assert len(lost) == 1 and len(rig.peer.jobs) == jobs + 1


def test_the_alignment_page_is_printed_by_its_command(
    rig: A4Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One page comes out, the command tells the offset it was printed with; no printer is told."""
    config = tmp_path / "kioskd.toml"
    config.write_text(
        ALIGNMENT_CONFIG + f'[document_printer]\nuri = "{rig.peer.uri}"\noffset_x_mm10 = -12\n'
    )
    assert main(["print-alignment", "--config", str(config)]) == 0
    assert "offset_x_mm10 = -12" in capsys.readouterr().out
    assert (rig.peer.jobs[-1].name, rig.pages_of_last_job()) == ("kioskd-alignment", 1)
    config.write_text(ALIGNMENT_CONFIG)
    assert main(["print-alignment", "--config", str(config)]) == 1
    assert "document_printer.uri" in capsys.readouterr().err


async def test_an_intent_whose_job_is_nowhere_ends_unknown(rig: A4Rig, tmp_path: Path) -> None:
    """The crash may have come before the sending, or the printer was off since: nobody knows."""
    job = print_at(rig, tmp_path)
    job.book.intend(Intent("p-nowhere", "d3", "00", 3))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.driver.run)
        await job.until_known()
        nursery.cancel_scope.cancel()
    (report,) = job.book.unreported()
    assert (report.printed, report.pages_done) == (Printed.UNKNOWN, 0)
    assert not job.book.open_intents()


async def test_without_a_place_for_its_evidence_nothing_is_printed(
    rig: A4Rig, tmp_path: Path
) -> None:
    """A job that could not be found again after a crash is not sent."""
    job, jobs = print_at(rig, tmp_path), len(rig.peer.jobs)
    (tmp_path / "prints.log").unlink()
    (tmp_path / "prints.log").mkdir()
    end = await job.driver.print(paper(), "p-full", job.note)
    assert end.printed is Printed.NO and len(rig.peer.jobs) == jobs


async def test_a_kiosk_without_a_printer_says_so() -> None:
    """Its services are greyed with a reason of their own."""
    end = await NoDocumentPrinter().print(paper(), "p", lambda _: None)
    assert end.printed is Printed.NO and end.trouble == NoDocumentPrinter.trouble


@pytest.mark.parametrize("uri", ["http://printer/", "ipp:///x", "ipp://p:x/", "printer", ""])
def test_an_address_that_is_none_is_named_at_once(uri: str) -> None:
    """The configuration's fault, with file and key."""
    with pytest.raises(ConfigError):
        place_of(uri)
