"""Technicians and the centre over real TLS: the key that comes with a certificate, the sheet."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from central_server import KIOSK, OTHER_KIOSK, Server
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from kiosk_central.store.engine import open_engine, write
from kiosk_central.trust.enrolment import make_code
from kiosk_central.trust.technician import let_in
from kioskd.domain.technician_code import answer_to
from kioskd.protocols.acceptance import ACCEPTANCE_PATH, AcceptanceTaken, message_of
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_trust import (
    CERTIFICATE_PATH,
    ENROL_PATH,
    EnrolmentRequest,
    IssuedCertificate,
    RenewalRequest,
)
from kioskd.relay.identity import Identity
from kioskd.technician.sheet import composed
from tests.contract.test_trust_http import csr
from tests.sheets import FINDINGS, OCCASION

NOT_TAKEN = ProblemCode.SHEET_NOT_ACCEPTED


def at_the_books(server: Server, job: Callable[[Connection], str]) -> str:
    engine = open_engine(server.db)
    done = write(engine, job)
    engine.dispose()
    return done


def test_the_key_comes_with_each_certificate(server: Server) -> None:
    """With the first and with the next one, the same; what it answers is what an operator reads."""
    key = ec.generate_private_key(ec.SECP256R1())
    engine = open_engine(server.db)
    code = write(engine, lambda at: make_code(at, server.now, KIOSK))
    engine.dispose()
    body = EnrolmentRequest(KIOSK, code, csr(key))
    first = server.get(IssuedCertificate, "POST", ENROL_PATH, body, kiosk="")
    renewal = RenewalRequest(csr(key))
    next_one = server.get(IssuedCertificate, "POST", CERTIFICATE_PATH, renewal)
    assert first.technician_key is not None
    assert next_one.technician_key == first.technician_key
    issuer = server.trust.issuer
    told = at_the_books(
        server, lambda at: let_in(at, server.now, issuer, KIOSK, "12345678", "Li", "test")
    )
    assert answer_to(first.technician_key, KIOSK, "12345678") == told


def test_a_sheet_is_taken_from_the_kiosk_that_signed_it(server: Server) -> None:
    """Once more it is answered as before; under another name, or changed, it is refused."""
    identity = Identity(Path(server.trust.identity(KIOSK)))
    sheet = composed(OCCASION, FINDINGS, identity).acceptance
    path = ACCEPTANCE_PATH.format(ref=OCCASION.ref)
    for _ in range(2):
        assert server.get(AcceptanceTaken, "PUT", path, sheet) == AcceptanceTaken(OCCASION.ref)
    assert server.refused("PUT", path, sheet, kiosk=OTHER_KIOSK)[1] is NOT_TAKEN
    elsewhere = ACCEPTANCE_PATH.format(ref="another")
    assert server.refused("PUT", elsewhere, sheet)[1] is NOT_TAKEN
    renamed = message_of(replace(sheet.facts, technician="other"))
    forged = replace(sheet, message=renamed)
    assert server.refused("PUT", path, forged)[1] is NOT_TAKEN
    other = composed(OCCASION, FINDINGS[:2], identity).acceptance
    assert server.refused("PUT", path, other)[1] is ProblemCode.REFERENCE_REUSED


def test_bytes_that_are_no_sheet_are_refused(server: Server) -> None:
    """A signature of another length, a message that is no JSON: a reason, no trace."""
    identity = Identity(Path(server.trust.identity(KIOSK)))
    sheet = composed(OCCASION, FINDINGS, identity).acceptance
    path = ACCEPTANCE_PATH.format(ref=OCCASION.ref)
    for broken in (replace(sheet, signature=b""), replace(sheet, message=b"\xff{")):
        assert server.refused("PUT", path, broken)[1] is NOT_TAKEN
