"""The kiosk's end of the HTTP contract: each method is one request to the centre.

How a request is made, and what may become of it, is in ``kioskd.relay.line``.
"""

from typing import TypeVar

from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.payment import PaymentRef
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.secret import SessionToken
from kioskd.protocols import central, central_books
from kioskd.protocols.central import (
    AssessmentRequest,
    Challenge,
    IdCardLogin,
    Login,
    PaymentReport,
    Posting,
)
from kioskd.protocols.central_books import ChainHead, ChainLinks, ReceiptCopy, ReceiptEntry
from kioskd.relay.acceptance import AcceptanceCalls
from kioskd.relay.accounts import AccountCalls
from kioskd.relay.cabinet import CabinetCalls
from kioskd.relay.cards import CardCalls, card_login
from kioskd.relay.documents import DocumentCalls
from kioskd.relay.fleet import FleetCalls
from kioskd.relay.line import CentralLine
from kioskd.relay.profile import ProfileCalls
from kioskd.relay.region import RegionCalls

T = TypeVar("T")


class CentralClient(
    AcceptanceCalls,
    AccountCalls,
    CabinetCalls,
    CardCalls,
    DocumentCalls,
    FleetCalls,
    ProfileCalls,
    RegionCalls,
    CentralLine,
):
    """The central server as flows and payments see it; fulfils ``contracts.Central``."""

    async def challenge(self) -> Challenge:
        return await self.call("POST", central.CHALLENGES_PATH, Challenge)

    async def login_by_card(
        self, challenge: Challenge, facts: SocialCardFacts, answer: bytes
    ) -> Login:
        body = card_login(challenge, facts, answer)
        return await self.call("POST", central.CARD_LOGIN_PATH, Login, body)

    async def login_by_id_card(self, facts: IdCardFacts, sam_id: str) -> Login:
        login = IdCardLogin(sam_id, facts.kind, facts.id_number, facts.name)
        return await self.call("POST", central.ID_CARD_LOGIN_PATH, Login, central.encode(login))

    async def log_out(self, token: SessionToken) -> None:
        await self.noted(lambda: self.exchange("DELETE", central.SESSION_PATH, token=token))

    async def insurance(self, token: SessionToken, year: int | None) -> InsuranceView:
        query = "" if year is None else f"?year={year}"
        path = central.INSURANCE_PATH + query
        return await self.call("GET", path, InsuranceView, token=token)

    async def offers(self, token: SessionToken) -> tuple[Offer, ...]:
        return await self.call("GET", central.OFFERS_PATH, tuple[Offer, ...], token=token)

    async def assess(
        self, token: SessionToken, ref: str, scheme: Scheme, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        path = central.ASSESSMENT_PATH.format(ref=ref)
        body = central.encode(AssessmentRequest(scheme, percent, months))
        return await self.call("PUT", path, Assessment, body, token)

    async def release(self, ref: str) -> None:
        path = central.ASSESSMENT_PATH.format(ref=ref)
        await self.noted(lambda: self.exchange("DELETE", path))

    async def report_payment(self, report: PaymentReport) -> Posting:
        path = central.PAYMENT_PATH.format(ref=report.ref)
        return await self.put(path, central.encode(report), Posting)

    async def put(self, path: str, body: bytes, wanted: type[T]) -> T:
        """PUT the very bytes of an outbox row and read the answer. Raises ServerError."""
        return await self.call("PUT", path, wanted, body)

    async def payment(self, ref: PaymentRef) -> Posting:
        return await self.call("GET", central.PAYMENT_PATH.format(ref=ref), Posting)

    async def receipts(self, token: SessionToken) -> tuple[ReceiptEntry, ...]:
        path = central_books.RECEIPTS_PATH
        return await self.call("GET", path, tuple[ReceiptEntry, ...], token=token)

    async def copy(self, token: SessionToken, ref: str, print_ref: str) -> ReceiptCopy:
        path = central_books.COPY_PATH.format(ref=ref, print_ref=print_ref)
        return await self.call("PUT", path, ReceiptCopy, token=token)

    async def journal_head(self, series: str) -> ChainHead:
        """Ask how far the centre knows this kiosk's journal. Raises ServerError."""
        return await self.call("GET", central_books.JOURNAL_PATH.format(series=series), ChainHead)

    async def send_links(self, links: ChainLinks) -> ChainHead:
        """Let the centre witness the next entries of the journal. Raises ServerError."""
        path = central_books.LINKS_PATH.format(series=links.series, first=links.first)
        return await self.call("PUT", path, ChainHead, central.encode(links))
