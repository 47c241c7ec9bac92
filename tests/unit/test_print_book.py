"""The print book: what was begun and what the centre must hear, through crashes and bad disks."""

from pathlib import Path

import pytest
import trio
import trio.lowlevel

from kioskd.domain.payment import Printed
from kioskd.drivers.print_book import OPEN_MAX, BookRefused, DiskPrintBook, Intent
from kioskd.errors import ServerRefused, ServerUnreachable
from kioskd.protocols.central_documents import DocumentPrintReport
from kioskd.relay import documents
from tests.fakes import NOW
from tests.patience import PATIENCE_S

INTENT = Intent("p1", "d1", "ab" * 32, 3)


def opened(folder: Path) -> DiskPrintBook:
    """Open the book in ``folder``, as after a crash."""
    return DiskPrintBook(folder / "prints.log", lambda: NOW)


def test_an_intent_survives_a_crash_until_its_end_is_written(tmp_path: Path) -> None:
    """And then its report does, until it is delivered; at last nothing is left in the file."""
    opened(tmp_path).intend(INTENT)
    book = opened(tmp_path)
    assert book.open_intents() == (INTENT,) and not book.unreported()
    book.close("p1", Printed.UNKNOWN, 2)
    book = opened(tmp_path)
    assert not book.open_intents()
    assert book.unreported() == (DocumentPrintReport("d1", "p1", Printed.UNKNOWN, 2, NOW),)
    book.reported("p1")
    assert (tmp_path / "prints.log").read_bytes() == b"" and not opened(tmp_path).unreported()


def test_a_torn_or_strange_line_costs_only_itself(tmp_path: Path) -> None:
    """A power cut in the middle of a line, or rubbish, keeps no other print from being known."""
    book = opened(tmp_path)
    book.intend(INTENT)
    with (tmp_path / "prints.log").open("ab") as file:
        file.write(
            b'{"print": 5}\n[]\nnull\n{"print": "p2", "printed": "perhaps"}\n{"print": "p3", "re'
        )
    assert opened(tmp_path).open_intents() == (INTENT,)


def test_it_stays_short(tmp_path: Path) -> None:
    """Without a centre for weeks: the oldest reports are dropped, and the file shrinks at start."""
    book = opened(tmp_path)
    for number in range(OPEN_MAX + 5):
        book.note(DocumentPrintReport("d", f"p{number}", Printed.YES, 1, NOW))
    assert len(book.unreported()) == OPEN_MAX and book.unreported()[0].print_ref == "p5"
    assert len(opened(tmp_path).unreported()) == OPEN_MAX
    assert len((tmp_path / "prints.log").read_bytes().splitlines()) == OPEN_MAX


def test_a_disk_that_refuses_stops_a_print_and_nothing_else(tmp_path: Path) -> None:
    """An intent must be on disk; what happened is kept in memory all the same."""
    book = DiskPrintBook(tmp_path / "no-such-folder" / "prints.log", lambda: NOW)
    with pytest.raises(BookRefused):
        book.intend(INTENT)
    assert not book.open_intents()
    book.note(DocumentPrintReport("d", "p", Printed.YES, 1, NOW))
    assert len(book.unreported()) == 1
    book.reported("p")
    assert not book.unreported()


class Centre:
    """Takes reports, or refuses in turn as the test says."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers, self.taken = list(answers), list[str]()

    async def report_document_print(self, report: DocumentPrintReport) -> DocumentPrintReport:
        await trio.lowlevel.checkpoint()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(report.print_ref)
        return report


async def test_reports_are_repeated_until_the_centre_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away and broken are waited for; a refusal that will stand is not repeated for ever."""
    monkeypatch.setattr(documents, "AGAIN_S", 0.01)
    book = opened(tmp_path)
    centre = Centre(
        ServerUnreachable(),
        ServerRefused(503, "unavailable"),
        None,
        ServerRefused(404, "not_found"),
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(documents.report_prints_forever, book, centre)
        await trio.lowlevel.checkpoint()
        for name in ("p1", "p2", "p3"):
            book.note(DocumentPrintReport("d", name, Printed.YES, 1, NOW))
        with trio.fail_after(PATIENCE_S):
            while book.unreported():
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert centre.taken == ["p1", "p3"]
