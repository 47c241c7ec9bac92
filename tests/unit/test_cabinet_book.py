"""What is kept of the cabinet: across a power cut, a broken file, a full disk and a lost line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import trio
import trio.testing

from kioskd.errors import ServerContractBroken, ServerError, ServerRefused, ServerUnreachable
from kioskd.protocols.central_cabinet import CabinetEvent, CabinetEventKind, Hold
from kioskd.relay.cabinet_book import CabinetBook
from tests.patience import PATIENCE_S

OPENED, CLOSED = CabinetEventKind.OPENED, CabinetEventKind.CLOSED


class Centre:
    """Fails as often as it is told, then listens."""

    def __init__(self, *failures: ServerError) -> None:
        self.failures = list(failures)
        self.heard: list[CabinetEvent] = []

    async def tell_event(self, event: CabinetEvent) -> Hold:
        await trio.lowlevel.checkpoint()
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(event)
        return Hold(held=False)


@asynccontextmanager
async def telling(book: CabinetBook, centre: Centre) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(book.tell_forever, cast(Any, centre))
        yield
        nursery.cancel_scope.cancel()


async def told(book: CabinetBook) -> None:
    """Return when the centre has every event and the disk knows it too."""
    with trio.fail_after(PATIENCE_S):
        while not (book.all_told and CabinetBook(book._path).all_told):
            await trio.sleep(0.01)


async def test_an_opening_outlives_a_power_cut(tmp_path: Path) -> None:
    """Held and untold before, held and untold after; released stays released."""
    file = tmp_path / "cabinet.json"
    await CabinetBook(file).note(OPENED)
    again = CabinetBook(file)
    assert again.held and again.trouble is not None and not again.all_told
    await again.release()
    assert not CabinetBook(file).held


async def test_events_are_told_once_each_and_in_order(tmp_path: Path) -> None:
    """Each has a reference of its own; after a restart none is told again."""
    book, centre = CabinetBook(tmp_path / "cabinet.json"), Centre()
    async with telling(book, centre):
        for kind in (OPENED, CLOSED, OPENED):
            await book.note(kind)
        await told(book)
    assert [event.kind for event in centre.heard] == [OPENED, CLOSED, OPENED]
    assert len({event.ref for event in centre.heard}) == 3
    assert CabinetBook(tmp_path / "cabinet.json").all_told


async def test_a_line_that_fails_is_tried_again_with_the_same_event(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """Unreachable, broken, too busy: the very event, reference and all, until it is heard."""
    monkeypatch.setattr("kioskd.relay.cabinet_book.RETRY_S", 0.01)
    failures = (ServerUnreachable(), ServerContractBroken(), ServerRefused(503, "unavailable"))
    book, centre = CabinetBook(tmp_path / "cabinet.json"), Centre(*failures)
    await book.note(OPENED)
    async with telling(book, centre):
        await told(book)
    assert [event.kind for event in centre.heard] == [OPENED] and centre.failures == []


async def test_an_event_that_is_refused_for_ever_does_not_stop_the_next(tmp_path: Path) -> None:
    """The refusal is logged; what comes after it is told."""
    book = CabinetBook(tmp_path / "cabinet.json")
    centre = Centre(ServerRefused(422, "reference_reused"))
    await book.note(OPENED)
    await book.note(CLOSED)
    async with telling(book, centre):
        await told(book)
    assert [event.kind for event in centre.heard] == [CLOSED]


async def test_a_file_that_cannot_be_read_holds_payments(tmp_path: Path) -> None:
    """Nobody knows what it said: on the safe side."""
    file = tmp_path / "cabinet.json"
    file.write_bytes(b"{")
    assert CabinetBook(file).held


async def test_a_disk_that_refuses_costs_only_the_memory(tmp_path: Path) -> None:
    """Held all the same, and told all the same."""
    book, centre = CabinetBook(tmp_path / "no such folder" / "cabinet.json"), Centre()
    await book.note(OPENED)
    assert book.held
    async with telling(book, centre):
        await told(book)
    assert len(centre.heard) == 1
