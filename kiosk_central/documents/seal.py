"""Seals a composed paper: a PAdES baseline B-B signature over the whole file; pyHanko's only home.

The red seal that people see is in the page's content, beneath the signature and protected by it;
the signature itself shows nothing. It is a certifying one: no change is allowed after it.
"""

import logging
from io import BytesIO

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kiosk_central.documents.seal_key import SealKey

FIELD = "Seal"
PDF_2 = (2, 0)
CMS_BYTES = 2048
"""A CMS signature without its certificates is far shorter, with an RSA key of 4096 bits too."""
REASON = "社会保险业务电子签章"
logging.getLogger("pyhanko").setLevel(logging.WARNING)


class _StaysPdfA(IncrementalPdfFileWriter):
    """Appends the signature and leaves everything else as PDF/A-2 and Typst have it."""

    def _update_meta(self) -> None:
        """Keep the XMP packet with its PDF/A mark; pyHanko would write it anew."""

    # Elliptic curves would raise the file to PDF 2.0, which no PDF/A-2 is; PAdES (EN 319 142-1)
    # takes any algorithm of CMS in a PDF 1.7.

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Stay a PDF 1.7."""
        if version < PDF_2:
            super().ensure_output_version(version)  # type: ignore[no-untyped-call]

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Take no extension of PDF 2.0."""
        if not str(ext.base_version).startswith("/2"):
            super().register_extension(ext)


class Seal:
    """Holds the seal's key and seals with it. Not for two threads at once."""

    def __init__(self, key: SealKey, agency: str) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(Certificate.load(one) for one in key.chain)
        # Hexadecimal; without it pyHanko would sign twice, once to see how long it gets.
        self._room = 2 * (CMS_BYTES + len(key.certificate) + sum(map(len, key.chain)))
        self._signer = signers.SimpleSigner(
            signing_cert=Certificate.load(key.certificate),
            signing_key=PrivateKeyInfo.load(key.private),
            cert_registry=registry,
            embed_roots=False,  # who checks has pinned the CA; one in the file would prove nothing
        )
        self._meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=agency,
            reason=REASON,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )

    def seal(self, pdf: bytes) -> tuple[bytes, int]:
        """Return ``pdf`` with the signature appended, and how many pages it has.

        The time of the signature is this machine's.
        """
        writer = _StaysPdfA(BytesIO(pdf))
        pages = int(writer.root["/Pages"]["/Count"])
        signer = signers.PdfSigner(self._meta, self._signer)
        sealed = signer.sign_pdf(writer, bytes_reserved=self._room)
        assert isinstance(sealed, BytesIO), "made for a file in memory"
        return sealed.getvalue(), pages
