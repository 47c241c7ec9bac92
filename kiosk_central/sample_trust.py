"""The sample city's CA, and an identity for each of its kiosks as if it had been enrolled."""

from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from kiosk_central.clock import utc_now
from kiosk_central.trust.ca import CA_KEY_FILE, FolderIssuer, make_authority, write_key
from kiosk_central.trust.enrolment import give_certificate

SAMPLE_NAMES = ("127.0.0.1", "::1", "localhost")
KIOSKS_FOLDER = "kiosks"
IDENTITY_FILE = "identity.pem"
TECHNICIAN_FILE = "technician.key"


def sample_authority(folder: Path) -> FolderIssuer:
    """Return the CA in ``folder``, made for this machine only if there is none. Raises NoTrust."""
    if (folder / CA_KEY_FILE).exists():
        return FolderIssuer(folder)
    return make_authority(folder, SAMPLE_NAMES)


def give_identities(
    connection: Connection, issuer: FolderIssuer, folder: Path, kiosk_ids: Iterable[str]
) -> None:
    """Write ``kiosks/<id>/identity.pem`` for each kiosk, and its technician key beside it."""
    for kiosk_id in kiosk_ids:
        place = folder / KIOSKS_FOLDER / kiosk_id
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        given = give_certificate(connection, utc_now(), issuer, kiosk_id, key.public_key())
        write_key(place / IDENTITY_FILE, key)
        with (place / IDENTITY_FILE).open("a", encoding="ascii") as file:
            file.write(given.pem)
        if given.technician_key is not None:
            (place / TECHNICIAN_FILE).write_text(given.technician_key.reveal(), encoding="ascii")
