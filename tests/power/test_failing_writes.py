"""The disk is full, broken or read-only at every write and sync: nothing is charged on its word."""

import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kioskd.domain.payment import PaymentState
from kioskd.domain.trouble import TroubleReason
from tests.power.aftermath import Findings, boot
from tests.power.disk import Disk, images
from tests.power.failing import BEGINS, ENDS, Failing, record_failing
from tests.power.plants import UNKEPT
from tests.power.record import HAS_STRACE, Event, Failed, Noted
from tests.power.witness import Charge, Fact, Witness, charges

STEP = int(os.environ.get("KIOSKD_POWER_STEP", "13"))
"""Every so many-th call fails; 1 is every call."""
SEED = int(os.environ.get("KIOSKD_POWER_SEED", "1"))
DAMAGED = TroubleReason.JOURNAL_DAMAGED.value
NAMED = ("EIO", "EROFS", "ENOSPC")
"""While these last the journal is in trouble, and says so."""
CHARGED = {
    PaymentState.APPROVED: True,
    PaymentState.CONFIRMED: True,
    PaymentState.DECLINED: False,
    PaymentState.NOT_STARTED: False,
    PaymentState.REVERSED: False,
}
"""What she is told, and whether the PIN pad holds the charge; UNKNOWN may be either."""

pytestmark = pytest.mark.skipif(not HAS_STRACE, reason="strace is not installed")


@dataclass
class Life:
    """One life with a failing disk."""

    number: int
    disk: Disk = field(default_factory=Disk)
    facts: list[Fact] = field(default_factory=list)
    failed: int = 0
    """Calls that were made to fail."""
    crashed: bool = False

    def see(self, event: Event) -> None:
        """Keep what happened."""
        self.disk.apply(event)
        self.failed += isinstance(event, Failed)
        if isinstance(event, Noted):
            self.facts.append(event.fact)


def lives(events: Sequence[Event]) -> Iterator[Life]:
    """Split a record into its lives, and leave out those that were over before anything failed."""
    life: Life | None = None
    for event in events:
        mark = event.fact.get("mark") if isinstance(event, Noted) else None
        if isinstance(event, Noted) and mark == BEGINS:
            life = Life(event.fact["number"])
        elif isinstance(event, Noted) and life is not None and mark == ENDS:
            life.crashed = event.fact["crashed"]
            if life.failed:
                yield life
            life = None
        elif life is not None:
            life.see(event)


def wrong(life: Life, how: Failing, folder: Path) -> Findings:
    """Return what the life did that it should not, and what is wrong when the disk is well again.

    The disk may also have thrown away what it did not sync.
    """
    books = {charge.ref: charge for charge in charges(Witness(facts=life.facts))}
    findings = ["the program crashed"] if life.crashed else []
    for charge in books.values():
        if charge.fate != "reversed" and not _was_kept(life, charge):
            findings.append(f"{charge.ref} is charged and its approval was not kept")
    for fact in life.facts:
        if "told" not in fact:
            continue
        standing = fact["told"] in books and books[fact["told"]].fate == "standing"
        if standing != CHARGED.get(PaymentState(fact["state"]), standing):
            findings.append(f"{fact['told']} was told to be {fact['state']}")
    if how.lasting and how.error in NAMED and life.facts[-1].get("trouble") != DAMAGED:
        findings.append("the trouble has no name")
    chance = random.Random(SEED)
    for image in images(life.disk, chance, 2):
        findings += boot(image, folder, life.facts, reverses=False)
    return [f"call {life.number}: {finding}" for finding in findings]


def _was_kept(life: Life, charge: Charge) -> bool:
    approved = {"kept": charge.ref, "state": "approved", "receipt": charge.receipt}
    return approved in life.facts


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that is possible."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


def all_lives(lived: Path, how: Failing, step: int, fault: str = "") -> list[Life]:
    """Live with the disk failing at every ``step``-th call."""
    return list(lives(record_failing(lived, how, step, fault)))


def words(how: Failing) -> str:
    """Return the name of a way to fail, as a test's id."""
    return f"{how.call} {how.error} {'lasting' if how.lasting else 'once'}"


WAYS = [
    Failing("pwrite64", "ENOSPC", lasting=True),
    Failing("pwrite64", "ENOSPC", lasting=False),
    Failing("pwrite64", "EROFS", lasting=True),
    Failing("pwrite64", "EIO", lasting=False),
    Failing("fdatasync", "EIO", lasting=True),
    Failing("fdatasync", "EIO", lasting=False),
]


@pytest.mark.parametrize("how", WAYS, ids=words)
def test_what_cannot_be_kept_is_not_charged(tmp_path: Path, folder: Path, how: Failing) -> None:
    """Full, read-only or broken at any call, for once or for good: refused, told, resolved."""
    step = STEP if how.call == "pwrite64" else 1
    found = all_lives(tmp_path, how, step)
    assert [what for life in found for what in wrong(life, how, folder)] == []
    assert len(found) >= (150 // step if how.call == "pwrite64" else 8)


@pytest.mark.parametrize("fault", sorted(UNKEPT))
def test_a_step_that_was_not_kept_is_found(tmp_path: Path, folder: Path, fault: str) -> None:
    """A failed commit taken for done, an approval accepted without one: each is found."""
    how = Failing("pwrite64", "ENOSPC", lasting=True)
    found = (w for life in all_lives(tmp_path, how, 9, fault) for w in wrong(life, how, folder))
    assert any("not kept" in what or "forgotten" in what for what in found)
