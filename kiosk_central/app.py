"""The application: routes, and what a kiosk is told when something fails.

A kiosk gets a problem document and nothing else: no trace, no SQL, no word of what it had sent.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from kiosk_central import openapi
from kiosk_central.api import (
    acceptance,
    accounts,
    books,
    cabinet,
    cards,
    documents,
    fleet,
    logins,
    me,
    metrics,
    papers,
    payments,
    profile,
    public,
    retire,
    software,
    trust,
    verify,
)
from kiosk_central.api.request import Centre
from kiosk_central.cards import CardVerifier, Challenges, MasterKeyVerifier, NoVerifier
from kiosk_central.clock import Clock, utc_now
from kiosk_central.counter import ivr
from kiosk_central.documents.press import Press
from kiosk_central.documents.seal_key import seal_for
from kiosk_central.fleet.keeper import keeping_fleet
from kiosk_central.metrics import Metered, Meters
from kiosk_central.months_ahead import keeping_months_ahead
from kiosk_central.problems import Refused, problem
from kiosk_central.sample import MASTER_KEY_SETTING
from kiosk_central.sessions import Visits
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.engine import open_centre_database, read, write
from kiosk_central.store.schema import settings
from kiosk_central.store.writer import Writer
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.packs import PackSigner
from kiosk_central.trust.register import Register
from kiosk_central.updates import Shelf, shelf_for
from kiosk_central.web import parts as web
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import Problem, ProblemCode, encode

API = (
    fleet,
    payments,
    public,
    logins,
    me,
    books,
    documents,
    verify,
    profile,
    accounts,
    papers,
    cards,
    cabinet,
    acceptance,
    metrics,
    software,
    openapi,
    trust,
    retire,
    ivr,
)
"""Each part of the contract has its own module with its ``ROUTES``; what is asked most comes first,
for routes are tried one after the other."""
RETRY_AFTER_S = 2
_log = logging.getLogger("kiosk_central.app")


def build_centre(
    url: str,
    region: RegionPack,
    clock: Clock = utc_now,
    signing_key: Path | None = None,
    seal: Path | None = None,
    issuer: Issuer | None = None,
    behind_proxy: bool = False,
    bundles: Path | None = None,
) -> Centre:
    """Put the parts together; ``build_app`` closes them.

    Raises NoCentreHere where the database has no tables, SQLAlchemyError where there is none,
    NoSigningKey, and NoSeal for a file that is none; without any seal no papers are given.
    """
    engine = open_centre_database(url)
    signer = read(engine, lambda connection: signer_for(connection, signing_key))
    write(engine, lambda connection: remember_key(connection, clock(), signer))
    seal_key = read(engine, lambda connection: seal_for(connection, seal))
    return Centre(
        engine,
        Writer(engine),
        region,
        _verifier(engine),
        Challenges(clock),
        Visits(clock),
        clock,
        signer,
        Press(seal_key),
        Register(engine, issuer),
        clock(),
        issuer=issuer,
        packs=None if issuer is None else PackSigner(issuer),
        behind_proxy=behind_proxy,
        shelf=Shelf(shelf_for(url, bundles)),
    )


def _verifier(engine: Engine) -> CardVerifier:
    """Return the sample's key holder if this is a sample database; a real city plugs in its HSM."""
    query = select(settings.c.value).where(settings.c.name == MASTER_KEY_SETTING)
    master = read(engine, lambda connection: connection.execute(query).scalar_one_or_none())
    return NoVerifier() if master is None else MasterKeyVerifier(bytes.fromhex(master))


def build_app(centre: Centre) -> Starlette:
    """Return the application that serves ``centre``; it closes the centre when it shuts down."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with keeping_fleet(centre), keeping_months_ahead(centre):
            yield
        centre.press.close()
        centre.writer.close()
        centre.engine.dispose()

    app = Starlette(
        routes=[*(route for part in API for route in part.ROUTES), *web.ROUTES],
        lifespan=lifespan,
        exception_handlers={
            Refused: _refused,
            HTTPException: _no_route,
            SQLAlchemyError: _no_database,
            500: _broken,
        },
    )
    app.state.centre, app.state.meters = centre, Meters()
    app.add_middleware(Metered, meters=app.state.meters)
    centre.writer.watch(app.state.meters.note_batch)
    app.state.check_limiter = verify.limiter()
    app.state.enrolment_limiter = trust.limiter()
    app.state.ivr_limiter = ivr.limiter()
    web.prepare(app)
    return app


def _document(found: Problem) -> Response:
    headers = {"Cache-Control": "no-store"}
    if found.status >= 500:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    media_type = "application/problem+json"
    return Response(encode(found), found.status, headers, media_type=media_type)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused), "registered for Refused"
    if web.is_page(request):
        return web.refused_page(request, error)
    return _document(problem(error.code, error.detail))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for HTTPException"
    if web.is_page(request):
        return web.failed_page(request, error.status_code)
    code = ProblemCode.NOT_FOUND if error.status_code == 404 else ProblemCode.BAD_REQUEST
    found = _document(problem(code, status=error.status_code))
    if error.status_code == 405:
        found.headers["Allow"] = _allowed(request)
    return found


def _allowed(request: Request) -> str:
    """Name the methods of this address, of all its routes (RFC 9110, 15.5.6)."""
    here = [
        route
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


async def _no_database(request: Request, error: Exception) -> Response:
    _log.error("database: %s", type(error).__name__)
    if web.is_page(request):
        return web.failed_page(request, 503)
    return _document(problem(ProblemCode.UNAVAILABLE))


async def _broken(request: Request, _error: Exception) -> Response:
    if web.is_page(request):
        return web.failed_page(request, 500)
    return _document(problem(ProblemCode.UNAVAILABLE, status=500))
