"""Receipts: our printer reads other people's bytes, others read our slips, codes and characters."""

import json
from functools import partial
from pathlib import Path

import pytest
import trio
from escpos.printer import Dummy, Serial

from kiosk_bench.devices.escpos_parser import EscposParser, Token, Unknown
from kiosk_bench.devices.escpos_render import PaperRoll, Slip
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.wirelog import WireLog
from kiosk_central.sample_people import SAMPLE_SIGNING_SEED
from kiosk_central.signing import pem, signer_of_seed
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.document import LineStyle, Receipt, ReceiptLine
from kioskd.domain.money import Money
from kioskd.drivers.receipt_layout import MISSING, encoded, printable
from kioskd.drivers.receipt_printer import composed
from kioskd.drivers.settings import ReceiptPrinterSettings
from kioskd.protocols.receipt_facts import (
    SIGNATURE_BYTES,
    ReceiptFacts,
    ReceiptKind,
    SignedFacts,
    proof_of,
    qr_text,
)
from tests.interop.comparison import Comparison, ran, told
from tests.interop.openssl import verifies_ed25519
from tests.interop.peers import (
    ICONV,
    NODE_HOME,
    OPENSSL,
    PYTHON_ESCPOS,
    RECEIPT_ENCODER,
    RECEIPTLINE,
    ZBAR,
)
from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
CHINESE = ["社会保险费缴费", "姓名 张＊丰", "合计 ￥2,800.00", "Total 2,800.00"]
LATIN = ["Contribution", "No. K0123-7KQ4-000457", "Total 2,800.00"]
CODE = "KX1-000123"
URL = "https://city.example/r/"
SIGNER = signer_of_seed(SAMPLE_SIGNING_SEED)
FACTS = ReceiptFacts(
    ReceiptKind.CONTRIBUTION,
    "2026-0000-0031-88",
    "2026-11-22T02:00:00Z",
    "K0123-7KQ4-000457",
    Scheme.PENSION,
    100,
    (Month(2026, 10), Month(2026, 11)),
    Money(280_000),
)
PAPER_ENOUGH, PAPER_LOW, PAPER_OUT = 2, 1, 0
"""What python-escpos calls them."""


@pytest.mark.interop("ESC/POS: receiptline's Chinese in our printer", RECEIPTLINE)
def test_our_printer_reads_receiptline(compare: Comparison) -> None:
    """Chinese in GB18030, columns, cut: every command is known and every row is right."""
    slips, unknown = _printed(_composed_by("receiptline", CHINESE))
    compare.same("commands", [], unknown)
    rows = [row.strip() for slip in slips for row in slip.rows if row.strip()]
    compare.same("rows", CHINESE, rows)
    compare.same("cut", 1, len(slips))


@pytest.mark.interop("ESC/POS: an encoder's rows and QR code in our printer", RECEIPT_ENCODER, ZBAR)
def test_our_printer_reads_an_encoder(compare: Comparison, tmp_path: Path) -> None:
    """Rows and a QR code by GS ( k; ZBar reads the code from the picture of our slip."""
    slips, unknown = _printed(_composed_by("encoder", LATIN))
    compare.same("commands", [], unknown)
    compare.same("cut", 1, len(slips))
    compare.same("rows", LATIN, [row for row in slips[0].rows if row])
    compare.same("QR code's content", (CODE.encode(),), slips[0].codes)
    compare.same("QR code as it is drawn", CODE, _scanned(slips[0], tmp_path))


@pytest.mark.interop("ESC/POS: python-escpos in our printer", PYTHON_ESCPOS)
def test_our_printer_reads_python_escpos(compare: Comparison) -> None:
    """Its set-up, styles, sizes and cut, with Latin text in the code page that it chooses."""
    library = Dummy()
    library.hw("INIT")
    library.set(align="center", bold=True, double_height=True, double_width=True)
    library.text(LATIN[0] + "\n")
    library.set(align="right", bold=False, normal_textsize=True, underline=1)
    library.text(LATIN[2] + "\n")
    library.cut()
    slips, unknown = _printed(library.output)
    compare.same("commands", [], unknown)
    compare.same("rows", [LATIN[0], LATIN[2]], [row.strip() for row in slips[0].rows if row])


@pytest.mark.interop("ESC/POS: python-escpos asks our printer", PYTHON_ESCPOS)
@pytest.mark.parametrize(
    ("fault", "paper", "online"),
    [
        ("", PAPER_ENOUGH, True),
        ("near_end", PAPER_LOW, True),
        ("paper_out", PAPER_OUT, False),
        ("cover_open", PAPER_ENOUGH, False),
    ],
)
async def test_python_escpos_reads_the_status(
    compare: Comparison, tmp_path: Path, fault: str, paper: int, online: bool
) -> None:
    """Paper and readiness as it reads them from the wire are what the fault makes them."""
    port, faults = PtyPort(tmp_path / "line"), {f"receipt.{fault}"} if fault else set()
    peer = ReceiptPrinterPeer(port, WireLog(tmp_path / "wire.log"), faults)
    peer.near_end = fault == "near_end"
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(peer.run)
            found = await trio.to_thread.run_sync(_asked, str(port.path))
            nursery.cancel_scope.cancel()
            port.unplug()
    compare.same(f"paper, {fault or 'well'}", paper, found[0])
    compare.same(f"online, {fault or 'well'}", online, found[1])


@pytest.mark.interop("receipts: the QR proof on a slip", ZBAR, OPENSSL)
def test_the_proof_on_a_slip_is_read_and_verified(compare: Comparison, tmp_path: Path) -> None:
    """ZBar reads our slip as the printer prints it; OpenSSL verifies what is in it."""
    proof = SIGNER.proof(FACTS)
    receipt = Receipt((ReceiptLine(CHINESE[0], style=LineStyle.HEADING),), qr_text(proof, URL))
    (slip,), unknown = _printed(composed(receipt, ReceiptPrinterSettings("/dev/null")))
    assert unknown == []
    text = _scanned(slip, tmp_path)
    compare.same("text", qr_text(proof, URL).decode(), text)
    compare.same("facts", FACTS, SignedFacts.parse(proof_of(text)).facts)
    message, signature = proof[:-SIGNATURE_BYTES], proof[-SIGNATURE_BYTES:]
    key = pem(SIGNER.public_key).encode()
    compare.same("signature", True, verifies_ed25519(tmp_path, key, message, signature))
    changed = message[:-1] + bytes([message[-1] ^ 1])
    is_seen = not verifies_ed25519(tmp_path, key, changed, signature)
    compare.refused("one fen more", is_seen)


@pytest.mark.interop("receipts: Chinese as GB18030", ICONV)
def test_iconv_encodes_alike(compare: Comparison) -> None:
    """All Han characters of the basic plane, and which of them a two-byte print head has."""
    han = [chr(code) for code in range(0x4E00, 0x9FA6)]
    to_gb = partial(ran, "iconv", "--from-code=UTF-8", "--to-code=GB18030")
    text = "".join(han)
    compare.same("20902 characters", encoded(text), to_gb(data=text.encode()).stdout)
    rare = "㐀𠮷𬱖ⅺ㎡①￥"
    theirs = [len(to_gb(data=one.encode()).stdout) <= 2 for one in rare]
    compare.same("what two bytes hold", [printable(one) != MISSING for one in rare], theirs)
    compare.refused("not Chinese at all", to_gb(data=b"\xff\xfe").returncode != 0)


def _composed_by(which: str, lines: list[str]) -> bytes:
    wanted = json.dumps({"lines": lines, "code": CODE}).encode()
    script = HERE / "escpos_compose.js"
    return bytes.fromhex(told("node", script, NODE_HOME, which, data=wanted))


def _printed(data: bytes) -> tuple[list[Slip], list[Token]]:
    """Return the slips that our printer makes of bytes, and what it does not know in them."""
    parser, roll = EscposParser(), PaperRoll()
    parser.receive(data)
    tokens = list(parser.tokens())
    slips = [slip for token in tokens if (slip := roll.take(token)) is not None]
    return slips, [token for token in tokens if isinstance(token, Unknown)]


def _scanned(slip: Slip, folder: Path) -> str:
    picture = folder / "slip.png"
    picture.write_bytes(slip.png)
    return told("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture).strip()


class Patient(Serial):
    """python-escpos on a line where an answer may be late: its own way is to wait a second."""

    def _read(self) -> bytes:
        return bytes(self.device.read(1))


def _asked(port: str) -> tuple[int, bool]:
    printer = Patient(devfile=port, timeout=PATIENCE_S)
    try:
        return printer.paper_status(), printer.is_online()
    finally:
        printer.close()
