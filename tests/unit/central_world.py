"""A small sample city in a database of its own, and a clock turned by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, text

from kiosk_central import sample
from kiosk_central.assessments import assess, find_assessment, release
from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.laws import misposted, unbalanced
from kiosk_central.listing import all_differences
from kiosk_central.offers import offers_for
from kiosk_central.problems import Refused
from kiosk_central.region import load_region
from kiosk_central.reports import report_payment
from kiosk_central.sample_people import SAMPLE_SIGNING_SEED
from kiosk_central.show import books
from kiosk_central.signing import Signer, remember_key, signer_of_seed
from kiosk_central.store.engine import open_engine, read, write
from kioskd.domain.contribution import Assessment, Month, Offer, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import AssessmentRequest, PaymentReport, Posting, ProblemCode
from tests.databases import Template, make_template
from tests.postgres import Postgres

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ZHANG, LI = 1, 2
KIOSK, OTHER_KIOSK = "K0123", "K0124"
TWO_MONTHS_FEN = 280_000
"""October and November at 100 % of 7,000.00: two times 1,400.00."""


@dataclass
class HandClock:
    """A clock that stands still until told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        """Go forward by ``seconds=``, ``minutes=``..."""
        self.now += timedelta(**parts)


def record(amount_fen: int = TWO_MONTHS_FEN, receipt: int = 31) -> TransactionRecord:
    """Return what a PIN pad says of an approved charge."""
    return TransactionRecord(Money(amount_fen), receipt, 17, "29001006", "1122", "100000", 0)


@dataclass
class World:
    """The city and what kiosks do there."""

    engine: Engine
    region: RegionPack = field(default_factory=load_region)
    clock: HandClock = field(default_factory=HandClock)
    signer: Signer = field(default_factory=lambda: signer_of_seed(SAMPLE_SIGNING_SEED))

    def at_desk(self, job: Callable[[Desk], T]) -> T:
        """Do a job as the writer does; raises the refusal that it returns."""
        found = write(self.engine, lambda at: job(Desk(at, self.clock(), self.signer)))
        if isinstance(found, Refused):
            raise found
        return found

    def assess(
        self,
        ref: str = "A1",
        months: tuple[int, ...] = (10, 11),
        percent: int = 100,
        person: int = ZHANG,
        kiosk: str = KIOSK,
        scheme: Scheme = Scheme.PENSION,
    ) -> Assessment:
        """Ask for an assessment of months of 2026."""
        request = AssessmentRequest(scheme, percent, tuple(Month(2026, one) for one in months))
        return write(
            self.engine,
            lambda at: assess(at, self.clock(), self.region, kiosk, person, ref, request),
        )

    def report(
        self, state: PaymentState, ref: str = "K0123-P-1", kiosk: str = KIOSK, **other: Any
    ) -> Posting:
        """Report a payment; raises Refused as the server answers it."""
        charged = record() if state in (PaymentState.CONFIRMED, PaymentState.REVERSED) else None
        known = PaymentReport(ref, "A1", Money(TWO_MONTHS_FEN), state, charged)
        report = replace(known, **other)
        found = self.at_desk(lambda desk: report_payment(desk, kiosk, report))
        assert isinstance(found, Posting)
        return found

    def release(self, ref: str = "A1", kiosk: str = KIOSK) -> None:
        """Release an assessment."""
        write(self.engine, lambda at: release(at, self.clock(), kiosk, ref))

    def offers(self, person: int = ZHANG) -> tuple[Offer, ...]:
        """Return what a person may pay now."""
        return read(self.engine, lambda at: offers_for(at, self.region, person, self.clock()))

    def assessment_state(self, ref: str = "A1", kiosk: str = KIOSK) -> str:
        """Return the state of an assessment."""
        known = read(self.engine, lambda at: find_assessment(at, kiosk, ref))
        assert known is not None
        return known.state.value

    def books(self) -> dict[str, Any]:
        """Return the books."""
        return read(self.engine, books)


def unguarded(world: World, job: Callable[[Connection], T]) -> T:
    """Do what the database refuses, as somebody could who may take its triggers down."""

    def spoil(at: Connection) -> T:
        if at.dialect.name == "postgresql":
            at.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            found = at.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in list(found.scalars()):
                at.execute(text(f"DROP TRIGGER {name}"))
        return job(at)

    return write(world.engine, spoil)


def make_city(folder: Path, cluster: Postgres | None) -> Template:
    """Make a database with the personas and a few more people; copied for each test."""
    signer = signer_of_seed(SAMPLE_SIGNING_SEED)

    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 8, 1, local_date(NOW))
        remember_key(at, NOW, signer)

    return make_template(folder, cluster, fill)


@contextmanager
def open_world(template: Template, folder: Path) -> Iterator[World]:
    """Give a world on a fresh copy of the template."""
    with template.copied(folder) as url:
        made = World(open_engine(url))
        yield made
        made.engine.dispose()


def open_checked(template: Template, folder: Path) -> Iterator[World]:
    """Give a world to a test, and hold the books to their laws after it."""
    with open_world(template, folder) as made:
        yield made
        assert read(made.engine, unbalanced) == ()
        assert read(made.engine, misposted) == ()
        assert made.books()["balance_fen"] == 0


@contextmanager
def refused(code: ProblemCode) -> Iterator[None]:
    """Expect a refusal with a code."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code is code


def differences(world: World, only_open: bool = False) -> list[tuple[str, str]]:
    """Return kind and payment of the differences as an operator lists them."""
    found = read(world.engine, lambda at: all_differences(at, world.clock, only_open))
    return [(one["kind"], one["payment_ref"]) for one in found]
