"""Seals a composed paper: a PAdES baseline B-B signature over the whole file; pyHanko's only home.

The red seal that people see is in the page's content, beneath the signature and protected by it;
the signature itself shows nothing. It is a certifying one: no change is allowed after it.
"""

import logging
from io import BytesIO

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kiosk_central.documents.seal_key import SealKey

FIELD = "Seal"
REASON = "社会保险业务电子签章"
logging.getLogger("pyhanko").setLevel(logging.WARNING)


class _KeepsMetadata(IncrementalPdfFileWriter):
    """Appends the signature and leaves the XMP metadata, with its PDF/A mark, as Typst wrote it.

    pyHanko would write the packet anew, and a validator would read another one than was composed.
    """

    def _update_meta(self) -> None:
        """Change nothing."""


class Seal:
    """Holds the seal's key and seals with it. Not for two threads at once."""

    def __init__(self, key: SealKey, agency: str) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(Certificate.load(one) for one in key.chain)
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
        writer = _KeepsMetadata(BytesIO(pdf))
        pages = int(writer.root["/Pages"]["/Count"])
        sealed = signers.PdfSigner(self._meta, self._signer).sign_pdf(writer)
        assert isinstance(sealed, BytesIO), "made for a file in memory"
        return sealed.getvalue(), pages
