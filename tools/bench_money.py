"""Measure two things about money against their limits, each as a ratio taken in this one run.

Recovery: opening a journal and resolving its open payment, with 100,000 old payments in it against
100. Uplink: how fast waiting reports reach a real centre, against a bare client that does nothing
but PUT one after the other. The PIN pad answers at once and recovery's pause between its two looks
is virtual time, so that only the kiosk's own work is counted.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import requests
import trio
from trio.testing import MockClock

from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentRef, PaymentState, TransactionRecord
from kioskd.payments.contract import Baseline
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.payments.outbox import Outbox
from kioskd.payments.recovery import recover_all
from kioskd.payments.store import Store
from kioskd.protocols.central import Posting
from kioskd.relay.client import CentralClient
from kioskd.relay.settings import CentralSettings
from kioskd.relay.uplink import Uplink

FEW, MANY = 100, 100_000
RECOVERY_RATIO_MAX = 1.5
RECOVERY_ROUNDS = 9
REPORTS, UPLINK_ROUNDS = 10_000, 5
UPLINK_RATIO_MAX = 2.0
DRAIN_LIMIT_S = 600.0
TRUST = "trust"
KIOSKS = ("K0123", "K0124")
AMOUNT, BEFORE = Money(140_000), (3, Money(90_000))
NOW = "2026-11-22T09:55:01.250Z"


def a_record(number: int) -> TransactionRecord:
    """Return an approval, as a PIN pad would number it."""
    return TransactionRecord(
        AMOUNT, number % 9999 + 1, number % 999_999 + 1, "29001006", "1122", "175501", 0
    )


class QuickPinPad:
    """Shows one last transaction and the open batch, at once."""

    async def status(self) -> int:
        """It is ready."""
        await trio.lowlevel.checkpoint()
        return 0

    async def last_transaction(self) -> TransactionRecord:
        """The open payment was charged."""
        await trio.lowlevel.checkpoint()
        return a_record(MANY + 1)

    async def totals(self) -> tuple[int, Money]:
        """The batch has it."""
        await trio.lowlevel.checkpoint()
        return BEFORE[0] + 1, BEFORE[1] + AMOUNT


def write_payments(store: Store, count: int, *, delivered: bool) -> PaymentRef:
    """Make, approve and confirm payments as a kiosk does; return the last one's reference."""
    journal = Journal(store)
    outbox = Outbox(store, journal)
    for number in range(count):
        ref = journal.intend(new_assessment_ref(), AMOUNT, Baseline(), NOW).ref
        journal.approve(ref, a_record(number), NOW)
        journal.confirm(ref, NOW)
        if delivered and (waiting := outbox.next_report()) is not None:
            posting = Posting(ref, PaymentState.CONFIRMED, f"R-{number}", NOW)
            outbox.mark_delivered(waiting.seq, posting)
    return ref


def make_old_journal(path: Path, count: int) -> None:
    """Write ``count`` old payments and one that a power cut has left open."""
    with closing_store(path) as store:
        write_payments(store, count, delivered=True)
        before = Baseline(a_record(MANY).receipt, BEFORE)
        Journal(store).intend(new_assessment_ref(), AMOUNT, before, NOW)


@contextmanager
def closing_store(path: Path, kiosk: str = KIOSKS[0]) -> Iterator[Store]:
    """Open a journal's file and shut it again."""
    store = Store(path, kiosk)
    try:
        yield store
    finally:
        store.shut()


def recovery_s(journal: Path, folder: Path) -> float:
    """Return how long opening and recovering a copy of ``journal`` takes."""
    copy = folder / "copy.db"
    shutil.copyfile(journal, copy)
    begun = time.perf_counter()
    with closing_store(copy) as store:
        kept = Journal(store)
        desk = PaymentDesk(QuickPinPad(), None, kept, lambda: NOW)  # type: ignore[arg-type]
        trio.run(recover_all, desk, clock=MockClock(autojump_threshold=0))
        taken = time.perf_counter() - begun
        assert not kept.open_payments(), "it was resolved"
    copy.unlink()
    return taken


def measure_recovery(folder: Path) -> tuple[list[float], list[float]]:
    """Return seconds of each round, with few and with many old payments."""
    few, many = folder / "few.db", folder / "many.db"
    make_old_journal(few, FEW)
    make_old_journal(many, MANY)
    rounds = [(recovery_s(few, folder), recovery_s(many, folder)) for _ in range(RECOVERY_ROUNDS)]
    return [one for one, _ in rounds], [other for _, other in rounds]


@contextmanager
def running_centre(folder: Path) -> Iterator[str]:
    """Run ``kiosk-central`` with a sample city on a free port; yield its address."""
    program = [sys.executable, "-m", "kiosk_central"]
    db = ["--db", f"sqlite:///{folder / 'central.db'}"]
    kiosks = [word for kiosk in KIOSKS for word in ("--kiosk", kiosk)]
    trust = ["--trust", str(folder / TRUST)]
    subprocess.run([*program, "sample", *db, *trust, "--people", "10", *kiosks], check=True)
    serve = [*program, "serve", *db, *trust, "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE) as centre:
        try:
            assert centre.stdout is not None
            yield str(json.loads(centre.stdout.readline())["url"])
        finally:
            centre.terminate()


def line_to(folder: Path, url: str, kiosk_id: str) -> CentralSettings:
    """Return how a kiosk of the sample city reaches its centre."""
    trust = folder / TRUST
    return CentralSettings(url, str(trust / "ca.pem"), str(trust / "kiosks" / kiosk_id))


def uplink_rate(folder: Path, url: str, count: int) -> float:
    """Return reports per second that the uplink delivers."""
    path = folder / "uplink.db"
    with closing_store(path) as store:
        last = write_payments(store, count, delivered=False)
        outbox = Outbox(store, Journal(store))
        begun = time.perf_counter()
        client = CentralClient(line_to(folder, url, KIOSKS[0]), KIOSKS[0])
        trio.run(_drain, outbox, client, last)
        taken = time.perf_counter() - begun
    for file in folder.glob("uplink.db*"):
        file.unlink()
    return count / taken


async def _drain(outbox: Outbox, client: CentralClient, last: PaymentRef) -> None:
    uplink = Uplink(outbox, client)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        assert await uplink.delivered(last, DRAIN_LIMIT_S), "the centre answered the last one"
        nursery.cancel_scope.cancel()


def bare_rate(folder: Path, url: str, count: int) -> float:
    """Return reports per second that a client delivers which does nothing else."""
    path = folder / "bare.db"
    with closing_store(path, KIOSKS[1]) as store:
        write_payments(store, count, delivered=False)
        query = "SELECT path, body FROM outbox ORDER BY seq"
        reports = [(row["path"], row["body"]) for row in store.read(query)]
    headers = {"Content-Type": "application/json"}
    line = line_to(folder, url, KIOSKS[1])
    with closing(requests.Session()) as session:
        session.trust_env = False
        session.verify, session.cert = line.ca, f"{line.identity}/identity.pem"
        begun = time.perf_counter()
        for place, body in reports:
            session.put(url + place, body, headers=headers, timeout=10).raise_for_status()
        taken = time.perf_counter() - begun
    for file in folder.glob("bare.db*"):
        file.unlink()
    return count / taken


def measure_uplink(folder: Path) -> tuple[list[float], list[float]]:
    """Return reports per second of each round, of the uplink and of the bare client."""
    count = REPORTS // UPLINK_ROUNDS
    with running_centre(folder) as url:
        rounds = [
            (uplink_rate(folder, url, count), bare_rate(folder, url, count))
            for _ in range(UPLINK_ROUNDS)
        ]
    return [one for one, _ in rounds], [other for _, other in rounds]


def main() -> None:
    """Print both tables; exit 1 if a limit is passed."""
    memory = Path("/dev/shm")  # noqa: S108  (a private folder is made in it)
    place = memory if memory.is_dir() else None  # making 100,000 payments needs no real disk
    with tempfile.TemporaryDirectory(dir=place) as name:
        few, many = measure_recovery(Path(name))
    with tempfile.TemporaryDirectory() as name:
        uplink, bare = measure_uplink(Path(name))
    recovery = statistics.median(many) / statistics.median(few)
    draining = statistics.median(bare) / statistics.median(uplink)
    rows = [
        (f"recovery, {FEW} old payments, ms", 1000 * statistics.median(few), ""),
        (f"recovery, {MANY} old payments, ms", 1000 * statistics.median(many), ""),
        ("ratio", recovery, f"{RECOVERY_RATIO_MAX}"),
        ("uplink, reports/s", statistics.median(uplink), ""),
        ("bare client, reports/s", statistics.median(bare), ""),
        ("ratio", draining, f"{UPLINK_RATIO_MAX}"),
    ]
    print(f"{'':38}{'median':>9}{'limit':>8}")
    for name, value, limit in rows:
        print(f"{name:38}{value:9.2f}{limit:>8}")
    if recovery > RECOVERY_RATIO_MAX or draining > UPLINK_RATIO_MAX:
        sys.exit(1)


if __name__ == "__main__":
    main()
