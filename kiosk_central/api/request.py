"""From an HTTP request to values: the centre's parts, the kiosk, the visit, the body."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.json_body import JSON, is_json, names_each_once
from kiosk_central.api.returns import Returns
from kiosk_central.cards import CardVerifier, Challenges
from kiosk_central.clock import Clock
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim
from kiosk_central.documents.press import Press
from kiosk_central.fleet.memory import Fleet
from kiosk_central.people import Kiosk
from kiosk_central.problems import Refused
from kiosk_central.reports import Told, report_together
from kiosk_central.sessions import Visit, Visits
from kiosk_central.signing import Signer
from kiosk_central.store.engine import read
from kiosk_central.store.writer import Writer
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.packs import PackSigner
from kiosk_central.trust.register import Register
from kiosk_central.trust.tls import PEER
from kiosk_central.updates import Shelf
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import ContractBroken, Posting, ProblemCode, decode, encode

T = TypeVar("T")

BODY_BYTES_MAX = 64 * 1024
REF_CHARACTERS_MAX = 64
KIOSK_HEADER = "Kiosk-Id"
PROXY_HEADER = "Client-Cert"
BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Centre:
    """Everything a route may use."""

    engine: Engine
    writer: Writer
    region: RegionPack
    verifier: CardVerifier
    challenges: Challenges
    visits: Visits
    clock: Clock
    signer: Signer
    press: Press
    register: Register
    since: datetime
    """From when this server has had its region pack: when it was started."""
    fleet: Fleet = field(default_factory=Fleet)
    issuer: Issuer | None = None
    """The CA; without one no kiosk is enrolled."""
    packs: PackSigner | None = None
    """Signs region packs; there is one where there is a CA."""
    shelf: Shelf = field(default_factory=Shelf)
    """The software that kiosks can have."""
    behind_proxy: bool = False
    """TLS has ended at a proxy on this machine, which names the kiosk's certificate."""
    returns: Returns = field(default_factory=Returns)

    def now(self) -> datetime:
        """Return the centre's time."""
        return self.clock()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query beside the event loop."""
        return await run_in_threadpool(read, self.engine, query)

    async def write(self, job: Callable[[Desk], T], kiosk_id: str = "") -> T:
        """Run a job, those of one kiosk in their order; returns when it is durable."""
        now = self.now()
        future = self.writer.submit(
            lambda connection: job(Desk(connection, now, self.signer)), kiosk_id
        )
        try:
            return await self.returns.wait(future)
        finally:
            self.register.forget()

    async def report(self, claim: Claim) -> Posting | Refused:
        """Take in a report of a payment, with all that wait; returns when it is durable."""
        told = Told(claim, self.now(), self.signer)
        future = self.writer.submit_together(report_together, told, claim.kiosk_id)
        outcome: Posting | Refused = await self.returns.wait(future)
        return outcome


def centre_of(request: Request) -> Centre:
    """Return the centre this application serves."""
    centre: Centre = request.app.state.centre
    return centre


async def kiosk_of(request: Request) -> Kiosk:
    """Return the kiosk that asks, by its certificate.

    Raises Refused: CERTIFICATE_NEEDED, CERTIFICATE_REVOKED, KIOSK_UNKNOWN, KIOSK_OTHER.
    """
    kiosk = await _shown_kiosk(request)
    if kiosk is None:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    refuse_another(kiosk, request.headers.get(KIOSK_HEADER, kiosk.id))
    return kiosk


async def refuse_bad_certificate(request: Request) -> None:
    """Let everybody in but who shows a certificate that is no longer good. Raises Refused."""
    await _shown_kiosk(request)


def refuse_another(kiosk: Kiosk, named: str) -> None:
    """Raise Refused(KIOSK_OTHER) if a request of ``kiosk`` names another one."""
    if named != kiosk.id:
        raise Refused(ProblemCode.KIOSK_OTHER)


async def _shown_kiosk(request: Request) -> Kiosk | None:
    """Return the kiosk whose certificate was shown; None if none was. Raises Refused."""
    centre = centre_of(request)
    der = _forwarded(request) if centre.behind_proxy else getattr(request.state, PEER, None)
    if not der:
        return None
    return await centre.register.kiosk_behind(der)


def _forwarded(request: Request) -> bytes:
    """Return the certificate that the proxy names (RFC 9440: ``:base64:``), empty if none."""
    header = request.headers.get(PROXY_HEADER, "")
    try:
        return b64decode(header.strip().strip(":"), validate=True)
    except ValueError:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED) from None


def token_of(request: Request) -> str:
    """Return the visit's ticket. Raises Refused(SESSION_UNKNOWN) if there is none."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        raise Refused(ProblemCode.SESSION_UNKNOWN)
    return header.removeprefix(BEARER)


async def visit_of(request: Request, service: str) -> Visit:
    """Return the visit, good enough for ``service``.

    Raises Refused: KIOSK_UNKNOWN, SESSION_UNKNOWN, ASSURANCE_TOO_LOW, NOT_FOUND (not offered here).
    """
    kiosk = await kiosk_of(request)
    centre = centre_of(request)
    visit = centre.visits.find(token_of(request), kiosk.id)
    if service not in centre.region.services:
        raise Refused(ProblemCode.NOT_FOUND, "service")
    if not is_open_to(visit, centre, service):
        raise Refused(ProblemCode.ASSURANCE_TOO_LOW)
    return visit


def is_open_to(visit: Visit, centre: Centre, service: str) -> bool:
    """Say whether the city offers the service to who has proved no more than this visitor."""
    services = centre.region.services
    if service not in services:
        return False
    wanted = services[service]
    return wanted is None or visit.assurance.suffices_for(wanted)


async def body_of(request: Request, wanted: type[T], longest: int = BODY_BYTES_MAX) -> T:
    """Decode the body. Raises Refused(BAD_REQUEST), which repeats nothing of what was sent."""
    if not is_json(request):
        raise Refused(ProblemCode.BAD_REQUEST, "content type")
    data = await body_bytes_of(request, longest)
    try:
        found = decode(data, wanted)
    except (ContractBroken, RecursionError):
        raise Refused(ProblemCode.BAD_REQUEST, f"not a {wanted.__name__}") from None
    if not names_each_once(data):
        raise Refused(ProblemCode.BAD_REQUEST, "a key is there twice")
    return found


async def body_bytes_of(request: Request, longest: int = BODY_BYTES_MAX) -> bytes:
    """Return the body as it came. Raises Refused(BAD_REQUEST) for more than ``longest`` bytes."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > longest:
            raise Refused(ProblemCode.BAD_REQUEST, "too long")
    return bytes(data)


def reference_of(request: Request, name: str = "ref") -> str:
    """Return a reference in the path. Raises Refused(BAD_REQUEST)."""
    ref: str = request.path_params[name]
    return checked_reference(ref)


def checked_reference(ref: str) -> str:
    """Return ``ref`` if it is letters, digits and hyphens. Raises Refused(BAD_REQUEST)."""
    if not _is_reference(ref):
        raise Refused(ProblemCode.BAD_REQUEST, "reference")
    return ref


def checked_text(text: str, longest: int) -> str:
    """Return a text fit to be stored. Raises Refused(BAD_REQUEST)."""
    if len(text) > longest or not text.isprintable():
        raise Refused(ProblemCode.BAD_REQUEST, "text")
    return text


def checked_year(text: str | None) -> int | None:
    """Return the year in a query, None if there is none. Raises Refused(BAD_REQUEST)."""
    if text is None:
        return None
    if not (len(text) == 4 and text.isascii() and text.isdigit() and text >= "1900"):
        raise Refused(ProblemCode.BAD_REQUEST, "year")
    return int(text)


def _is_reference(text: str) -> bool:
    plain = text.replace("-", "")
    return len(text) <= REF_CHARACTERS_MAX and plain.isascii() and plain.isalnum()


def answer(value: object, status: int = 200) -> Response:
    """Answer a value of the contract."""
    headers = {"Cache-Control": "no-store"}
    return Response(encode(value), status, headers, media_type=JSON)


def no_content() -> Response:
    """Answer that it is done."""
    return Response(status_code=204)
