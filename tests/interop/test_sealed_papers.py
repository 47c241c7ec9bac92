"""Sealed papers: what other readers of PDF, CMS and QR codes find in them."""

import re
from pathlib import Path

import pytest

from kiosk_central.documents.compose import Composer
from kiosk_central.documents.press import Made, make
from kiosk_central.documents.seal import Seal
from kiosk_central.documents.seal_key import SealKey, sample_seal
from kiosk_central.sample_people import SAMPLE_SEAL_SEED, SAMPLE_SIGNING_SEED
from kiosk_central.signing import pem, signer_of_seed
from kioskd.drivers.pdf_file import POINTS_PER_MM10, moved, page_count, seal_fault
from kioskd.errors import SealFault
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.document_facts import SignedDocument
from kioskd.protocols.receipt_facts import SIGNATURE_BYTES, proof_of, qr_text
from tests.interop.comparison import Comparison, ran, told
from tests.interop.openssl import verifies_ed25519
from tests.interop.peers import MUPDF, OPENSSL, PDFSIG, POPPLER, QPDF, ZBAR
from tests.unit.sample_papers import AGENCY, HEAD, NUMBER, paper

VERIFY_URL = HEAD.verify_url
KIND = DocumentKind.RIGHTS_RECORD
PAGES = 3
ONE_TOO_MANY = b"is not one plus the highest object number"
"""pyHanko's count of objects in a file that it changes without a new one; readers pass over it."""
A4_POINTS = (595.276, 841.890)
PUBLIC_KEY = pem(signer_of_seed(SAMPLE_SIGNING_SEED).public_key).encode()
UNCHANGED = "The document is unchanged since signing"


@pytest.fixture(scope="module")
def key() -> SealKey:
    return sample_seal(SAMPLE_SEAL_SEED)


@pytest.fixture(scope="module")
def made(key: SealKey) -> Made:
    """A rights record of three pages as the centre seals it."""
    return make(paper(KIND), Composer(), Seal(key, AGENCY))


@pytest.fixture
def file(made: Made, tmp_path: Path) -> Path:
    out = tmp_path / "paper.pdf"
    out.write_bytes(made.sealed)
    return out


def spoilt(pdf: bytes) -> bytes:
    """Return the PDF with one bit of a page's content changed."""
    at = pdf.index(b"stream") + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


@pytest.mark.interop("the seal's signature", PDFSIG)
def test_pdfsig_finds_the_seal(compare: Comparison, file: Path, made: Made, key: SealKey) -> None:
    """Poppler sees one PAdES signature over the whole file, and a changed bit as we do."""
    found = told("pdfsig", "-nocert", file)
    compare.same("signatures", 1, found.count("Signature #"))
    compare.same("form", "ETSI.CAdES.detached", _after("Signature Type", found))
    compare.same("hash", "SHA-256", _after("Signing Hash Algorithm", found))
    compare.same("whole file", True, "Total document signed" in found)
    ours = seal_fault(made.sealed, key.ca_pem.encode())
    compare.same("valid", ours is None, "Signature is Valid" in found)
    broken = spoilt(made.sealed)
    file.write_bytes(broken)
    assert seal_fault(broken, key.ca_pem.encode()) is SealFault.BROKEN_SIGNATURE
    compare.refused("a bit of a page", "Signature is Valid" not in told("pdfsig", "-nocert", file))


@pytest.mark.interop("the seal's signature and its CA", OPENSSL)
def test_openssl_verifies_the_signature(
    compare: Comparison, made: Made, key: SealKey, tmp_path: Path
) -> None:
    """As plain CMS, cut out by its ByteRange: signer and CA hold; not for a stranger's CA."""
    signed, signature = _cut_out(made.sealed)
    compare.same("bytes outside the signature", len(made.sealed), len(signed) + _hole(made.sealed))
    complaint = _verified(tmp_path, signed, signature, key.ca_pem)
    ours = seal_fault(made.sealed, key.ca_pem.encode())
    compare.same("under the pinned CA", ours is None, complaint == b"")
    stranger = sample_seal(b"another seed, another city's CA!").ca_pem
    compare.same(
        "under a stranger's CA",
        seal_fault(made.sealed, stranger.encode()) is SealFault.STRANGER,
        b"erif" in _verified(tmp_path, signed, signature, stranger),
    )
    complaint = _verified(tmp_path, spoilt(signed), signature, key.ca_pem)
    compare.refused("a bit of a page", complaint != b"")


@pytest.mark.interop("PAdES B-B: what the seal's signature states", OPENSSL)
def test_openssl_finds_the_attributes_of_pades(
    compare: Comparison, made: Made, tmp_path: Path
) -> None:
    """EN 319 142-1, 6.3: type, digest and signing certificate are signed, a time is not."""
    (tmp_path / "cms").write_bytes(_cut_out(made.sealed)[1])
    found = told(
        "openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", tmp_path / "cms"
    )  # fmt: skip
    signed = found.partition("signedAttrs:")[2].partition("signatureAlgorithm:")[0]
    attributes = re.findall(r"object: (?:id-smime-aa-)?(\w+) \(", signed)
    wanted = ["contentType", "messageDigest", "signingCertificateV2"]
    compare.same("signed attributes", wanted, sorted(attributes))
    compare.same(
        "algorithm",
        "ecdsa-with-SHA256",
        _after("algorithm", found.partition("signatureAlgorithm:")[2]).split()[0],
    )
    compare.same("no time of its own", False, "signingTime" in found)


@pytest.mark.interop("papers moved by an offset", POPPLER, QPDF)
def test_a_moved_paper_is_sound_and_moved(compare: Comparison, file: Path, made: Made) -> None:
    """3 mm to the right and 2 mm up, as an offset prints: every page's box moves the other way."""
    file.write_bytes(moved(made.sealed, 30, -20))
    check = ran("qpdf", "--check", file)
    said = check.stderr.removesuffix(b"qpdf: operation succeeded with warnings\n").splitlines()
    others = [line for line in said if ONE_TOO_MANY not in line]
    compare.same("errors, and warnings but one", [], others)
    left, low = -30 * POINTS_PER_MM10, -20 * POINTS_PER_MM10
    info = told("pdfinfo", "-box", "-f", "1", "-l", str(PAGES), file)
    boxes = re.findall(r"Page +\d+ MediaBox: +(\S+) +(\S+) +(\S+) +(\S+)", info)
    right, high = left + A4_POINTS[0], low + A4_POINTS[1]
    ours = [tuple(f"{edge:.2f}" for edge in (left, low, right, high))] * PAGES
    compare.same("boxes of the pages", ours, boxes)


@pytest.mark.interop("fonts and pages of papers", POPPLER)
def test_poppler_reads_the_pages(compare: Comparison, file: Path, made: Made) -> None:
    """As many pages, A4, every font embedded and with its Unicode: the text can be taken out."""
    info = told("pdfinfo", file)
    compare.same("pages", page_count(made.sealed), int(_after("Pages", info)))
    compare.same("size", "595.276 x 841.89 pts (A4)", _after("Page size", info))
    compare.same("PDF version", "1.7", _after("PDF version", info))
    fonts = [words.split()[-5:-2] for words in told("pdffonts", file).splitlines()[2:]]
    compare.same("fonts embedded, cut, with Unicode", [["yes"] * 3] * len(fonts), fonts)
    for page in range(1, PAGES + 1):
        words = told("pdftotext", "-f", str(page), "-l", str(page), file, "-")
        compare.same(f"number on page {page}", True, NUMBER in words)


@pytest.mark.interop("structure of papers", QPDF)
def test_qpdf_checks_the_structure(compare: Comparison, file: Path, made: Made) -> None:
    """The tool finds cross references and streams whole, the pages, and a torn file torn."""
    check = ran("qpdf", "--check", file)
    compare.same("errors and warnings", (0, b""), (check.returncode, check.stderr))
    compare.same("pages", page_count(made.sealed), int(told("qpdf", "--show-npages", file)))
    file.write_bytes(made.sealed[: len(made.sealed) // 2])
    compare.refused("half of the file", ran("qpdf", "--check", file).returncode != 0)


@pytest.mark.interop("the seal, and the pages drawn", MUPDF)
def test_mupdf_sees_the_signature(compare: Comparison, file: Path, made: Made) -> None:
    """MuPDF finds the digest right, nothing changed after it, and draws every page."""
    found = told("mutool", "sign", "-v", file)
    compare.same("digest", True, UNCHANGED in found)
    drawn = told("mutool", "draw", "-F", "text", file).split("\f")[:PAGES]
    compare.same("number on every page", [True] * PAGES, [NUMBER in page for page in drawn])
    file.write_bytes(spoilt(made.sealed))
    again = ran("mutool", "sign", "-v", file).stdout.decode()
    compare.refused("a bit of a page", UNCHANGED not in again)


@pytest.mark.interop("QR proof on papers", ZBAR, OPENSSL)
def test_the_qr_code_proves_the_paper(compare: Comparison, file: Path, tmp_path: Path) -> None:
    """ZBar reads on every page what we signed; OpenSSL verifies it, and not a changed copy."""
    told("pdftoppm", "-r", "150", "-png", file, tmp_path / "page")
    pictures = sorted(tmp_path.glob("page-*.png"))
    compare.same("pages with a code", PAGES, len(pictures))
    proof = paper(KIND).proof
    for number, picture in enumerate(pictures, start=1):
        text = told("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture).strip()
        compare.same(f"text on page {number}", qr_text(proof, VERIFY_URL).decode(), text)
    compare.same("number", NUMBER, SignedDocument.parse(proof_of(text)).facts.number)
    message, signature = proof[:-SIGNATURE_BYTES], proof[-SIGNATURE_BYTES:]
    compare.same("signature", True, verifies_ed25519(tmp_path, PUBLIC_KEY, message, signature))
    changed = bytes([message[0], message[1] ^ 1]) + message[2:]
    compare.refused(
        "a bit of the proof", not verifies_ed25519(tmp_path, PUBLIC_KEY, changed, signature)
    )


def _after(name: str, text: str) -> str:
    """Return what a report says behind ``name:``."""
    found = re.search(rf"^\W*{re.escape(name)}:\s*(.*?)\s*$", text, re.MULTILINE)
    assert found is not None, (name, text)
    return found[1]


def _byte_range(pdf: bytes) -> tuple[int, int, int, int]:
    found = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)", pdf)
    assert found is not None
    start, length, again, rest = (int(number) for number in found.groups())
    return start, length, again, rest


def _hole(pdf: bytes) -> int:
    _, length, again, _ = _byte_range(pdf)
    return again - length


def _cut_out(pdf: bytes) -> tuple[bytes, bytes]:
    """Return what is signed and the CMS signature over it (ISO 32000-1, 12.8.1)."""
    start, length, again, rest = _byte_range(pdf)
    contents = bytes.fromhex(pdf[length + 1 : again - 1].decode("ascii"))
    return pdf[start:length] + pdf[again : again + rest], contents


def _verified(folder: Path, signed: bytes, signature: bytes, ca_pem: str) -> bytes:
    """Return what ``openssl cms`` complains of."""
    files = {"signed": signed, "cms": signature, "ca.pem": ca_pem.encode()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    done = ran(
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "cms",
        "-content", folder / "signed", "-CAfile", folder / "ca.pem", "-purpose", "any",
        "-out", "/dev/null",
    )  # fmt: skip
    return b"" if done.returncode == 0 else done.stderr
