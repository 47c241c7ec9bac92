"""A payment in a child process whose PIN pad and centre keep their books in files.

Every call on journal, PIN pad and centre is a numbered point before it and one after it; the
child is killed (SIGKILL) at the point it was told. kioskd itself knows nothing of this.
"""

import json
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import trio
from trio.testing import MockClock

from kioskd.domain.money import Money, total
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    Outcome,
    PaymentState,
    PinPadStep,
    TransactionRecord,
)
from kioskd.payments.audit import faults_in
from kioskd.payments.contract import Payment, ReportKind
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.pay import pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.store import Store
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from tests.fakes import NOW, a_record, an_assessment


class Points:
    """Counts points; at the one to be killed at, the process is gone."""

    def __init__(self, kill_at: int | None) -> None:
        self.passed = 0
        self._kill_at = kill_at

    def point(self) -> None:
        if self.passed == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


class Marked:
    """Wraps an object: a point before and after each call, whether it awaits or not."""

    def __init__(self, inner: object, points: Points) -> None:
        self._inner, self._points = inner, points

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)
        return partial(self._call, call) if callable(call) else call

    def _call(self, call: Callable[..., Any], *args: Any, **values: Any) -> Any:
        self._points.point()
        result = call(*args, **values)
        if isinstance(result, Awaitable):
            return self._awaited(result)
        self._points.point()
        return result

    async def _awaited(self, result: Awaitable[Any]) -> Any:
        value = await result
        self._points.point()
        return value


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _store(path: Path, value: object) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(value), encoding="utf-8")
    new.replace(path)


EARLIER: Final = {"fen": 4_200, "fate": "standing"}
"""In the open batch before the kiosk's first life: an empty batch proves little."""


class FilePinPad:
    """A PIN pad whose books outlive the kiosk; a charge is held, standing or reversed."""

    def __init__(self, folder: Path, points: Points, reverses: bool) -> None:
        self._path, self._points, self._reverses = folder / "pin_pad.json", points, reverses
        if not self._path.exists():
            _store(self._path, [EARLIER])

    @property
    def charges(self) -> list[dict[str, Any]]:
        return list(_load(self._path))

    def standing(self) -> list[dict[str, Any]]:
        """The charges of this kiosk that are not reversed, without the one before all of them."""
        return [charge for charge in self.charges[1:] if charge["fate"] != "reversed"]

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        record = a_record(len(self.charges) + 1, amount)
        self._points.point()
        _store(self._path, [*self.charges, {"fen": amount.fen, "fate": "held"}])
        self._points.point()
        decision = await decide(record)
        self._points.point()
        self._settle("standing" if decision is Decision.ACCEPT else "reversed")
        self._points.point()
        outcome = Outcome.APPROVED if decision is Decision.ACCEPT else Outcome.DECLINED
        return AuthorisationResult(outcome, record)

    def _settle(self, fate: str) -> None:
        charges = self.charges
        charges[-1]["fate"] = fate
        _store(self._path, charges)

    def _hear_again(self) -> None:
        """A kiosk that never answered the approval: the PIN pad reverses, or keeps the charge."""
        if self.charges and self.charges[-1]["fate"] == "held":
            self._settle("reversed" if self._reverses else "standing")

    async def status(self) -> int:
        self._hear_again()
        return 0

    async def last_transaction(self) -> TransactionRecord | None:
        last = self.charges[-1]
        result = 0x6C if last["fate"] == "reversed" else 0
        return a_record(len(self.charges), Money(last["fen"]), result)

    async def totals(self) -> tuple[int, Money]:
        amounts = [Money(charge["fen"]) for charge in [EARLIER, *self.standing()]]
        return len(amounts), total(amounts)


class FileCentral:
    """A centre that books each confirmed reference once and keeps the months of an open one."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "centre.json"
        if not self._path.exists():
            _store(self._path, {})

    @property
    def states(self) -> dict[str, str]:
        return dict(_load(self._path))

    def postings(self) -> list[str]:
        return [ref for ref, state in self.states.items() if state == "confirmed"]

    async def report_payment(self, report: PaymentReport) -> Posting:
        _store(self._path, self.states | {report.ref: report.state.value})
        number = f"R-{report.ref}" if report.state is PaymentState.CONFIRMED else ""
        return Posting(report.ref, report.state, number, NOW if number else "")


Pay = Callable[[PaymentDesk], Awaitable[Payment]]


async def pay_once(desk: PaymentDesk) -> Payment:
    """The program as it is."""
    return await pay(desk, an_assessment(), lambda ref, step: None)


@dataclass(frozen=True)
class Kiosk:
    """What one life of the process does, from boot to death."""

    folder: Path
    pad_reverses: bool
    paying: Pay = pay_once

    def live(self, what: str, kill_at: int | None) -> int:
        """``pay`` or ``recover``; return how many points were passed."""
        points = Points(kill_at)
        trio.run(self._live, what, points, clock=MockClock(autojump_threshold=0))
        return points.passed

    async def _live(self, what: str, points: Points) -> None:
        store = Store(self.folder / "journal.db", "K0123")
        journal = Journal(store)
        outbox = Marked(Outbox(store, journal), points)
        desk = PaymentDesk(
            pin_pad=Marked(FilePinPad(self.folder, points, self.pad_reverses), points),  # type: ignore[arg-type]
            central=Marked(FileCentral(self.folder), points),  # type: ignore[arg-type]
            journal=Marked(journal, points),  # type: ignore[arg-type]
            now=lambda: NOW,
        )
        await recover_all(desk)
        if what == "pay":
            await self.paying(desk)
        await self._send_all(desk, outbox)
        store.shut()

    async def _send_all(self, desk: PaymentDesk, outbox: Any) -> None:
        while (waiting := outbox.next_report()) is not None:
            posting = None
            if waiting.kind is ReportKind.PAYMENT:
                report = central.decode(waiting.body, PaymentReport)
                posting = await desk.central.report_payment(report)
            outbox.mark_delivered(waiting.seq, posting)

    def live_in_a_child(self, what: str, kill_at: int | None) -> bool:
        """Live in a process of its own; return True if it was killed, False if it came through."""
        child = os.fork()
        if child == 0:
            exit_code = 1
            try:
                self.live(what, kill_at)
                exit_code = 0
            finally:
                os._exit(exit_code)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "the program failed"
        return os.WIFSIGNALED(status)


def lost_or_doubled(folder: Path) -> list[str]:
    """Check the invariants over journal, PIN pad and centre; return what is broken."""
    charges = len(FilePinPad(folder, Points(None), reverses=False).standing())
    postings = len(FileCentral(folder).postings())
    store = Store(folder / "journal.db", "K0123")
    journal = Journal(store)
    in_doubt = journal.open_payments() + journal.unresolved()
    told = FileCentral(folder).states
    store.shut()
    broken = [f"{fault.place}: {fault.what}" for fault in faults_in(folder / "journal.db")]
    if charges > 1 or postings > 1:
        broken.append(f"doubled: {charges} charges, {postings} postings")
    if charges != postings:
        broken.append(f"lost: {charges} charges, {postings} postings")
    broken += [f"unresolved: {p.ref}" for p in in_doubt]
    broken += [f"forgotten: {p.ref}" for p in in_doubt if told.get(p.ref) != p.state.value]
    return broken
