"""What the world outside has seen, one line a fact: the PIN pad's books, the centre's, our word.

It stands for devices with disks of their own, so no power cut of the kiosk touches it; at any point
of a record the books are the facts so far. Nothing of kioskd's drivers or centre is used here.
"""

import json
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kioskd.domain.money import Money, total
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    Outcome,
    PaymentState,
    PinPadStep,
    TransactionRecord,
)
from kioskd.payments.contract import Payment
from kioskd.protocols.central import PaymentReport, Posting
from tests.fakes import NOW, a_record

Fact = dict[str, Any]
"""One of ``{"charge": receipt, "ref", "fen"}``, ``{"charge": receipt, "fate"}``,
``{"centre": ref, "state", "receipt"}``, ``{"kept": ref, "state", "receipt"}`` (a synced step that
returned), or ``{"mark": word}``."""

LAST_BEFORE: Final = a_record(17, Money(1))
BATCH_BEFORE: Final = (3, Money(90_000))
"""What the PIN pad did before the kiosk's disk was new."""


class Witness:
    """Appends facts to a file, each with one write; without a file it keeps them in memory only."""

    def __init__(self, path: Path | None = None, facts: Iterable[Fact] = ()) -> None:
        self.facts = [*facts, *(read_witness(path) if path else ())]
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if path else None

    def note(self, **fact: Any) -> None:
        """Keep a fact for ever."""
        self.facts.append(fact)
        if self._file is not None:
            os.write(self._file, json.dumps(fact).encode() + b"\n")

    def of(self, kind: str) -> list[Fact]:
        """Return the facts of one kind, oldest first."""
        return [fact for fact in self.facts if kind in fact]


def read_witness(path: Path) -> list[Fact]:
    """Return all facts in the file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def write_witness(path: Path, facts: Iterable[Fact]) -> None:
    """Make a file of what was seen until now."""
    path.write_text("".join(json.dumps(fact) + "\n" for fact in facts))


@dataclass
class Charge:
    """One line of the PIN pad's books; ``fate`` is held, standing or reversed."""

    receipt: int
    ref: str
    """Of the payment that was being made: the PIN pad does not know it, the test does."""
    amount: Money
    fate: str = "held"


def charges(witness: Witness) -> list[Charge]:
    """Return the PIN pad's books, oldest first."""
    books: dict[int, Charge] = {}
    for fact in witness.of("charge"):
        if "fate" in fact:
            books[fact["charge"]].fate = fact["fate"]
        else:
            books[fact["charge"]] = Charge(fact["charge"], fact["ref"], Money(fact["fen"]))
    return list(books.values())


class PinPad:
    """Approves, declines, or (``mute``) charges and is not heard of again.

    With ``kills_the_kiosk`` the kiosk's process is gone before its ACCEPT gets out.

    A charge that was never accepted is reversed when the kiosk is heard again (``reverses``), or
    kept.
    """

    def __init__(self, witness: Witness, reverses: bool) -> None:
        self._witness, self._reverses = witness, reverses
        self.declines = self.mute = self.kills_the_kiosk = False

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        if self.declines:
            return AuthorisationResult(Outcome.DECLINED, None, 0x05)
        receipt = LAST_BEFORE.receipt + len(charges(self._witness)) + 1
        ref = self._witness.of("kept")[-1]["kept"]
        self._witness.note(charge=receipt, ref=ref, fen=amount.fen)
        if self.mute:
            return AuthorisationResult(Outcome.UNKNOWN)
        decision = await self.hear(decide(a_record(receipt, amount)))
        if self.kills_the_kiosk:
            os.kill(os.getpid(), signal.SIGKILL)
        accepted = decision is Decision.ACCEPT
        self._witness.note(charge=receipt, fate="standing" if accepted else "reversed")
        outcome = Outcome.APPROVED if accepted else Outcome.DECLINED
        return AuthorisationResult(outcome, a_record(receipt, amount), None if accepted else 0x6C)

    async def hear(self, decision: Awaitable[Decision]) -> Decision:
        """Wait for the kiosk's answer to an approval."""
        return await decision

    def _hear_again(self) -> list[Charge]:
        books = charges(self._witness)
        if books and books[-1].fate == "held":
            books[-1].fate = "reversed" if self._reverses else "standing"
            self._witness.note(charge=books[-1].receipt, fate=books[-1].fate)
        return books

    async def status(self) -> int:
        self._hear_again()
        return 0

    async def last_transaction(self) -> TransactionRecord:
        books = self._hear_again()
        if not books:
            return LAST_BEFORE
        last = books[-1]
        return a_record(last.receipt, last.amount, 0x6C if last.fate == "reversed" else 0)

    async def totals(self) -> tuple[int, Money]:
        amounts = [charge.amount for charge in self._hear_again() if charge.fate == "standing"]
        return BATCH_BEFORE[0] + len(amounts), BATCH_BEFORE[1] + total(amounts)


class Central:
    """Books each confirmed reference once; the same report again gets the same answer."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def report_payment(self, report: PaymentReport) -> Posting:
        receipt = report.record.receipt if report.record else None
        self._witness.note(centre=report.ref, state=report.state.value, receipt=receipt)
        number = f"R-{report.ref}" if report.state is PaymentState.CONFIRMED else ""
        return Posting(report.ref, report.state, number, NOW if number else "")


class Kept:
    """A journal whose synced steps are witnessed once they have returned: our word that it is kept.

    Every call that returns a Payment is such a step, but for those that only read.
    """

    def __init__(self, journal: Any, witness: Witness) -> None:
        self._journal, self._witness = journal, witness

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._journal, name)
        return found if name == "get" or not callable(found) else self._witnessed(found)

    def _witnessed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **values: Any) -> Any:
            result = call(*args, **values)
            if isinstance(result, Payment):
                receipt = result.record.receipt if result.record else None
                self._witness.note(kept=result.ref, state=result.state.value, receipt=receipt)
            return result

        return step
