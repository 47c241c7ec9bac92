"""The kiosk's end of the HTTP contract: one call, one request, one answer or one named error.

The only importer of requests. Calls run in worker threads and are never abandoned: a change that
was sent is waited for, and every wait ends. Nothing is retried here; repeating is the uplink's
business. ``trust_env=False``: no proxy, netrc or CA bundle from the environment (facts,
server-and-libraries 3.2). Paths and tokens may be personal and are never logged.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
import trio
import urllib3

from kioskd import log
from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.payment import PaymentRef
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    ConfigError,
    ServerContractBroken,
    ServerError,
    ServerRefused,
    ServerUnreachable,
)
from kioskd.protocols import central, central_books
from kioskd.protocols.central import (
    AssessmentRequest,
    CardLogin,
    Challenge,
    IdCardLogin,
    Login,
    PaymentReport,
    Posting,
    Problem,
    ProblemCode,
    ServerTime,
)
from kioskd.protocols.central_books import ChainHead, ChainLinks, ReceiptCopy, ReceiptEntry
from kioskd.relay.settings import CentralSettings

T = TypeVar("T")

CONNECTIONS: Final = 4
ANSWER_LIMIT_BYTES: Final = 8 << 20
PING_INTERVAL_S: Final = 15.0
PING_WHEN_AWAY_S: Final = 3.0
_CHUNK_BYTES: Final = 1 << 16
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_UNREACHABLE: Final = Trouble(TroubleReason.CENTRE_UNREACHABLE, ServerUnreachable.operator_code)
_BROKEN: Final = Trouble(TroubleReason.CENTRE_BROKEN, ServerContractBroken.operator_code)
_REFUSED: Final = Trouble(TroubleReason.CENTRE_REFUSED, ServerRefused.operator_code)


class CentralClient:
    """The central server as flows and payments see it; fulfils ``contracts.Central``."""

    def __init__(self, settings: CentralSettings, kiosk_id: str) -> None:
        """Check the settings; no connection is made. Raises ConfigError."""
        _check_url(settings.url)
        self._settings, self._kiosk_id = settings, kiosk_id
        self._limiter = trio.CapacityLimiter(CONNECTIONS)
        self._idle_sessions: list[requests.Session] = []
        self._trouble: Trouble | None = _UNREACHABLE
        self._answered_at = float("-inf")
        self._on_back: Callable[[], None] = lambda: None

    def listen(self, on_back: Callable[[], None]) -> None:
        """Call ``on_back`` whenever the centre answers after it was unreachable."""
        self._on_back = on_back

    @property
    def trouble(self) -> Trouble | None:
        """What the last call found; CENTRE_UNREACHABLE until the first answer."""
        return self._trouble

    async def run(self) -> None:
        """Keep ``trouble`` true while nobody calls: ask for the time now and then."""
        while True:
            pause = PING_WHEN_AWAY_S if self._trouble else PING_INTERVAL_S
            quiet_s = trio.current_time() - self._answered_at
            if quiet_s < pause:
                await trio.sleep(pause - quiet_s)
                continue
            try:
                await self.server_time()
            except ServerError as error:
                log.event("central.ping_failed", code=error.operator_code)
                await trio.sleep(PING_WHEN_AWAY_S)

    async def server_time(self) -> ServerTime:
        """Ask for the time. Raises ServerError."""
        return await self._call("GET", central.TIME_PATH, ServerTime)

    async def region(self) -> RegionPack:
        return await self._call("GET", central.REGION_PATH, RegionPack)

    async def challenge(self) -> Challenge:
        return await self._call("POST", central.CHALLENGES_PATH, Challenge)

    async def login_by_card(
        self, challenge: Challenge, facts: SocialCardFacts, answer: bytes
    ) -> Login:
        login = CardLogin(
            challenge_id=challenge.id,
            answer=answer,
            card_code=facts.code,
            card_number=facts.number,
            card_version=facts.version,
            atr_history=facts.atr_history,
            id_number=facts.id_number,
            name=facts.name,
        )
        return await self._call("POST", central.CARD_LOGIN_PATH, Login, central.encode(login))

    async def login_by_id_card(self, facts: IdCardFacts, sam_id: str) -> Login:
        login = IdCardLogin(sam_id, facts.kind, facts.id_number, facts.name)
        return await self._call("POST", central.ID_CARD_LOGIN_PATH, Login, central.encode(login))

    async def log_out(self, token: SessionToken) -> None:
        await self._noted(lambda: self._exchange("DELETE", central.SESSION_PATH, token=token))

    async def insurance(self, token: SessionToken, year: int | None) -> InsuranceView:
        query = "" if year is None else f"?year={year}"
        path = central.INSURANCE_PATH + query
        return await self._call("GET", path, InsuranceView, token=token)

    async def offers(self, token: SessionToken) -> tuple[Offer, ...]:
        return await self._call("GET", central.OFFERS_PATH, tuple[Offer, ...], token=token)

    async def assess(
        self, token: SessionToken, ref: str, scheme: Scheme, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        path = central.ASSESSMENT_PATH.format(ref=ref)
        body = central.encode(AssessmentRequest(scheme, percent, months))
        return await self._call("PUT", path, Assessment, body, token)

    async def release(self, ref: str) -> None:
        path = central.ASSESSMENT_PATH.format(ref=ref)
        await self._noted(lambda: self._exchange("DELETE", path))

    async def report_payment(self, report: PaymentReport) -> Posting:
        path = central.PAYMENT_PATH.format(ref=report.ref)
        return await self.put(path, central.encode(report), Posting)

    async def put(self, path: str, body: bytes, wanted: type[T]) -> T:
        """PUT the very bytes of an outbox row and read the answer. Raises ServerError."""
        return await self._call("PUT", path, wanted, body)

    async def payment(self, ref: PaymentRef) -> Posting:
        return await self._call("GET", central.PAYMENT_PATH.format(ref=ref), Posting)

    async def receipts(self, token: SessionToken) -> tuple[ReceiptEntry, ...]:
        path = central_books.RECEIPTS_PATH
        return await self._call("GET", path, tuple[ReceiptEntry, ...], token=token)

    async def copy(self, token: SessionToken, ref: str, print_ref: str) -> ReceiptCopy:
        path = central_books.COPY_PATH.format(ref=ref, print_ref=print_ref)
        return await self._call("PUT", path, ReceiptCopy, token=token)

    async def journal_head(self, series: str) -> ChainHead:
        """Ask how far the centre knows this kiosk's journal. Raises ServerError."""
        return await self._call("GET", central_books.JOURNAL_PATH.format(series=series), ChainHead)

    async def send_links(self, links: ChainLinks) -> ChainHead:
        """Let the centre witness the next entries of the journal. Raises ServerError."""
        path = central_books.LINKS_PATH.format(series=links.series, first=links.first)
        return await self._call("PUT", path, ChainHead, central.encode(links))

    async def _call(
        self,
        method: str,
        path: str,
        wanted: type[T],
        body: bytes = b"",
        token: SessionToken | None = None,
    ) -> T:
        """Do one request and read its answer as ``wanted``. Raises ServerError."""
        return await self._noted(
            lambda: _decoded(self._exchange(method, path, body, token), wanted)
        )

    async def _noted(self, exchange: Callable[[], T]) -> T:
        """Run ``exchange`` in a worker thread and note what it says of the centre."""
        try:
            value = await trio.to_thread.run_sync(exchange, limiter=self._limiter)
        except ServerError as error:
            self._note(_trouble_in(error))
            raise
        self._note(None)
        return value

    def _note(self, trouble: Trouble | None) -> None:
        was_away = self._trouble == _UNREACHABLE
        if trouble != self._trouble:
            log.event("central.trouble", reason=trouble.reason if trouble else None)
        self._trouble = trouble
        if trouble != _UNREACHABLE:
            self._answered_at = trio.current_time()
            if was_away:
                self._on_back()

    def _exchange(
        self, method: str, path: str, body: bytes = b"", token: SessionToken | None = None
    ) -> bytes:
        """Send and read everything, in a worker thread. Raises ServerError."""
        headers = {"Kiosk-Id": self._kiosk_id, "Accept-Encoding": "identity"}
        if body:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        with self._session() as session, _foreign_errors_named():
            response = session.request(
                method,
                self._settings.url.rstrip("/") + path,
                data=body or None,
                headers=headers,
                timeout=(self._settings.connect_timeout_s, self._settings.read_timeout_s),
                allow_redirects=False,
                stream=True,
            )
            with response:
                answer = _read_all(response, time.monotonic() + self._settings.read_timeout_s)
        if not response.ok or response.is_redirect:
            _raise_refusal(response.status_code, answer)
        return answer

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        """Lend a session to one thread at a time, so that connections are kept."""
        session = self._idle_sessions.pop() if self._idle_sessions else _new_session()
        try:
            yield session
        finally:
            self._idle_sessions.append(session)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ConfigError("central", "url", "not an http or https address")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ConfigError("central", "url", "plain HTTP is for this machine only; use https")


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@contextmanager
def _foreign_errors_named() -> Iterator[None]:
    """Whatever cut the exchange short, the change may or may not have been made."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        # Only the kind: the text of these errors holds the address.
        raise ServerUnreachable(type(error).__name__) from None


def _read_all(response: requests.Response, deadline: float) -> bytes:
    """Read the body within time and size. Raises ServerUnreachable, ServerContractBroken."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read1(_CHUNK_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > ANSWER_LIMIT_BYTES:
            raise ServerContractBroken("the answer is too long")
        if time.monotonic() > deadline:
            raise ServerUnreachable("the answer takes too long")
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and size < int(declared):
        raise ServerUnreachable("the answer was cut")
    return b"".join(pieces)


def _raise_refusal(status: int, answer: bytes) -> NoReturn:
    try:
        problem = central.decode(answer, Problem)
    except central.ContractBroken:
        raise ServerContractBroken(f"{status} without a problem document") from None
    raise ServerRefused(status, problem.code.value, problem.detail)


def _decoded(answer: bytes, wanted: type[T]) -> T:
    try:
        return central.decode(answer, wanted)
    except central.ContractBroken as broken:
        raise ServerContractBroken(str(broken)) from None


def _trouble_in(error: ServerError) -> Trouble | None:
    """A centre that refuses one request is well; one that refuses this kiosk is not."""
    if isinstance(error, ServerUnreachable):
        return _UNREACHABLE
    if isinstance(error, ServerRefused):
        is_about_us = error.code == ProblemCode.KIOSK_UNKNOWN.value
        return _REFUSED if is_about_us or error.status >= 500 else None
    return _BROKEN
