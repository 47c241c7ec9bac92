"""The papers of paying as they leave the print head: legible codes, whole lines, plain words."""

import io
import random
from dataclasses import replace

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageChops, ImageFilter

from kiosk_bench.devices.escpos_parser import Command, EscposParser
from kiosk_bench.devices.escpos_render import PaperRoll, Slip
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.document import LineStyle, Receipt
from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, Printed
from kioskd.drivers.receipt_layout import encoded, set_line, width
from kioskd.drivers.receipt_printer import composed
from kioskd.drivers.settings import ReceiptPrinterSettings
from kioskd.flows.papers import doubt_voucher, give_back_slip, official_receipt, payment_slip
from kioskd.payments.contract import Payment
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.protocols.receipt_facts import (
    ReceiptFacts,
    ReceiptKind,
    SignedFacts,
    key_id,
    message_of,
    proof_of,
    qr_text,
)
from kioskd.screens.given_back import GivingBack
from kioskd.screens.layout import NEVER_FIRST
from kioskd.screens.words import LANGUAGES
from tests.fakes import AMOUNT, NOW, a_record, an_assessment
from tests.unit.flow_world import REGION, VISIT, FlowWorld

REF = "K0123-7KQ4-000457"
YEAR = tuple(Month(2026, number) for number in range(1, 13))
LONGEST = (
    "https://self-service-terminals.human-resources-and-social-security.example-city.example/v/"
)
"""90 characters: longer than any address that a person would print."""
SLIPS = {
    "payment-slip": lambda kiosk: payment_slip(kiosk, WHAT, PAYMENT, in_question=False),
    "payment-slip-in-question": lambda kiosk: payment_slip(kiosk, WHAT, PAYMENT, in_question=True),
    "voucher": lambda kiosk: doubt_voucher(kiosk, WHAT, PAYMENT, unresolved=False),
    "voucher-unresolved": lambda kiosk: doubt_voucher(kiosk, WHAT, PAYMENT, unresolved=True),
    **{
        f"give-back-{stage.value}": lambda kiosk, stage=stage: give_back_slip(
            kiosk, WHAT, PAYMENT, stage
        )
        for stage in GivingBack
    },
    "receipt": lambda kiosk: official_receipt(kiosk, VISIT, receipt_of(0)),
    "copy": lambda kiosk: official_receipt(kiosk, VISIT, receipt_of(12)),
}
WHAT = replace(an_assessment(), months=YEAR)
PAYMENT = Payment(
    PaymentRef(REF), AssessmentRef("a" * 32), AMOUNT, PaymentState.CONFIRMED, NOW, record=a_record()
)


def signed() -> bytes:
    """Return a proof as the centre makes it, of a whole year and a large sum."""
    facts = ReceiptFacts(
        ReceiptKind.CONTRIBUTION,
        "2026-0000-0031-88",
        "2026-11-22T02:00:00Z",
        REF,
        Scheme.PENSION,
        300,
        YEAR,
        Money(50_400_00),
    )
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = key_id(private.public_key().public_bytes_raw())
    return SignedFacts(key, facts, private.sign(message_of(key, facts))).to_bytes()


def receipt_of(copy: int) -> ReceiptCopy:
    """Return the receipt of a whole year."""
    entry = ReceiptEntry(
        REF,
        "2026-0000-0031-88",
        "2026-11-22T02:00:00Z",
        Scheme.PENSION,
        300,
        YEAR,
        Money(50_400_00),
        Money(20_160_00),
        Money(30_240_00),
        Printed.NO,
        copy,
    )
    return ReceiptCopy(entry, copy, signed(), "29001006", 18)


def printed(paper: Receipt, dots_wide: int = 384) -> tuple[Slip, int]:
    """Return what the bench's print head makes of the driver's bytes, and the dots of a module."""
    columns = dots_wide // 12
    parser, roll = EscposParser(), PaperRoll(dots_wide)
    parser.receive(
        composed(paper, ReceiptPrinterSettings("", dots_wide=dots_wide, columns=columns))
    )
    slips, module = [], 0
    for token in parser.tokens():
        if isinstance(token, Command) and token.name == "GS ( k" and token.parameters[1] == 67:
            module = token.parameters[2]
        if (slip := roll.take(token)) is not None:
            slips.append(slip)
    (slip,) = slips
    return slip, module


def scanned(image: Image.Image) -> bytes:
    """Read the one code on a picture, as a phone would."""
    (found,) = zxingcpp.read_barcodes(image)
    return bytes(found.bytes)


def paper_of(name: str, language: str) -> Receipt:
    """Compose a paper."""
    world = FlowWorld()
    world.stage.language = language
    return SLIPS[name](world.kiosk)


@pytest.mark.parametrize("dots_wide", [384, 576])
@pytest.mark.parametrize("url", [REGION.verify_url, LONGEST, ""])
def test_the_signed_facts_are_read_back_from_the_paper(url: str, dots_wide: int) -> None:
    """Drawn by the print head and read by an independent decoder, the proof is the same.

    Modules are at least 0.5 mm (4 dots at 203 dpi), which any phone reads.
    """
    world, proof = FlowWorld(), receipt_of(0).proof
    region = replace(world.kiosk.region, verify_url=url)
    paper = official_receipt(replace(world.kiosk, region=region), VISIT, receipt_of(0))
    slip, module = printed(paper, dots_wide)
    read = scanned(Image.open(io.BytesIO(slip.png)))
    assert read == qr_text(proof, url)
    assert proof_of(read.decode("ascii")) == proof
    assert module >= 4


def test_the_code_is_read_from_a_worn_print() -> None:
    """Blurred, grainy and smaller, as in a careless photograph, it still holds the facts."""
    slip, _ = printed(paper_of("receipt", "zh_CN"))
    image = Image.open(io.BytesIO(slip.png)).convert("L")
    noise = random.Random(7).randbytes(image.width * image.height)
    grain = Image.frombytes("L", image.size, noise).point(lambda grey: grey // 4)
    worn = ImageChops.subtract(image.filter(ImageFilter.GaussianBlur(1.2)), grain)
    small = worn.resize((image.width * 7 // 10, image.height * 7 // 10))
    assert proof_of(scanned(small).decode("ascii")) == signed()


@pytest.mark.parametrize("name", [name for name in SLIPS if name not in ("receipt", "copy")])
def test_a_slip_carries_its_reference_as_code(name: str) -> None:
    """What is no receipt proves nothing: its code is the reference for the counter."""
    slip, _ = printed(paper_of(name, "zh_CN"))
    assert scanned(Image.open(io.BytesIO(slip.png))) == REF.encode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SLIPS)
def test_every_paper_names_itself_the_reference_and_the_hotline(name: str, language: str) -> None:
    """A heading that fits at double width, the reference, the amount in full, whom to call."""
    paper = paper_of(name, language)
    lines = [f"{line.left} {line.right}" for line in paper.lines]
    assert any(REF in line for line in lines)
    assert any("12333" in line for line in lines)
    assert any("1,400.00" in line or "50,400.00" in line for line in lines)
    for line in paper.lines:
        if line.style is LineStyle.HEADING:
            assert 2 * width(line.left) <= 32, "double size"
        assert all(len(encoded(row)) <= 32 for row in set_line(line, 32))


@pytest.mark.parametrize("name", SLIPS)
def test_no_row_begins_with_a_closing_mark(name: str) -> None:
    """On 58 mm and on 80 mm paper the Chinese texts break as Chinese texts do."""
    lines = paper_of(name, "zh_CN").lines
    rows = [row for line in lines for columns in (32, 48) for row in set_line(line, columns)]
    assert [row for row in rows if row[:1] in NEVER_FIRST and row[:1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_a_receipt_calls_itself_one(language: str) -> None:
    """No slip can be taken for the official receipt: another heading, and no receipt number."""
    official = paper_of("receipt", language)
    titles = {name: _headings(paper_of(name, language)) for name in SLIPS}
    assert titles["copy"][0] == titles["receipt"][0] and len(titles["copy"]) == 2
    for name in titles.keys() - {"receipt", "copy"}:
        assert titles[name] != titles["receipt"]
        assert "2026-0000-0031-88" not in str(paper_of(name, language))
    assert "2026-0000-0031-88" in str(official)


def _headings(paper: Receipt) -> list[str]:
    return [line.left for line in paper.lines if line.style is LineStyle.HEADING]
