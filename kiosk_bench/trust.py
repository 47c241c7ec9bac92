"""The sample city's CA as the bench uses it: to be the centre, and to be one of its kiosks."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kioskd.protocols.central_trust import KIOSK_URN

KIOSK_ID = "K0123"


@dataclass(frozen=True, slots=True)
class BenchTrust:
    """What ``kiosk-central sample --trust`` made in a folder."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The certificate that kiosks pin."""
        return self.folder / "ca.pem"

    def identity(self, kiosk_id: str) -> Path:
        """Return the folder that a kiosk's configuration names."""
        return self.folder / "kiosks" / kiosk_id

    def settings(self, port: int, kiosk_id: str = KIOSK_ID) -> dict[str, str]:
        """Return ``[central]`` of a kiosk's configuration."""
        return {
            "url": f"https://127.0.0.1:{port}",
            "ca": str(self.ca),
            "identity": str(self.identity(kiosk_id)),
        }

    def as_centre(self) -> ssl.SSLContext:
        """Return what it takes to be the centre to a kiosk."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        context.load_verify_locations(self.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def as_kiosk(self, kiosk_id: str) -> ssl.SSLContext:
        """Return what it takes to be a kiosk to the centre; nobody if ``kiosk_id`` is empty."""
        context = ssl.create_default_context(cafile=str(self.ca))
        if kiosk_id:
            context.load_cert_chain(self.identity(kiosk_id) / "identity.pem")
        return context


def named_in(certificate: dict[str, Any]) -> str:
    """Return the kiosk's id in a certificate as Python's ``ssl`` tells it."""
    names = [name for _, name in certificate["subjectAltName"]]
    return str(names[0]).removeprefix(KIOSK_URN)
