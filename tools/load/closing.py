"""What proving and closing a month costs in a big book, and who has to wait for it.

The books are right: every posting has its official number and a genuine proof, the bank has settled
all of it. While the month is closed a writer asks for its turn, over and over, as payments do.
"""

import threading
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, update

from kiosk_central.clock import stamp, utc_now
from kiosk_central.desk import Desk
from kiosk_central.ledger import post_bank
from kiosk_central.ledger_verify import verify
from kiosk_central.month_end import close_month
from kiosk_central.month_reckoning import prove
from kiosk_central.receipt_numbers import receipt_number
from kiosk_central.signing import Signer, signer_for
from kiosk_central.store.books import bank_files, bank_lines, postings
from kiosk_central.store.counters import next_value, set_value
from kiosk_central.store.engine import open_engine, read, write
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.protocols.receipt_facts import ReceiptFacts, ReceiptKind
from tools.load.city import ASSESSMENTS, CHUNK, MONTH, MONTHLY_FEN, PEOPLE, City, make_city
from tools.load.history import CONTRIBUTIONS, ENTRIES, PAYMENTS, REPORTS
from tools.load.rows import Row
from tools.load.told import payment_ref

AT = "2026-10-02T00:00:00Z"
PAUSE_S = 0.02
CLOSED = Month.parse(MONTH)


def fill(city: City, count: int) -> None:
    """Give the books ``count`` true postings in ``MONTH``, all settled by the bank."""
    engine = open_engine(city.url)
    city.run((PEOPLE, ASSESSMENTS, PAYMENTS, REPORTS), 1, count, "paid")
    signer = read(engine, lambda at: signer_for(at, None))
    for first in range(1, count + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, count + 1))
        write(engine, partial(_post, city=city, signer=signer, numbers=numbers))
    city.run((ENTRIES, CONTRIBUTIONS), 1, count, "paid")
    write(engine, lambda at: _settle(Desk(at, utc_now(), signer), count))
    engine.dispose()


def _post(at: Connection, city: City, signer: Signer, numbers: range) -> None:
    at.execute(insert(postings), [_posting(city, signer, number) for number in numbers])


def _posting(city: City, signer: Signer, number: int) -> dict[str, object]:
    kiosk, official = city.kiosk_of(number), receipt_number(CLOSED.year, number)
    ref = payment_ref(kiosk, number)
    facts = ReceiptFacts(
        ReceiptKind.CONTRIBUTION, official, AT, ref, Scheme.PENSION, 100, (CLOSED,),
        Money(MONTHLY_FEN),
    )  # fmt: skip
    return {
        "id": number,
        "kiosk_id": kiosk,
        "payment_ref": ref,
        "receipt_number": official,
        "kind": "contribution",
        "posted_at": AT,
        "proof": signer.proof(facts),
    }


def _settle(desk: Desk, count: int) -> None:
    """Book all of it as one line of the bank, and the receipt numbers as used."""
    next_value(desk.connection, f"receipt-{CLOSED.year}")
    set_value(desk.connection, f"receipt-{CLOSED.year}", count)
    amount = Money(MONTHLY_FEN * count)
    file = {"sha256": b"load", "name": "load.csv", "imported_at": desk.stamp}
    made = desk.connection.execute(insert(bank_files).returning(bank_files.c.id), [file])
    line = {
        "file_id": made.scalar_one(),
        "line": 1,
        "settlement_date": "2026-10-03",
        "terminal_id": "29001006",
        "batch": 1,
        "receipt": 1,
        "trace": 1,
        "day": "2026-10-02",
        "time": "10:00:00",
        "amount_fen": amount.fen,
        "kind": "sale",
        "occurrence": 1,
        "posting_id": post_bank(desk, amount),
    }
    desk.connection.execute(insert(bank_lines).values(line))


class Waiting:
    """A writer that asks for its turn all the time, and remembers how long it had to wait."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine of a centre."""
        self._engine, self._ending = engine, threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self.longest_s = 0.0

    def __enter__(self) -> "Waiting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _ask(self) -> None:
        nothing = update(postings).where(postings.c.id == -1).values(posted_at=AT)
        while not self._ending.wait(PAUSE_S):
            begun = time.perf_counter()
            write(self._engine, lambda at: at.execute(nothing))
            self.longest_s = max(self.longest_s, time.perf_counter() - begun)


def measure(folder: Path, count: int) -> list[Row]:
    """Verify the books and close a month of so many postings, on SQLite; return the figures."""
    city = make_city(f"sqlite:///{folder / f'closing{count}.db'}", folder / f"closing{count}")
    fill(city, count)
    engine = open_engine(city.url)
    begun = time.perf_counter()
    assert read(engine, lambda at: list(verify(at, proofs=False))) == []
    laws_s = time.perf_counter() - begun
    with Waiting(engine) as waiting:
        begun = time.perf_counter()
        proved = read(engine, lambda at: prove(at, CLOSED, utc_now()))
        proved_s = time.perf_counter() - begun
        while_proved_s = waiting.longest_s
        signer = read(engine, lambda at: signer_for(at, None))
        begun = time.perf_counter()
        done = write(engine, lambda at: close_month(Desk(at, utc_now(), signer), proved))
        closed_s = time.perf_counter() - begun
    assert done.amount == Money(MONTHLY_FEN * count), stamp(utc_now())
    engine.dispose()
    name = f"{count:,} postings"
    return [
        Row(f"ledger verify, {name}, laws alone", laws_s, "s"),
        Row(f"month-end, {name}: proved", proved_s, "s"),
        Row("longest wait of a writer meanwhile", while_proved_s, "s", 1.0, 1.0, at_most=True),
        Row(f"month-end, {name}: written", closed_s, "s", 5.0, 1.0, at_most=True),
    ]
