"""Another kiosk of the same city, as the centre sees one: a login, an assessment, a payment.

Only its HTTP; it has no screen and no PIN pad. For stories in which two kiosks meet at the centre.
"""

from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

import requests
import trio

from kiosk_bench.people import CitizenCard
from kiosk_bench.trust import BenchTrust
from kioskd.domain.contribution import Assessment, Month, Offer, Scheme
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.domain.person import IdCardKind
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols import central
from kioskd.protocols.central import AssessmentRequest, IdCardLogin, Login, PaymentReport, Posting

T = TypeVar("T")
TERMINAL, RECEIPT, TRACE = "29009999", 31, 47
WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class OtherKiosk:
    """Kiosk ``id``, calling the centre at ``port`` by its own certificate."""

    trust: BenchTrust
    port: int
    id: str = "K0124"

    async def pay(self, card: CitizenCard, percent: int, months: tuple[Month, ...]) -> Posting:
        """Let her pay these months of pension there; return how the centre booked it."""
        assessment = await self._begin(card, percent, months)
        return await self._report(assessment, PaymentState.CONFIRMED)

    async def leave_in_doubt(
        self, card: CitizenCard, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        """Let her try to pay there, with nobody knowing how it ended; see ``find_out``."""
        assessment = await self._begin(card, percent, months)
        await self._report(assessment, PaymentState.UNKNOWN)
        return assessment

    async def find_out(self, assessment: Assessment) -> Posting:
        """Report that the payment left in doubt was charged after all."""
        return await self._report(assessment, PaymentState.CONFIRMED)

    async def _begin(
        self, card: CitizenCard, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        who = IdCardLogin("", IdCardKind.RESIDENT, IdNumber(card.id_number), PersonName(card.name))
        login = await self._do("POST", central.ID_CARD_LOGIN_PATH, Login, who)
        path = central.ASSESSMENT_PATH.format(ref=uuid4().hex)
        wanted = AssessmentRequest(Scheme.PENSION, percent, months)
        assessment = await self._do("PUT", path, Assessment, wanted, login.token.reveal())
        await self._report(assessment, PaymentState.INTENDED)
        return assessment

    async def offers(self, card: CitizenCard) -> tuple[Offer, ...]:
        """Ask what she may pay there."""
        who = IdCardLogin("", IdCardKind.RESIDENT, IdNumber(card.id_number), PersonName(card.name))
        login = await self._do("POST", central.ID_CARD_LOGIN_PATH, Login, who)
        token = login.token.reveal()
        return await self._do("GET", central.OFFERS_PATH, tuple[Offer, ...], None, token)

    async def _report(self, assessment: Assessment, state: PaymentState) -> Posting:
        ref = f"{self.id}-7777-000001"
        charged = state is PaymentState.CONFIRMED
        record = TransactionRecord(
            assessment.amount, RECEIPT, TRACE, TERMINAL, "1122", "120000", result=0
        )
        report = PaymentReport(
            ref, assessment.ref, assessment.amount, state, record if charged else None
        )
        return await self._do("PUT", central.PAYMENT_PATH.format(ref=ref), Posting, report)

    async def _do(
        self, method: str, path: str, wanted: type[T], body: object, token: str = ""
    ) -> T:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        line = self.trust.settings(self.port, self.id)
        call = partial(
            requests.request,
            method,
            line["url"] + path,
            timeout=WITHIN_S,
            verify=line["ca"],
            cert=str(self.trust.identity(self.id) / "identity.pem"),
        )
        sent = central.encode(body)
        answer = await trio.to_thread.run_sync(lambda: call(data=sent, headers=headers))
        answer.raise_for_status()
        return central.decode(answer.content, wanted)
