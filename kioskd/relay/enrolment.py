"""How this kiosk comes by its certificates: the first for a code, the next ones in good time."""

from datetime import UTC, datetime

import trio

from kioskd import log
from kioskd.domain.secret import EnrolmentCode
from kioskd.errors import NoIdentity, ServerError
from kioskd.protocols import central
from kioskd.protocols.central_trust import (
    CERTIFICATE_PATH,
    ENROL_PATH,
    EnrolmentRequest,
    IssuedCertificate,
    RenewalRequest,
)
from kioskd.relay.identity import Identity
from kioskd.relay.line import CentralLine

LOOK_EVERY_S = 3600.0
AGAIN_AFTER_S = 300.0


async def enrol(
    line: CentralLine, identity: Identity, kiosk_id: str, code: EnrolmentCode
) -> IssuedCertificate:
    """Ask for the first certificate and keep it. Raises ServerError, OSError."""
    csr = await trio.to_thread.run_sync(identity.request, kiosk_id)
    body = central.encode(EnrolmentRequest(kiosk_id, code, csr))
    given = await line.call_unknown("POST", ENROL_PATH, IssuedCertificate, body)
    await trio.to_thread.run_sync(_keep, identity, given)
    return given


def _keep(identity: Identity, given: IssuedCertificate) -> None:
    """Keep the technician key first: with the certificate the asking ends."""
    identity.keep_technician_key(given.technician_key)
    identity.accept(given.pem)


async def renew_forever(line: CentralLine, identity: Identity, kiosk_id: str) -> None:
    """Exchange the certificate when a third of its life is left; look every hour.

    A kiosk without a technician key asks once at its start: one enrolled by an older program.
    """
    at_once = identity.technician_key() is None
    pause_s = 0.0
    while True:
        await trio.sleep(pause_s)
        pause_s = await renew_if_due(line, identity, kiosk_id, at_once)
        at_once = at_once and pause_s < LOOK_EVERY_S


async def renew_if_due(
    line: CentralLine, identity: Identity, kiosk_id: str, at_once: bool = False
) -> float:
    """Renew if it is time, or at once; return after how many seconds to look again."""
    try:
        validity = await trio.to_thread.run_sync(identity.validity)
        if not (at_once or validity.is_due(datetime.now(UTC))):
            return LOOK_EVERY_S
        csr = await trio.to_thread.run_sync(identity.request, kiosk_id)
        body = central.encode(RenewalRequest(csr))
        given = await line.call("POST", CERTIFICATE_PATH, IssuedCertificate, body)
        await trio.to_thread.run_sync(_keep, identity, given)
    except NoIdentity as missing:
        log.warning("identity.none", reason=str(missing))
        return AGAIN_AFTER_S
    except (ServerError, OSError) as error:
        log.warning("identity.not_renewed", reason=type(error).__name__)
        return AGAIN_AFTER_S
    log.event("identity.renewed", until=given.not_after)
    return LOOK_EVERY_S
