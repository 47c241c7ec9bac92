"""A kiosk's certificates: the first one for a code, the next ones for the present one."""

import logging
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import answer, body_of, centre_of, checked_reference, kiosk_of
from kiosk_central.problems import Refused
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.enrolment import renew, use_code
from kiosk_central.web.limits import Limiter, address_of
from kioskd.protocols import central_trust
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_trust import EnrolmentRequest, IssuedCertificate, RenewalRequest

TRIES, WITHIN = 10, timedelta(minutes=10)
"""How often one address may try a code. 80 bits are not guessed; this keeps the log readable."""
_log = logging.getLogger("kiosk_central.trust")


def limiter() -> Limiter:
    """Return what counts the tries of each address."""
    return Limiter(TRIES, WITHIN)


async def enrol(request: Request) -> Response:
    """POST /v1/enrol: a certificate for a one-time code; the only request that needs neither."""
    centre, asked = centre_of(request), await body_of(request, EnrolmentRequest)
    counted: Limiter = request.app.state.enrolment_limiter
    if not counted.allows(address_of(request), centre.now()):
        raise Refused(ProblemCode.TOO_MANY_TRIES)
    kiosk_id, issuer = checked_reference(asked.kiosk_id), _issuer_of(request)
    try:
        given = await centre.write(
            lambda desk: use_code(
                desk.connection, desk.now, issuer, kiosk_id, asked.code, asked.csr
            ),
            kiosk_id,
        )
    except Refused as refusal:
        _log.warning("enrolment as %s refused: %s", kiosk_id, refusal.code.value)
        raise
    _log.warning("kiosk %s is enrolled", kiosk_id)
    return answer(given, 201)


async def next_certificate(request: Request) -> Response:
    """POST /v1/certificate."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    asked, issuer = await body_of(request, RenewalRequest), _issuer_of(request)
    given = await centre.write(
        lambda desk: renew(desk.connection, desk.now, issuer, kiosk.id, asked.csr), kiosk.id
    )
    return answer(given, 201)


def _issuer_of(request: Request) -> Issuer:
    """Return the CA. Raises Refused(UNAVAILABLE) on a server that has none."""
    issuer = centre_of(request).issuer
    if issuer is None:
        raise Refused(ProblemCode.UNAVAILABLE, "no CA")
    return issuer


ROUTES = [
    Operation(
        "POST",
        central_trust.ENROL_PATH,
        enrol,
        by=By.ANYBODY,
        takes=EnrolmentRequest,
        gives=IssuedCertificate,
        status=201,
        refuses=(
            ProblemCode.CODE_UNKNOWN,
            ProblemCode.CODE_EXPIRED,
            ProblemCode.CODE_USED,
            ProblemCode.TOO_MANY_TRIES,
            ProblemCode.CSR_NOT_ACCEPTED,
            ProblemCode.CERTIFICATE_REVOKED,
            ProblemCode.KIOSK_UNKNOWN,
            ProblemCode.UNAVAILABLE,
        ),
    ),
    Operation(
        "POST",
        central_trust.CERTIFICATE_PATH,
        next_certificate,
        by=By.KIOSK,
        takes=RenewalRequest,
        gives=IssuedCertificate,
        status=201,
        refuses=(ProblemCode.CSR_NOT_ACCEPTED,),
    ),
]
