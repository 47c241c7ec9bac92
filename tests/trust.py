"""A CA for tests, and kiosks that it knows; certificates by the real time."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from kiosk_central.sample_trust import IDENTITY_FILE, give_identities, sample_authority
from kiosk_central.trust.ca import CA_FILE, FolderIssuer, write_key
from kioskd.relay.settings import CentralSettings


@dataclass(frozen=True)
class Trust:
    """A CA in a folder, and below it the identities of the sample's kiosks."""

    folder: Path

    @property
    def issuer(self) -> FolderIssuer:
        return sample_authority(self.folder)

    @property
    def ca(self) -> str:
        return str(self.folder / CA_FILE)

    def enrol(self, connection: Connection, *kiosk_ids: str) -> None:
        """Make these kiosks known without a code."""
        give_identities(connection, self.issuer, self.folder, kiosk_ids)

    def identity(self, kiosk_id: str) -> str:
        """Return the folder with a kiosk's key and certificate."""
        return str(self.folder / "kiosks" / kiosk_id)

    def pair(self, kiosk_id: str) -> str:
        """Return the file with a kiosk's key and certificate; of a stranger, one not on record."""
        file = Path(self.identity(kiosk_id)) / IDENTITY_FILE
        if not file.exists():
            file.parent.mkdir(parents=True)
            key = ec.generate_private_key(ec.SECP256R1())
            write_key(file, key)
            with file.open("a") as out:
                out.write(self.issuer.issue(key.public_key(), kiosk_id).pem)
        return str(file)

    def settings(self, url: str, kiosk_id: str, read_timeout_s: float = 15) -> CentralSettings:
        """Return what a kiosk is configured with."""
        return CentralSettings(url, self.ca, self.identity(kiosk_id), 5, read_timeout_s)
