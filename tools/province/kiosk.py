"""One kiosk with the code that ships: enrolled by its code, and each visit ends in a payment."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import trio

from kiosk_central.sample_people import PERSONAS, Persona
from kioskd.domain.contribution import Month, MonthStatus, Offer
from kioskd.domain.enrolment_code import read_code
from kioskd.domain.payment import AssessmentRef, PaymentRef
from kioskd.domain.person import IdCardFacts, IdCardKind
from kioskd.domain.secret import IdNumber, PersonName, SessionToken
from kioskd.errors import ServerError
from kioskd.payments.contract import Baseline
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.store import Store
from kioskd.protocols.central import Posting
from kioskd.relay.client import CentralClient
from kioskd.relay.enrolment import enrol
from kioskd.relay.settings import CentralSettings
from kioskd.relay.uplink import Uplink
from tools.load.badges import ca_of, identity_of
from tools.load.told import record_of

TRIES, PAUSE_S = 20, 0.5


class NothingToPay(Exception):
    """Nobody in the sample has a month left to pay."""


class RealKiosk:
    """A journal, an outbox, and the way to the centre, alive in a thread of their own."""

    def __init__(self, name: str, folder: Path, url: str, trust: Path) -> None:
        """The journal is to be in ``folder``; ``url`` is the proxy's."""
        self.name = name
        self._file = folder / f"{name}.db"
        settings = CentralSettings(url, ca_of(trust), str(identity_of(trust, name)))
        self._client = CentralClient(settings, name)
        self._visits = 0
        self.paid: list[PaymentRef] = []

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Open the journal and bring what is in it to the centre, until the end."""
        ready = threading.Event()
        thread = threading.Thread(target=trio.run, args=(self._live, ready))
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            trio.from_thread.run_sync(self._ending.cancel, trio_token=self._token)
            thread.join()

    async def _live(self, ready: threading.Event) -> None:
        store = Store(self._file, self.name)
        self._journal = Journal(store)
        self._uplink = Uplink(Outbox(store, self._journal), self._client)
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as nursery:
            self._ending = nursery.cancel_scope
            nursery.start_soon(self._uplink.run)
            nursery.start_soon(self._client.run)
            ready.set()

    def enrol(self, typed: str) -> str:
        """Type a code; return until when the certificate is good. Raises ServerError."""
        code = read_code(typed)
        assert code is not None, "printed by the centre"
        given = trio.run(enrol, self._client, self._client.identity, self.name, code)
        return given.not_after

    def visit(self) -> Posting:
        """Let somebody of the sample log in, choose a month and pay it; return what was booked."""
        return trio.from_thread.run(self._visit, trio_token=self._token)

    def visit_when_possible(self) -> Posting:
        """Visit as a citizen who tries again while the screen says that the centre is away."""
        for _ in range(TRIES):
            with suppress(ServerError):
                return self.visit()
            time.sleep(PAUSE_S)
        return self.visit()

    def ask(self, ref: PaymentRef) -> Posting:
        """Ask what the centre knows of a payment. Raises ServerError."""
        return trio.from_thread.run(self._client.payment, ref, trio_token=self._token)

    async def _visit(self) -> Posting:
        for persona in PERSONAS:
            token = await self._log_in(persona)
            for offer in await self._client.offers(token):
                months = [one.month for one in offer.months if one.status is MonthStatus.PAYABLE]
                if months:
                    return await self._pay(token, offer, months[0])
        raise NothingToPay

    async def _log_in(self, persona: Persona) -> SessionToken:
        name, number = PersonName(persona.name), IdNumber(persona.id_number)
        facts = IdCardFacts(IdCardKind.RESIDENT, number, name, None, None)
        return (await self._client.login_by_id_card(facts, "")).token

    async def _pay(self, token: SessionToken, offer: Offer, month: Month) -> Posting:
        self._visits += 1
        percent = offer.fixed_percent or offer.grades[0].percent
        about = f"{self.name}-a{self._visits}"
        found = await self._client.assess(token, about, offer.scheme, percent, (month,))
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        ref = self._journal.intend(AssessmentRef(found.ref), found.amount, Baseline(), at).ref
        self._journal.approve(ref, replace(record_of(self._visits), amount=found.amount), at)
        self._journal.confirm(ref, at)
        self.paid.append(ref)
        await self._uplink.delivered(ref, math.inf)
        await self._client.log_out(token)
        return await self._client.payment(ref)
