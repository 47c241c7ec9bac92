"""Papers as PDF: what an independent reader finds, the seal over the text, the signature."""

import asyncio
import subprocess
import threading
from base64 import encodebytes
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sample_papers import AGENCY, CONTENTS, LI, NUMBER, RECEIPT, paper, rights_record

from kiosk_central.documents import compose, seal_key
from kiosk_central.documents.compose import Composer, NotPrintable
from kiosk_central.documents.press import WAITING_MAX, Made, Press, make
from kiosk_central.documents.seal import Seal
from kiosk_central.documents.seal_key import NoSeal, SealKey, load_seal, sample_seal
from kiosk_central.problems import Refused
from kiosk_central.sample_people import SAMPLE_SEAL_SEED
from kioskd.domain.secret import PersonName
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.receipt_facts import qr_text
from tests.patience import PATIENCE_S

DPI = 100
SEAL_RED = (200, 16, 46)
INK = (26, 26, 26)
OPACITY = 0.72


@pytest.fixture(scope="module")
def key() -> SealKey:
    return sample_seal(SAMPLE_SEAL_SEED)


@pytest.fixture(scope="module")
def papers(key: SealKey) -> dict[DocumentKind, Made]:
    composer, seal = Composer(), Seal(key, AGENCY)
    return {kind: make(paper(kind), composer, seal) for kind in CONTENTS}


@pytest.fixture(scope="module")
def record(papers: dict[DocumentKind, Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sealed rights record of three pages, as a file for other programs."""
    file = tmp_path_factory.mktemp("paper") / "record.pdf"
    file.write_bytes(papers[DocumentKind.RIGHTS_RECORD].sealed)
    return file


def told(*words: str | Path) -> str:
    """Run a program and return what it prints."""
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize("kind", DocumentKind)
def test_the_same_paper_has_the_same_bytes(
    kind: DocumentKind, papers: dict[DocumentKind, Made]
) -> None:
    """Composed again by another composer: byte for byte; what is sealed begins with them."""
    assert Composer().compose(paper(kind)) == papers[kind].unsigned
    assert papers[kind].sealed.startswith(papers[kind].unsigned)
    assert papers[kind].pages == (3 if kind is DocumentKind.RIGHTS_RECORD else 1)


def test_nothing_in_the_data_is_markup() -> None:
    """Names are set as they are, whatever a template language would make of them."""
    name = '#panic("x") *a* $x$ \\ [b] "'
    holder = replace(LI, name=PersonName(name))
    made = Composer().compose(paper(DocumentKind.RIGHTS_RECORD, rights_record(holder, ())))
    reader = ["pdftotext", "-raw", "-", "-"]
    words = subprocess.run(reader, input=made, capture_output=True, check=True).stdout.decode()
    assert "#panic" in words and "*a* $x$" in words


def test_a_character_without_a_glyph_is_refused(press: Press) -> None:
    """A name that no font can write is never printed as boxes, and not told to the log."""
    holder = replace(LI, name=PersonName("李\U0003134a"))
    unwritten = paper(DocumentKind.RIGHTS_RECORD, rights_record(holder, ()))
    with pytest.raises(NotPrintable) as caught:
        Composer().compose(unwritten)
    assert "\U0003134a" not in str(caught.value)
    with pytest.raises(Refused) as refused:
        asyncio.run(press.make(unwritten))
    assert refused.value.code is ProblemCode.NOT_PRINTABLE


def test_without_its_fonts_nothing_is_composed(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator reads which packages are missing; the kiosk that it may come again."""
    monkeypatch.setattr(compose, "FONT_FOLDERS", compose.FONT_FOLDERS[:1])
    with pytest.raises(Refused) as refused:
        asyncio.run(press.make(paper(DocumentKind.CARD_CERTIFICATE)))
    assert refused.value.code is ProblemCode.UNAVAILABLE
    assert "fonts-hanazono" in caplog.text and LI.name.reveal() not in caplog.text


def test_every_page_can_be_read(record: Path) -> None:
    """The text comes out right, rare characters too: head, number and seal on each page."""
    for page in ("1", "2", "3"):
        words = told("pdftotext", "-layout", "-f", page, "-l", page, record, "-")
        assert NUMBER in words and "缴费年月" in words and f"第{page}页" in words.replace(" ", "")
        assert "SAMPLE 样章" in words
    assert "李𠮷" in told("pdftotext", record, "-")


def test_it_is_marked_and_built_as_pdf_a(record: Path, papers: dict[DocumentKind, Made]) -> None:
    """PDF/A-2b by its own mark, before and after sealing; fonts embedded; still a PDF 1.7."""
    for words in told("pdffonts", record).splitlines()[2:]:
        embedded, subset, unicode_ = words.split()[-5:-2]
        assert (embedded, subset, unicode_) == ("yes", "yes", "yes")
    metadata = told("pdfinfo", "-meta", record)
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert "PDF version: 1.7" in " ".join(told("pdfinfo", record).split())
    reader = PdfFileReader(BytesIO(papers[DocumentKind.RIGHTS_RECORD].sealed))
    field = reader.root["/AcroForm"]["/Fields"][0]
    assert list(field["/Rect"]) == [0, 0, 0, 0] and field["/F"] & 4, "invisible, but printed"


@pytest.fixture(scope="module")
def pages(record: Path) -> list[Image.Image]:
    """The three pages as pictures, drawn by poppler."""
    told("pdftoppm", "-r", str(DPI), "-png", record, record.with_suffix(""))
    return [Image.open(one).convert("RGB") for one in sorted(record.parent.glob("*.png"))]


def pixels_like(picture: Image.Image, colour: tuple[int, ...]) -> int:
    """Count pixels of nearly that colour."""
    near = [[255 if abs(one - wanted) <= 14 else 0 for one in range(256)] for wanted in colour]
    channels = picture.split()
    masks = [channel.point(table) for channel, table in zip(channels, near, strict=True)]
    return sum(
        all(pixel) for pixel in zip(*(mask.get_flattened_data() for mask in masks), strict=True)
    )


def mixed(beneath: tuple[int, ...]) -> tuple[int, ...]:
    """Return the colour of the seal over ``beneath``."""
    pairs = zip(SEAL_RED, beneath, strict=True)
    return tuple(round(OPACITY * red + (1 - OPACITY) * under) for red, under in pairs)


def test_the_seal_lies_over_the_text(pages: list[Image.Image], record: Path) -> None:
    """Where they cross, the red is on top of the ink and the ink shows through; on every page."""
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        box = tuple(round(edge * DPI / 25.4) for edge in (141, 242, 184, 286))
        seal = page.crop(box)
        assert pixels_like(seal, mixed((255, 255, 255))) > 600, "red on paper"
        assert pixels_like(seal, mixed(INK)) > 10, "red over ink"
        rest = page.crop((0, round(30 * DPI / 25.4), page.width, box[1]))
        assert pixels_like(rest, mixed((255, 255, 255))) == 0
        place = ["-x", box[0] - 9, "-y", box[1], "-W", box[2] - box[0] + 18, "-H", box[3] - box[1]]
        words = ["-r", DPI, "-f", number, "-l", number, *place]
        beneath = told("pdftotext", *map(str, words), record, "-")
        assert AGENCY in beneath and "2026" in beneath


def test_the_qr_code_is_the_proof(pages: list[Image.Image]) -> None:
    """A scanner reads the signed facts from every page as it is printed."""
    proof = paper(DocumentKind.RIGHTS_RECORD).proof
    for page in pages:
        (found,) = zxingcpp.read_barcodes(page)
        assert found.text.encode() == qr_text(proof, "https://city.example/r/")


def test_other_programs_accept_the_signature(record: Path, tmp_path: Path) -> None:
    """Poppler finds a PAdES signature over the whole file valid, and one changed bit invalid."""
    found = told("pdfsig", "-nocert", record)
    assert "ETSI.CAdES.detached" in found and "Signature is Valid" in found
    assert "Total document signed" in found and found.count("Signature #") == 1
    data = bytearray(record.read_bytes())
    data[data.index(b"/Contents") + 40] ^= 1
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(data)
    assert "Signature is Valid" not in told("pdfsig", "-nocert", broken)


def test_the_pinned_ca_is_the_only_one_trusted(
    key: SealKey, papers: dict[DocumentKind, Made], tmp_path: Path
) -> None:
    """With the exported CA: valid and trusted. With another city's: intact, but not trusted."""
    sealed = papers[DocumentKind.CONTRIBUTION_RECEIPT].sealed
    verdicts = []
    for number, one in enumerate((key, sample_seal(b"another city"))):
        file = tmp_path / f"ca{number}.pem"
        file.write_text(one.ca_pem)
        context = ValidationContext(
            trust_roots=[load_cert_from_pemder(str(file))], allow_fetching=False
        )
        (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
        status = validate_pdf_signature(signature, context)
        verdicts.append((status.intact, status.valid, status.trusted, status.bottom_line))
    assert verdicts == [(True, True, True, True), (True, True, False, False)]


def test_the_sample_seal_is_always_the_same_and_says_so(key: SealKey) -> None:
    """The same bytes from the same seed; its names say SAMPLE; nothing prints its key."""
    assert sample_seal(SAMPLE_SEAL_SEED) == key and key.private.hex() not in repr(key)
    for one in (key.certificate, *key.chain):
        assert "SAMPLE" in x509.load_der_x509_certificate(one).subject.rfc4514_string()


def bundle(key: SealKey, *certificates: bytes) -> str:
    """Return a PEM file of key and certificates, as a city makes it."""
    parts = [("PRIVATE KEY", key.private), *(("CERTIFICATE", one) for one in certificates)]
    return "".join(
        f"-----BEGIN {name}-----\n{encodebytes(data).decode()}-----END {name}-----\n"
        for name, data in parts
    )


def test_a_city_brings_its_own_seal(key: SealKey, tmp_path: Path) -> None:
    """Key, certificate, CA in one PEM file; anything else is told in one line without a secret."""
    file, other = tmp_path / "seal.pem", sample_seal(b"another city")
    file.write_text(bundle(key, key.certificate, *key.chain))
    assert load_seal(file) == key
    wrong = [
        "secret",
        bundle(key),
        bundle(key, key.certificate),
        bundle(key, *key.chain),
        bundle(replace(key, private=ca_key_of(SAMPLE_SEAL_SEED)), *key.chain, *key.chain),
        bundle(key, other.certificate, *other.chain),
        bundle(key, key.certificate, *other.chain),
    ]
    for text in wrong:
        file.write_text(text)
        with pytest.raises(NoSeal) as caught:
            load_seal(file)
        assert "secret" not in str(caught.value)
    with pytest.raises(NoSeal, match="No such file"):
        load_seal(tmp_path / "missing.pem")


def ca_key_of(seed: bytes) -> bytes:
    """Return the private key of the sample's CA: not for sealing, though it fits its own name."""
    der, none = Encoding.DER, NoEncryption()
    return seal_key._key_of(seed, b"seal CA").private_bytes(der, PrivateFormat.PKCS8, none)


@pytest.fixture
def press(key: SealKey) -> Iterator[Press]:
    made = Press(key)
    yield made
    made.close()


def test_an_expired_seal_seals_nothing(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day after its certificate ends no paper is given: kiosks would refuse them all."""
    late = datetime(2049, 12, 31, 0, 0, 1, tzinfo=UTC)
    monkeypatch.setattr("kiosk_central.documents.press.utc_now", lambda: late)
    with pytest.raises(Refused) as refused:
        asyncio.run(press.make(paper(DocumentKind.CARD_CERTIFICATE)))
    assert refused.value.code is ProblemCode.UNAVAILABLE


def test_the_loop_runs_on_while_papers_are_made(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that hang stop nobody else; beyond the limit a kiosk is told to come again."""
    gate, wanted = threading.Event(), paper(DocumentKind.CONTRIBUTION_RECEIPT, RECEIPT)
    monkeypatch.setattr(press, "_make", lambda _paper: gate.wait(PATIENCE_S))

    async def many() -> None:
        waiting = [asyncio.ensure_future(press.make(wanted)) for _ in range(WAITING_MAX)]
        await asyncio.sleep(0)
        with pytest.raises(Refused):
            await press.make(wanted)
        assert not any(one.done() for one in waiting)
        gate.set()
        await asyncio.gather(*waiting)
        await press.make(wanted)

    asyncio.run(many())
