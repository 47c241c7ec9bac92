"""A kiosk with a workshop: what a technician's tests stand on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import trio
import trio.testing

from kioskd.contracts.technician import Verdict
from kioskd.domain.diagnosis import Line, good, wrong
from kioskd.domain.document import GenuinePages, LineStyle, Receipt, ReceiptLine
from kioskd.domain.selftest import Finding, Result
from kioskd.domain.stick import StickOutcome
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    NoIdentity,
    SessionEnded,
)
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.technician.session import serve_technician
from kioskd.health import HealthBoard
from tests.unit.flow_world import FakeStage, FlowWorld

ANSWER = "0123456789"
UNDER_VOLTAGE = wrong("under_voltage_now", now=True, before=True, bits="0x1")
OK = [f"digit-{digit}" for digit in ANSWER] + ["ok"]
PAUSED = Trouble(TroubleReason.TECHNICIAN_PAUSED, "T-02")


@dataclass
class BenchStage(FakeStage):
    """A stage that knows of visits."""

    began: int = 0
    ended: trio.Event = field(default_factory=trio.Event)

    def begin_visit(self) -> None:
        self.began += 1

    def end_visit(self, why: SessionEnded) -> None:
        self.leaves = why
        self.ended.set()

    @property
    def shown(self) -> None:
        return None

    async def visit_ended(self) -> None:
        await self.ended.wait()


@dataclass
class FakeWorkshop:
    """Takes ``ANSWER``; counts three wrong ones."""

    trouble: Trouble | None = None
    at_work: bool = False
    tries_left: int = 3
    sign: trio.Event = field(default_factory=trio.Event)
    sheets: list[tuple[Sequence[Finding], str]] = field(default_factory=list)
    identity: bool = True

    async def called(self) -> None:
        await self.sign.wait()

    def challenge(self) -> str:
        return "12345678"

    def answer(self, digits: str) -> Verdict:
        if digits == ANSWER:
            return Verdict.RIGHT
        self.tries_left -= 1
        if self.tries_left:
            return Verdict.WRONG
        self.trouble = PAUSED
        return Verdict.OVER

    @contextmanager
    def working(self) -> Iterator[None]:
        self.at_work = True
        yield
        self.at_work = False

    def alignment_page(self) -> GenuinePages:
        return GenuinePages("alignment", 1, b"%PDF")

    async def sheet(self, findings: Sequence[Finding], name: str, language: str) -> Any:
        await trio.lowlevel.checkpoint()
        if not self.identity:
            raise NoIdentity("none")
        self.sheets.append((findings, name))
        facts = SimpleNamespace(facts=SimpleNamespace(result=Result.PASS))
        slip = Receipt((ReceiptLine("sheet", style=LineStyle.HEADING),))
        return SimpleNamespace(acceptance=facts, pages=GenuinePages("S1", 1, b"%PDF"), slip=slip)

    async def diagnosed(self) -> tuple[Line, ...]:
        await trio.lowlevel.checkpoint()
        return (Line("temperature", good(celsius=50.0, limit=80.0)), Line("power", UNDER_VOLTAGE))

    async def bundle_pages(self, lines: tuple[Line, ...]) -> tuple[str, ...]:
        await trio.lowlevel.checkpoint()
        return ("KB1:1", "KB1:2")

    async def bundle_to_stick(self) -> StickOutcome:
        await trio.lowlevel.checkpoint()
        return StickOutcome("1", None, "kioskd-K0123.tar.gz")

    async def send(self, acceptance: Any) -> None:
        await trio.lowlevel.checkpoint()


class Silent:
    """A device that says nothing of itself and is well."""

    trouble: Trouble | None = None
    fitted: bool = False

    async def describe(self) -> dict[str, str]:
        await trio.lowlevel.checkpoint()
        return {"model": "Sample"}


class World(FlowWorld):
    """A kiosk with a workshop; ``troubles`` is what its health board says."""

    def __init__(self) -> None:
        super().__init__()
        self.bench, self.workshop = BenchStage(), FakeWorkshop()
        self.troubles: dict[str, Trouble | None] = {}
        for one in (self.printer, self.documents, self.voice):
            one.__dict__.update(trouble=None, fitted=False, describe=Silent().describe)
        self.cabinet.__dict__.update(fitted=frozenset({"card", "door"}))
        roles = ("card_reader", "id_reader", "pin_pad", "receipt_printer", "central", "held")
        board = {role: lambda role=role: self.troubles.get(role) for role in roles}
        self.kiosk: Kiosk = replace(
            self.kiosk,
            stage=cast(Any, self.bench),
            workshop=cast(Any, self.workshop),
            social_cards=cast(Any, Silent()),
            id_reader=cast(Any, Silent()),
            pin_pad=cast(Any, Silent()),
            health=HealthBoard(board),
        )

    async def serve(self, *touches: str) -> None:
        self.bench.touches.extend(touches)
        await serve_technician(self.kiosk, cast(Any, self.workshop))

    def ids(self) -> list[str]:
        return [screen.id for screen in self.bench.seen]
