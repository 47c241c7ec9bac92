"""What a kiosk still owes before it may end: brought to the centre now, and what is left told.

What is left is of two kinds. Of what is *unknown* nobody can say where the money is: it is never
wiped. What is merely *open* is known and in other books too: people may decide to go on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trio

from kioskd.config import Config
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.errors import ServerError
from kioskd.payments.audit import faults_in, head_of
from kioskd.payments.desk import in_a_thread
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.owner import owning
from kioskd.payments.reconcile import Matter, Unsettled, unsettled
from kioskd.payments.store import Store
from kioskd.protocols.central_books import ChainHead, first_link
from kioskd.relay.client import CentralClient
from kioskd.relay.clock import utc_now
from kioskd.relay.documents import report_prints_forever
from kioskd.relay.uplink import Uplink

DELIVERY_LIMIT_S: Final = 120.0
LOOK_S: Final = 0.2
NO_SERIES: Final = "NONE"
"""Of a kiosk that never began a journal; no journal is called so."""
_UNKNOWN: Final = (Matter.IN_DOUBT, Matter.NOT_POSTED)


@dataclass(frozen=True, slots=True)
class LastWord:
    """How far the journal went, and what is left."""

    head: ChainHead
    """As the centre knows it; where it was not reached, as it is here."""
    unknown: tuple[str, ...] = ()
    """Never to be wiped."""
    open: tuple[str, ...] = ()
    """To be wiped only for a reason that is written down."""
    reached: bool = True


async def last_word(config: Config, within_s: float = DELIVERY_LIMIT_S) -> LastWord:
    """Deliver what waits, as long as ``within_s``, and say what is left. Raises JournalDamaged."""
    state = Path(config.kiosk.state_dir)
    client = CentralClient(config.central, config.kiosk.id)
    journal, prints = state / "journal.db", DiskPrintBook(state / "prints.log", utc_now)
    kept = [f"a damaged journal is kept here: {one.name}" for one in _kept(state)]
    if not journal.exists():
        await _until_told(client, None, prints, within_s)
        head = ChainHead(NO_SERIES, 0, first_link(config.kiosk.id, NO_SERIES))
        return await _judged(client, head, [], [*kept, *_prints(prints)])
    with owning(journal):
        faults = faults_in(journal)
        if faults:
            lines = [f"the journal is damaged: {one.place}: {one.what}" for one in faults]
            return LastWord(ChainHead(NO_SERIES, 0, b""), tuple(lines))
        store = Store(journal, config.kiosk.id)
        try:
            outbox = Outbox(store, Journal(store))
            await _until_told(client, outbox, prints, within_s)
            left = outbox.undelivered()
        finally:
            store.shut()
        found = unsettled(journal)
        reports = [f"{left} reports are not delivered"] if left else []
        return await _judged(
            client,
            head_of(journal),
            _lines(one for one in found if one.matter in _UNKNOWN),
            [*_lines(_open(found)), *reports, *kept, *_prints(prints)],
        )


async def _until_told(
    client: CentralClient, outbox: Outbox | None, prints: DiskPrintBook, within_s: float
) -> None:
    """Let the uplink work until nothing waits, or the time is over."""
    with trio.move_on_after(within_s):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(report_prints_forever, prints, client)
            if outbox is not None:
                nursery.start_soon(Uplink(outbox, client, in_a_thread).run)
            while _waits(outbox) or prints.unreported():  # noqa: ASYNC110  (no event says so)
                await trio.sleep(LOOK_S)
            nursery.cancel_scope.cancel()


def _waits(outbox: Outbox | None) -> bool:
    return outbox is not None and bool(outbox.undelivered() or outbox.next_links())


async def _judged(
    client: CentralClient, head: ChainHead, unknown: list[str], left: list[str]
) -> LastWord:
    """Compare the journal's head with the centre's."""
    try:
        known = await client.journal_head(head.series)
    except ServerError as error:
        left = [*left, f"the centre is not reached ({error.operator_code})"]
        return LastWord(head, tuple(unknown), tuple(left), reached=False)
    if known != head:
        left = [*left, f"the centre knows {known.seq} of {head.seq} entries of the journal"]
    return LastWord(known, tuple(unknown), tuple(left))


def _open(found: Iterable[Unsettled]) -> Iterator[Unsettled]:
    """Return what is not unknown; of what is unresolved the centre is asked itself."""
    return (one for one in found if one.matter not in (*_UNKNOWN, Matter.UNRESOLVED))


def _lines(found: Iterable[Unsettled]) -> list[str]:
    return [f"{one.ref} {one.amount} yuan {one.matter.value}" for one in found]


def _kept(state: Path) -> list[Path]:
    kept = sorted(state.glob("journal.db.kept-*"))
    return [one for one in kept if one.suffix.endswith("Z")]


def _prints(prints: DiskPrintBook) -> list[str]:
    left = len(prints.unreported())
    return [f"{left} prints are not reported"] if left else []
