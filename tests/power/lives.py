"""Lives of a kiosk that are recorded: ``python -m tests.power.lives LIFE FOLDER [FAULT]``.

The journal, the payment and its recovery are the real ones; PIN pad and centre are the witness's.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

import trio
from trio.testing import MockClock

from kioskd.domain.payment import PaymentState, Printed
from kioskd.payments import store
from kioskd.payments.contract import Payment, ReportKind
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.pay import pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.store import Store
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport
from tests.fakes import NOW, an_assessment
from tests.power.plants import UNSYNCED
from tests.power.record import STATE, WITNESS
from tests.power.witness import Central, Kept, PinPad, Witness

LONG_LOG_BYTES: Final = 1 << 16
"""What ``tidy`` takes for a long log here: a few payments."""
MARK: Final = "of interest"
"""A record that holds this mark is cut only after it."""


class Kiosk:
    """One opening of the journal, and what pays with it; opening raises JournalDamaged."""

    def __init__(self, folder: Path, witness: Witness, reverses: bool = False) -> None:
        self.witness = witness
        self.pad = PinPad(witness, reverses)
        self.store = Store(folder / STATE / "journal.db", "K0123")
        self.journal = Journal(self.store)
        self.outbox = Outbox(self.store, self.journal)
        self.desk = PaymentDesk(
            pin_pad=self.pad,  # type: ignore[arg-type]
            central=Central(witness),  # type: ignore[arg-type]
            journal=Kept(self.journal, witness),  # type: ignore[arg-type]
            now=lambda: NOW,
        )

    async def pay(self) -> Payment:
        """Pay for an assessment of its own, tell the centre, note the paper."""
        number = len(self.witness.of("kept"))
        payment = await pay(self.desk, an_assessment(f"{number:032x}"), lambda ref, step: None)
        await self.send_all()
        if payment.state is PaymentState.CONFIRMED:
            self.desk.journal.set_printed(payment.ref, Printed.YES)
        return payment

    async def boot(self) -> None:
        """What comes before the first screen offers payment, and the uplink's first round."""
        await recover_all(self.desk)
        await self.send_all()

    async def send_all(self) -> None:
        """Do the uplink's work: send what waits, note the answer."""
        while (waiting := self.outbox.next_report()) is not None:
            posting = None
            if waiting.kind is ReportKind.PAYMENT:
                report = central.decode(waiting.body, PaymentReport)
                posting = await self.desk.central.report_payment(report)
            self.outbox.mark_delivered(waiting.seq, posting)


def run(life: Callable[[], Awaitable[None]]) -> None:
    """Run it with a clock that does not wait."""
    trio.run(life, clock=MockClock(autojump_threshold=0))


def days(folder: Path) -> None:
    """A first opening, payments with every ending, a restart, a kill in mid-payment, recovery."""
    run(partial(_first_day, folder))
    _killed(folder)
    next_day(folder)


async def _first_day(folder: Path) -> None:
    kiosk = Kiosk(folder, Witness(folder / WITNESS))
    await kiosk.pay()
    kiosk.pad.declines = True
    await kiosk.pay()
    kiosk.pad.declines, kiosk.pad.mute = False, True
    await kiosk.pay()
    kiosk.store.shut()


def _killed(folder: Path) -> None:
    """A process of its own dies by SIGKILL: the disk has its power, the next one finds it all."""
    child = os.fork()
    if child == 0:
        try:
            run(partial(_die_paying, folder))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL


async def _die_paying(folder: Path) -> None:
    kiosk = Kiosk(folder, Witness(folder / WITNESS))
    kiosk.pad.kills_the_kiosk = True
    await kiosk.pay()


async def _next_day(folder: Path) -> None:
    kiosk = Kiosk(folder, Witness(folder / WITNESS))
    await kiosk.boot()
    await kiosk.pay()


def tidying(folder: Path) -> None:
    """A log long enough to be tidied; only the tidying and the payment after it are of interest."""
    with patch.object(store, "TIDY_LOG_BYTES", LONG_LOG_BYTES):
        run(partial(_tidy, folder))


async def _tidy(folder: Path) -> None:
    kiosk = Kiosk(folder, Witness(folder / WITNESS))
    for _ in range(4):
        await kiosk.pay()
    kiosk.witness.note(mark=MARK)
    kiosk.outbox.tidy()
    await kiosk.pay()


def next_day(folder: Path) -> None:
    """What follows a power cut: boot, recovery, one more payment."""
    run(partial(_next_day, folder))


LIVES: Final = {"days": days, "tidying": tidying, "next day": next_day}


def main(life: str, folder: Path, fault: str = "") -> None:
    """Live it, with a planted fault if one is named."""
    if fault:
        UNSYNCED[fault]()
    (folder / STATE).mkdir(exist_ok=True)
    LIVES[life](folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
