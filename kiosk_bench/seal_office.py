"""A seal office of the workbench: composes A4 papers and seals them under a throw-away CA.

Its own code, on purpose: what the kiosk thinks of a paper is tested with papers that were not made
by the centre's composer. It also makes forgeries.
"""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import typst
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kioskd.protocols.central_documents import DocumentKind, SealedDocument

TITLES = {
    DocumentKind.RIGHTS_RECORD: "社会保险个人权益记录单",
    DocumentKind.ENROLMENT_CERTIFICATE: "社会保险参保证明",
    DocumentKind.CONTRIBUTION_RECEIPT: "社会保险缴费凭证",
    DocumentKind.CARD_CERTIFICATE: "社会保障卡领卡证明",
}
PAGE = """
#set document(title: "{number}", date: datetime(year: 2026, month: 11, day: 22))
#set page(paper: "a4", margin: 25mm, footer: context align(center)[
  样张 {number} 第 #counter(page).display() 页 共 {pages} 页],
  foreground: place(bottom + right, dx: -25mm, dy: -30mm,
    circle(radius: 20mm, stroke: 1.2mm + rgb("#c8102e"))[
      #align(center + horizon, text(fill: rgb("#c8102e"), size: 12pt)[样章 \\ SAMPLE])]))
#set text(font: "WenQuanYi Micro Hei", size: 12pt)
"""


class SealOffice:
    """A CA and a seal certificate under it, made anew; ``days`` is how long the seal is valid."""

    def __init__(self, name: str = "Bench Seal CA", days: int = 365) -> None:
        now = datetime.now(UTC)
        self._ca_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.ca = _certificate(name, name, self._ca_key, self._ca_key, now + timedelta(days=3650))
        self.certificate = _certificate(
            f"{name} seal", name, self._key, self._ca_key, now + timedelta(days=days)
        )

    @property
    def ca_pem(self) -> bytes:
        """The certificate that a kiosk pins."""
        return self.ca.public_bytes(serialization.Encoding.PEM)

    def document(
        self, ref: str, kind: DocumentKind, pages: int = 3, number: str = ""
    ) -> SealedDocument:
        """Compose and seal a paper with sample content."""
        number = number or f"S{hashlib.sha256(ref.encode()).hexdigest()[:12].upper()}"
        pdf = self.sealed(composed(TITLES[kind], number, pages))
        digest = hashlib.sha256(pdf).digest()
        return SealedDocument(ref, kind, number, pages, digest, pdf, "2026-11-22T02:00:00Z")

    def sealed(self, pdf: bytes) -> bytes:
        """Sign a PDF (PAdES)."""
        known = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        known.register(_asn1(self.ca))
        signer = signers.SimpleSigner(
            signing_cert=_asn1(self.certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(
                self._key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            ),
            cert_registry=known,
        )
        meta = signers.PdfSignatureMetadata(
            field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        written = IncrementalPdfFileWriter(io.BytesIO(pdf))
        return bytes(signers.sign_pdf(written, meta, signer=signer).getvalue())


def composed(title: str, number: str, pages: int) -> bytes:
    """Return an unsigned PDF/A of so many pages."""
    head = PAGE.format(number=number, pages=pages)
    body = "\n#pagebreak()\n".join(
        f"= {title}（第 {page} 页）\n\n"
        + "\n\n".join(f"第 {row} 行：样本数据" for row in range(1, 21))
        for page in range(1, pages + 1)
    )
    return bytes(typst.compile((head + body).encode(), format="pdf", pdf_standards="a-2b"))


def with_a_byte_changed(document: SealedDocument) -> SealedDocument:
    """Forge: one byte of the content is another, and the hash is made to fit."""
    at = document.pdf.index(b"stream") + 40
    pdf = document.pdf[:at] + bytes([document.pdf[at] ^ 1]) + document.pdf[at + 1 :]
    return with_pdf(document, pdf)


def by_a_stranger(document: SealedDocument) -> SealedDocument:
    """Forge: a paper like it, soundly signed, but under a CA of the forger's own."""
    pdf = composed(TITLES[document.kind], document.number, document.pages)
    return with_pdf(document, SealOffice("Stranger").sealed(pdf))


def with_pdf(document: SealedDocument, pdf: bytes) -> SealedDocument:
    """Return the document with another file, and the hash that fits it."""
    return replace(document, pdf=pdf, sha256=hashlib.sha256(pdf).digest())


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    until: datetime,
) -> x509.Certificate:
    is_ca = name == issuer
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=7300))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                content_commitment=not is_ca,
                key_cert_sign=is_ca,
                crl_sign=is_ca,
                **usage,
            ),
            critical=True,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
