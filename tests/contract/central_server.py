"""A running centre, its clock, and a kiosk's way of talking to it; for the contract tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import requests

from kiosk_central.cards import card_answer, card_key
from kiosk_central.sample_people import SAMPLE_MASTER_KEY, ZHANG, Persona
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.domain.person import IdCardKind
from kioskd.domain.secret import CardNumber, IdNumber, PersonName
from kioskd.protocols import central
from kioskd.protocols.central import (
    AssessmentRequest,
    CardLogin,
    Challenge,
    IdCardLogin,
    Login,
    PaymentReport,
    Problem,
    ProblemCode,
    decode,
    encode,
)
from kioskd.relay.client import CentralClient
from tests.patience import PATIENCE_S
from tests.trust import Trust

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
KIOSK, OTHER_KIOSK = "K0123", "K0124"
OCTOBER_AND_NOVEMBER = (Month(2026, 10), Month(2026, 11))
ASKED = AssessmentRequest(Scheme.PENSION, 100, OCTOBER_AND_NOVEMBER)
AMOUNT = Money(280_000)


@dataclass
class Server:
    """A running server, its clock, and a kiosk's way of talking to it."""

    url: str
    db: str
    trust: Trust
    now: datetime = NOW
    session: requests.Session = field(default_factory=requests.Session)

    def clock(self) -> datetime:
        return self.now

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        kiosk: str = KIOSK,
        token: str = "",
        about: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a value of the contract (or raw bytes), as a kiosk or as nobody."""
        data = body if isinstance(body, bytes) else None if body is None else encode(body)
        headers = dict(about or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = self.url + path
        return self.session.request(
            method,
            url,
            data=data,
            headers=headers,
            timeout=PATIENCE_S,
            verify=self.trust.ca,
            cert=self.trust.pair(kiosk) if kiosk else None,
        )

    def client(self, kiosk: str = KIOSK) -> CentralClient:
        """Return what a kiosk has to talk to the centre."""
        return CentralClient(self.trust.settings(self.url, kiosk), kiosk)

    def get(self, wanted: type[T], *call: Any, **more: Any) -> T:
        """Call and decode what is answered."""
        response = self.call(*call, **more)
        assert response.status_code in (200, 201), response.text
        assert response.headers["Content-Type"] == "application/json"
        return decode(response.content, wanted)

    def refused(self, *call: Any, **more: Any) -> tuple[int, ProblemCode]:
        """Call and return status and code of the problem document."""
        response = self.call(*call, **more)
        assert response.headers["Content-Type"] == "application/problem+json", response.text
        found = decode(response.content, Problem)
        assert found.status == response.status_code
        return found.status, found.code

    def card_login(self, persona: Persona, key: bytes | None = None, **other: Any) -> CardLogin:
        """Ask for a challenge and let the card (or one with another key) answer it."""
        given = self.get(Challenge, "POST", central.CHALLENGES_PATH)
        own = key or card_key(SAMPLE_MASTER_KEY, persona.code, persona.history)
        login = CardLogin(
            given.id,
            card_answer(own, given.challenge),
            persona.code,
            CardNumber(persona.card_number),
            "2.00",
            persona.history,
            IdNumber(persona.id_number),
            PersonName(persona.name),
        )
        return replace(login, **other)

    def token(self, persona: Persona = ZHANG, kiosk: str = KIOSK) -> str:
        """Log in by resident ID card."""
        body = id_login(persona)
        login = self.get(Login, "POST", central.ID_CARD_LOGIN_PATH, body, kiosk=kiosk)
        return login.token.reveal()


def id_login(persona: Persona) -> IdCardLogin:
    return IdCardLogin(
        "05.01-20200101-0000012345-0000067890",
        IdCardKind.RESIDENT,
        IdNumber(persona.id_number),
        PersonName(persona.name),
    )


def assessment_path(ref: str) -> str:
    return central.ASSESSMENT_PATH.format(ref=ref)


def payment_path(ref: str) -> str:
    return central.PAYMENT_PATH.format(ref=ref)


def report(
    state: PaymentState, ref: str = "K0123-A-000001", assessment: str = "a1"
) -> PaymentReport:
    final = state in (PaymentState.CONFIRMED, PaymentState.REVERSED)
    record = TransactionRecord(AMOUNT, 31, 17, "29001006", "1122", "100000", 0) if final else None
    return PaymentReport(ref, assessment, AMOUNT, state, record, "2026-11-22T02:00:00Z")
