"""The prints this kiosk has begun, on disk, with nothing personal: references, hashes, counts.

A line is written and synced before a job is sent, and another when it has ended. After a crash a
line without its end names a job to look for at the printer, instead of one to send again; an end
without a delivery is a report the centre still wants. One JSON object a line, appended; what is
over is dropped when the file is opened and when nothing is open any more, so it stays short.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

from kioskd import log
from kioskd.domain.payment import Printed
from kioskd.protocols.central_documents import DocumentPrintReport

OPEN_MAX = 200
"""So many unreported prints are kept; older ones are logged and dropped."""


class BookRefused(OSError):
    """The disk did not take a line: what it was to prove must not be begun."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A print that was begun: ``print_ref`` is the job's name at the printer."""

    print_ref: str
    ref: str
    sha256: str
    """Of the bytes sent to the printer, in hex."""
    pages: int


class DiskPrintBook:
    """Fulfils ``contracts.PrintBook``, and keeps the driver's intents.

    ``path`` None keeps all in memory, for a command that prints a page of our own.
    """

    def __init__(self, path: Path | None, now: Callable[[], str]) -> None:
        self._path, self._now = path, now
        self._intents: dict[str, Intent] = {}
        self._reports: dict[str, DocumentPrintReport] = {}
        self._changed = trio.Event()
        for line in _lines(path):
            self._take(line)
        self._rewrite()

    def open_intents(self) -> tuple[Intent, ...]:
        """Return the prints whose end is not known, oldest first."""
        return tuple(self._intents.values())

    def intend(self, intent: Intent) -> None:
        """Keep that this is going to be sent. Raises BookRefused."""
        self._append({"print": intent.print_ref, "ref": intent.ref, "sha256": intent.sha256,
                      "pages": intent.pages})  # fmt: skip
        self._intents[intent.print_ref] = intent

    def close(self, print_ref: str, printed: Printed, done: int) -> None:
        """Keep how a print ended; the centre is to be told. Never raises."""
        intent = self._intents.pop(print_ref)
        self.note(DocumentPrintReport(intent.ref, print_ref, printed, done, self._now()))

    # ---- contracts.PrintBook

    def note(self, report: DocumentPrintReport) -> None:
        self._reports[report.print_ref] = report
        self._append_if_possible(
            {"print": report.print_ref, "ref": report.ref, "printed": report.printed.value,
             "done": report.pages_done, "at": report.at}
        )  # fmt: skip
        while len(self._reports) > OPEN_MAX:
            oldest = next(iter(self._reports))
            log.warning("print_book.dropped", print=oldest)
            self.reported(oldest)
        self._changed.set()
        self._changed = trio.Event()

    def unreported(self) -> tuple[DocumentPrintReport, ...]:
        return tuple(self._reports.values())

    def reported(self, print_ref: str) -> None:
        self._reports.pop(print_ref, None)
        if self._intents or self._reports:
            self._append_if_possible({"print": print_ref, "reported": True})
        else:
            self._rewrite()

    async def changed(self) -> None:
        await self._changed.wait()

    # ---- the file

    def _take(self, line: dict[str, Any]) -> None:
        print_ref = str(line["print"])
        if "reported" in line:
            self._reports.pop(print_ref, None)
        elif "printed" in line:
            self._intents.pop(print_ref, None)
            self._reports[print_ref] = DocumentPrintReport(
                line["ref"], print_ref, Printed(line["printed"]), line["done"], line["at"]
            )
        else:
            self._intents[print_ref] = Intent(print_ref, line["ref"], line["sha256"], line["pages"])

    def _append(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("ab") as file:
                file.write(json.dumps(line).encode("ascii") + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as refused:
            raise BookRefused(refused.errno, "the print book was not written") from refused

    def _append_if_possible(self, line: dict[str, Any]) -> None:
        try:
            self._append(line)
        except BookRefused as refused:
            log.warning("print_book.not_written", print=line["print"], errno=refused.errno)

    def _rewrite(self) -> None:
        """Write what is open to a new file and put it in the old one's place."""
        if self._path is None:
            return
        lines = [
            {"print": one.print_ref, "ref": one.ref, "sha256": one.sha256, "pages": one.pages}
            for one in self._intents.values()
        ] + [
            {"print": one.print_ref, "ref": one.ref, "printed": one.printed.value,
             "done": one.pages_done, "at": one.at}
            for one in self._reports.values()
        ]  # fmt: skip
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                file.writelines(json.dumps(line).encode("ascii") + b"\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as refused:
            log.warning("print_book.not_shortened", errno=refused.errno)


def _lines(path: Path | None) -> list[dict[str, Any]]:
    """Return the lines that can be read; a power cut may have torn the last."""
    if path is None or not path.exists():
        return []
    found: list[dict[str, Any]] = []
    for number, text in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            line = json.loads(text)
            _check(line)
        except (ValueError, KeyError, TypeError):
            log.warning("print_book.torn_line", number=number)
        else:
            found.append(line)
    return found


def _check(line: dict[str, Any]) -> None:
    """Raise KeyError, ValueError or TypeError for a line that was not written by this book."""
    wanted: dict[str, type] = {"print": str}
    if "printed" in line:
        Printed(line["printed"])
        wanted |= {"ref": str, "done": int, "at": str}
    elif "reported" not in line:
        wanted |= {"ref": str, "sha256": str, "pages": int}
    for key, kind in wanted.items():
        if not isinstance(line[key], kind):
            raise TypeError(key)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
