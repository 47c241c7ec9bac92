"""Judges what a power cut leaves: the file, the journal that opens on it, the money in the end.

Two judges. The first knows no schema: what SQLite reads must be, whole, the journal as it was at a
commit, no older than the last step that was acknowledged. The second is the real program: it boots
on the disk that is left, recovers, takes one more payment; then the books are compared.
"""

import hashlib
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kioskd.domain.payment import PaymentRef, PaymentState
from kioskd.errors import JournalDamaged
from kioskd.payments.audit import faults_in
from kioskd.payments.contract import Payment
from kioskd.payments.states import TRANSITIONS
from tests.power.disk import Disk, Image, images
from tests.power.lives import MARK, Kiosk, run
from tests.power.record import STATE, Event, Noted
from tests.power.witness import Fact, Witness, charges

Findings = list[str]


@dataclass(frozen=True, slots=True)
class Cut:
    """A moment at which the power may go."""

    number: int
    disk: Disk
    facts: Sequence[Fact]
    """What the world has seen by then."""
    allowed: frozenset[str]
    """What the journal may hold afterwards, as ``contents``."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a program asked of the disk, and the disk and the world it began with."""

    events: Sequence[Event]
    image: Image = field(default_factory=dict)
    facts: Sequence[Fact] = ()


def put(image: Image, folder: Path) -> None:
    """Make the state folder hold exactly these files."""
    state = folder / STATE
    state.mkdir(exist_ok=True)
    for file in state.iterdir():
        file.unlink()
    for name, content in image.items():
        (state / name).write_bytes(content)


def contents(image: Image, folder: Path) -> str:
    """Return a digest of every row that SQLite finds in the image. Raises sqlite3.DatabaseError."""
    put(image, folder)
    digest = hashlib.sha256()
    with closing(sqlite3.connect(folder / STATE / "journal.db")) as db:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
            digest.update(f"{kind} {name} {sql}".encode())
            if kind == "table":
                for row in db.execute(f'SELECT * FROM "{name}"'):
                    digest.update(repr(row).encode())
    return digest.hexdigest()


def cuts(record: Record, folder: Path) -> Iterator[Cut]:
    """Yield every moment of the record, with what the journal may hold after a cut there."""
    disk, facts = Disk(record.image), list(record.facts)
    first, looked_at = _of_interest(record.events)
    since_acknowledged = [contents(record.image, folder)]
    for number, event in enumerate(record.events):
        disk.apply(event)
        if isinstance(event, Noted):
            facts.append(event.fact)
            if "kept" in event.fact:
                since_acknowledged = []
        if number >= looked_at:
            now = contents(disk.as_asked(), folder)
            if now not in since_acknowledged:
                since_acknowledged.append(now)
        if number >= first:
            yield Cut(number, disk, tuple(facts), frozenset(since_acknowledged))


def _of_interest(events: Sequence[Event]) -> tuple[int, int]:
    """Return the first moment to cut at, and the last acknowledgement before it."""
    noted = [(number, e.fact) for number, e in enumerate(events) if isinstance(e, Noted)]
    for mark, fact in noted:
        if fact.get("mark") == MARK:
            return mark, max(number for number, fact in noted if "kept" in fact and number < mark)
    return 0, 0


def trials(record: Record, folder: Path, chance: random.Random, between: int) -> Iterator[Findings]:
    """Cut the power at every moment and judge what may be left; yield findings, often none, each.

    No image is tried twice with the same world around it.
    """
    seen = set()
    for cut in cuts(record, folder):
        for image in images(cut.disk, chance, between):
            key = (len(cut.facts), frozenset((name, hash(image[name])) for name in image))
            if key not in seen:
                seen.add(key)
                found = judge(cut, image, folder, reverses=chance.random() < 0.5)
                yield [f"cut at {cut.number}: {what}" for what in found]


def judge(cut: Cut, image: Image, folder: Path, reverses: bool) -> Findings:
    """Return what is wrong with the image, and with what the program makes of it."""
    try:
        if contents(image, folder) not in cut.allowed:
            return ["gone: the journal is not as it was at a commit since the last acknowledgement"]
    except sqlite3.DatabaseError as error:
        return [f"damaged: {error}"]
    return boot(image, folder, cut.facts, reverses)


def boot(image: Image, folder: Path, facts: Sequence[Fact], reverses: bool) -> Findings:
    """Let the real program live on with what is left; return what is wrong in the end."""
    put(image, folder)
    journal = folder / STATE / "journal.db"
    witness, findings = Witness(facts=facts), []

    async def life() -> None:
        kiosk = Kiosk(folder, witness, reverses)
        findings.extend(_forgotten(kiosk, facts))
        await kiosk.boot()
        findings.extend(f"unresolved: {payment.ref}" for payment in kiosk.journal.open_payments())
        payment = await kiosk.pay()
        if payment.state is not PaymentState.CONFIRMED or payment.ref in last_kept(facts):
            findings.append(f"the next payment: {payment.ref} {payment.state}")
        findings.extend(f"{fault.place}: {fault.what}" for fault in faults_in(journal))
        findings.extend(_wrong_money(witness))
        if kiosk.journal.trouble is not None:
            findings.append(f"trouble: {kiosk.journal.trouble}")
        kiosk.store.shut()

    try:
        run(life)
    except JournalDamaged as error:
        findings.append(f"damaged: {error}")
    return findings


def _forgotten(kiosk: Kiosk, facts: Sequence[Fact]) -> Findings:
    """Return what was acknowledged and is not so.

    A payment is as it was last acknowledged, or one move further: what was under way may be kept.
    """
    findings = []
    for ref, (state, receipt) in last_kept(facts).items():
        try:
            found = kiosk.journal.get(PaymentRef(ref))
        except KeyError:
            findings.append(f"forgotten: {ref}")
            continue
        may_be = {state, *(after for (before, _), after in TRANSITIONS.items() if before is state)}
        if found.state not in may_be or (receipt and receipt != _receipt_of(found)):
            findings.append(f"forgotten: {ref} is {found.state.value}, was {state.value}")
    return findings


def last_kept(facts: Sequence[Fact]) -> dict[str, tuple[PaymentState, int | None]]:
    """Return, by reference, the state and receipt that were acknowledged last."""
    return {
        fact["kept"]: (PaymentState(fact["state"]), fact["receipt"])
        for fact in facts
        if "kept" in fact
    }


def _receipt_of(payment: Payment) -> int | None:
    return payment.record.receipt if payment.record else None


def _wrong_money(witness: Witness) -> Findings:
    """Charged at most once for each reference; posted if and only if charged."""
    standing = [charge for charge in charges(witness) if charge.fate != "reversed"]
    charged = [charge.ref for charge in standing]
    posted: dict[str, int | None] = {}
    for fact in witness.of("centre"):
        if fact["state"] == PaymentState.CONFIRMED.value:
            posted[fact["centre"]] = fact["receipt"]
    findings = [f"doubled: {ref}" for ref in set(charged) if charged.count(ref) > 1]
    findings += [
        f"lost: {charge.ref}, receipt {charge.receipt}"
        for charge in standing
        if posted.get(charge.ref) != charge.receipt
    ]
    return findings + [f"posted, not charged: {ref}" for ref in posted.keys() - set(charged)]
