"""A centre that loses answers and keeps books of its own; shares no code with ``kiosk_central``."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.errors import ServerRefused, ServerUnreachable
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_books import ChainHead, ChainLinks, PrintReport

NOT_CHARGED = frozenset({PaymentState.DECLINED, PaymentState.NOT_STARTED, PaymentState.REVERSED})
LAST_WORDS = NOT_CHARGED | {PaymentState.CONFIRMED}


@dataclass(slots=True)
class Account:
    """What the centre knows of one payment reference."""

    assessment: str
    amount: Money
    heard: list[PaymentState] = field(default_factory=list)
    posted: int = 0
    """How many times money was booked on the months; more than 1 is a doubled payment."""

    @property
    def keeps_months(self) -> bool:
        """Whether nobody else may pay these months."""
        return self.heard[-1] not in NOT_CHARGED


class NoisyCentre:
    """Answers ``pay`` and the uplink; of its answers a share ``loses`` never arrives."""

    def __init__(self, chance: random.Random, loses: float = 0.0) -> None:
        self._chance, self._loses = chance, loses
        self.accounts: dict[str, Account] = {}
        self.contradictions: list[str] = []

    def listen(self, on_back: Callable[[], None]) -> None:
        """It is never gone for so long that it would be missed."""

    async def report_payment(self, report: PaymentReport) -> Posting:
        await trio.sleep(0.05)
        self._maybe_lose()
        posting = self._take(report)
        self._maybe_lose()
        return posting

    async def put(self, path: str, body: bytes, wanted: type) -> object:
        """Take what the uplink sends: reports of payments, and of papers, which it only hears."""
        if wanted is PrintReport:
            return central.decode(body, PrintReport)
        assert wanted is Posting
        return await self.report_payment(central.decode(body, PaymentReport))

    async def send_links(self, links: ChainLinks) -> ChainHead:
        """Be the chain's witness without looking."""
        await trio.sleep(0.05)
        return ChainHead(links.series, links.first + len(links.digests) - 1, links.head)

    def _maybe_lose(self) -> None:
        if self._chance.random() < self._loses:
            raise ServerUnreachable

    def _take(self, report: PaymentReport) -> Posting:
        account = self.accounts.setdefault(report.ref, Account(report.assessment, report.amount))
        if (account.assessment, account.amount) != (report.assessment, report.amount):
            raise ServerRefused(422, "reference_reused")
        before = account.heard[-1] if account.heard else None
        if before in LAST_WORDS and report.state is not before:
            self.contradictions.append(f"{report.ref}: {before.value}, then {report.state.value}")
            raise ServerRefused(409, "state_conflict")
        if report.state is PaymentState.CONFIRMED and before is not PaymentState.CONFIRMED:
            self._post(account)
        account.heard.append(report.state)
        number = f"R-{report.ref}" if account.posted else ""
        return Posting(report.ref, report.state, number, report.at if number else "")

    def _post(self, account: Account) -> None:
        account.posted += 1
