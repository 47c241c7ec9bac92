"""One HTTP exchange with the centre: one call, one request, one answer or one named error.

The only importer of requests. Calls run in worker threads and are never abandoned: a change that
was sent is waited for, and every wait ends. Nothing is retried here; repeating is the uplink's
business. ``trust_env=False``: no proxy, netrc or CA bundle from the environment (facts,
server-and-libraries 3.2). Only the pinned CA is believed, and the kiosk shows its certificate; a
session keeps the one that it began with, so it ends when there is another. Paths and tokens may be
personal and are never logged.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
import trio
import urllib3

from kioskd import log
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    ConfigError,
    IdentityRefused,
    NoIdentity,
    ServerContractBroken,
    ServerError,
    ServerRefused,
    ServerUnreachable,
)
from kioskd.protocols import central
from kioskd.protocols.central import Problem, ProblemCode, ServerTime
from kioskd.relay.identity import Identity
from kioskd.relay.settings import CentralSettings

T = TypeVar("T")

CONNECTIONS: Final = 4
ANSWER_LIMIT_BYTES: Final = 8 << 20
PING_INTERVAL_S: Final = 15.0
PING_WHEN_AWAY_S: Final = 3.0
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_CHUNK_BYTES: Final = 1 << 16
_ALERTS: Final = ("CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED", "UNKNOWN_CA", "BAD_CERTIFICATE")
"""In the texts of OpenSSL: what the other end says of our certificate."""
_NOT_WANTED: Final = frozenset(
    {ProblemCode.CERTIFICATE_NEEDED.value, ProblemCode.CERTIFICATE_REVOKED.value}
)
_UNREACHABLE: Final = Trouble(TroubleReason.CENTRE_UNREACHABLE, ServerUnreachable.operator_code)
_BROKEN: Final = Trouble(TroubleReason.CENTRE_BROKEN, ServerContractBroken.operator_code)
_REFUSED: Final = Trouble(TroubleReason.CENTRE_REFUSED, ServerRefused.operator_code)
_NO_IDENTITY: Final = Trouble(TroubleReason.IDENTITY_NONE, NoIdentity.operator_code)
_IDENTITY_REFUSED: Final = Trouble(TroubleReason.IDENTITY_REFUSED, IdentityRefused.operator_code)
_AWAY: Final = (_UNREACHABLE, _NO_IDENTITY, _IDENTITY_REFUSED)
"""Nothing that waits to be sent could be sent."""


class CentralLine:
    """The way to the centre and how it is; what is asked of it is added by its descendants."""

    def __init__(self, settings: CentralSettings, kiosk_id: str) -> None:
        """Check the settings; no connection is made. Raises ConfigError."""
        _check_url(settings.url)
        self._settings, self._kiosk_id = settings, kiosk_id
        self.identity = Identity(Path(settings.identity))
        self._limiter = trio.CapacityLimiter(CONNECTIONS)
        self._idle_sessions: list[_Session] = []
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
        return await self.call("GET", central.TIME_PATH, ServerTime)

    async def call(
        self,
        method: str,
        path: str,
        wanted: type[T],
        body: bytes = b"",
        token: SessionToken | None = None,
    ) -> T:
        """Do one request and read its answer as ``wanted``. Raises ServerError."""
        return await self.noted(lambda: _decoded(self.exchange(method, path, body, token), wanted))

    async def call_unknown(self, method: str, path: str, wanted: type[T], body: bytes) -> T:
        """Do one request as nobody in particular: to become known. Raises ServerError."""

        def exchange() -> bytes:
            return self._sent(_new_session(self._settings.ca), method, path, body, {}).body

        return await self.noted(lambda: _decoded(exchange(), wanted))

    async def noted(self, exchange: Callable[[], T]) -> T:
        """Run ``exchange`` in a worker thread and note what it says of the centre."""
        try:
            value = await trio.to_thread.run_sync(exchange, limiter=self._limiter)
        except ServerError as error:
            self._note(_trouble_in(error))
            raise
        self._note(None)
        return value

    def _note(self, trouble: Trouble | None) -> None:
        was_away = self._trouble in _AWAY
        if trouble != self._trouble:
            log.event("central.trouble", reason=trouble.reason if trouble else None)
        self._trouble = trouble
        if trouble not in _AWAY:
            self._answered_at = trio.current_time()
            if was_away:
                self._on_back()

    def exchange(
        self, method: str, path: str, body: bytes = b"", token: SessionToken | None = None
    ) -> bytes:
        """Send and read everything, in a worker thread. Raises ServerError."""
        about = {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}
        return self.answered(method, path, body, about).body

    def answered(
        self, method: str, path: str, body: bytes = b"", about: Mapping[str, str] = NOTHING
    ) -> "Answer":
        """Do as ``exchange`` with headers of one's own, and return those of the answer too."""
        headers = {"Kiosk-Id": self._kiosk_id, **about}
        self.identity.check()
        with self._session() as session:
            return self._sent(session, method, path, body, headers)

    def _sent(
        self,
        session: requests.Session,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
    ) -> "Answer":
        headers |= {"Accept-Encoding": "identity"}
        if body:
            headers["Content-Type"] = "application/json"
        with _foreign_errors_named():
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
        return Answer(response.status_code, response.headers, answer)

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        """Lend a session to one thread at a time, so that connections are kept."""
        lent = self._idle_session()
        try:
            yield lent.session
        finally:
            self._idle_sessions.append(lent)

    def _idle_session(self) -> "_Session":
        stamp = self.identity.stamp
        while self._idle_sessions:
            lent = self._idle_sessions.pop()
            if lent.identity == stamp:
                return lent
            lent.session.close()
        session = _new_session(self._settings.ca)
        session.cert = str(self.identity.file)
        return _Session(session, stamp)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole; no refusal."""

    status: int
    headers: Mapping[str, str]
    """By their names in any case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class _Session:
    """A session and the identity that it was begun with."""

    session: requests.Session
    identity: tuple[int, int]


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query:
        raise ConfigError("central", "url", "not an https address")


def _new_session(ca: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = ca
    return session


@contextmanager
def _foreign_errors_named() -> Iterator[None]:
    """Whatever cut the exchange short, the change may or may not have been made.

    All errors of requests are OSErrors; so are those of a CA or identity that cannot be read.
    """
    try:
        yield
    except (OSError, urllib3.exceptions.HTTPError) as error:
        if any(alert in str(error) for alert in _ALERTS) and "alert" in str(error):
            raise IdentityRefused from None
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
    if problem.code.value in _NOT_WANTED:
        raise IdentityRefused(problem.code.value)
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
    if isinstance(error, NoIdentity):
        return _NO_IDENTITY
    if isinstance(error, IdentityRefused):
        return _IDENTITY_REFUSED
    if isinstance(error, ServerRefused):
        is_about_us = error.code == ProblemCode.KIOSK_UNKNOWN.value
        return _REFUSED if is_about_us or error.status >= 500 else None
    return _BROKEN
