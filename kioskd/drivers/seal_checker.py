"""Is a document what the centre sealed? Every check of it, before any of it is printed."""

import hashlib
import hmac
from pathlib import Path

import trio

from kioskd import log
from kioskd.domain.document import GenuinePages
from kioskd.domain.trouble import Trouble
from kioskd.drivers import pdf_file
from kioskd.drivers.ipp_facts import SEAL_MISSING
from kioskd.errors import ConfigError, DeviceUnavailable, NotGenuine, SealFault
from kioskd.protocols.central_documents import SealedDocument

DEVICE = "seal"


class PinnedSealChecker:
    """Fulfils ``contracts.SealChecker`` with the CA certificate in a PEM file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._not_a_ca: float | None = None
        """When the file was written that turned out to be no certificate."""

    @property
    def trouble(self) -> Trouble | None:
        """Look each time: a technician may put the file there while the kiosk runs."""
        written = self._written()
        return SEAL_MISSING if written is None or written == self._not_a_ca else None

    def _written(self) -> float | None:
        try:
            return None if self._path is None else self._path.stat().st_mtime
        except OSError:
            return None

    async def check(self, document: SealedDocument) -> GenuinePages:
        try:
            return await trio.to_thread.run_sync(self._checked, document)
        except NotGenuine as fake:
            log.warning("document.not_genuine", ref=document.ref, fault=fake.fault.name.lower())
            raise
        except ConfigError as wrong:
            self._not_a_ca = self._written()
            log.warning("document.no_seal_ca", reason=wrong.reason)
            raise DeviceUnavailable(DEVICE, wrong.reason) from wrong

    def _checked(self, document: SealedDocument) -> GenuinePages:
        if not hmac.compare_digest(hashlib.sha256(document.pdf).digest(), document.sha256):
            raise NotGenuine(SealFault.OTHER_BYTES)
        fault = pdf_file.seal_fault(document.pdf, self._ca())
        if fault is not None:
            raise NotGenuine(fault)
        if pdf_file.page_count(document.pdf) != document.pages:
            raise NotGenuine(SealFault.OTHER_PAGES)
        if not pdf_file.says(document.pdf, document.number):
            raise NotGenuine(SealFault.OTHER_NUMBER)
        return GenuinePages(document.ref, document.pages, document.pdf)

    def _ca(self) -> bytes:
        """Read the pinned certificate. Raises ConfigError."""
        if self._path is None:
            raise ConfigError("document_printer", "seal_ca", "missing")
        try:
            return self._path.read_bytes()
        except OSError as gone:
            raise ConfigError("document_printer", "seal_ca", "cannot be read") from gone
