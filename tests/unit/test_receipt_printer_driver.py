"""The receipt printer's driver: its layout, and against the bench's printer on a line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import segno
import trio
import trio.lowlevel
import trio.testing

from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.wirelog import WireLog
from kioskd.domain.document import LineStyle, PaperState, Receipt, ReceiptLine
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers import receipt_printer
from kioskd.drivers.escpos_line import EscposLine
from kioskd.drivers.receipt_layout import printable, set_line, width
from kioskd.drivers.receipt_printer import EscposReceiptPrinter, composed
from kioskd.drivers.settings import ReceiptPrinterSettings
from kioskd.errors import ProtocolViolation
from kioskd.protocols.escpos_status import (
    OfflineCause,
    PaperSensors,
    PrinterStatus,
    Query,
    ask_at_once,
    is_answer_at_once,
    is_answer_in_turn,
    paper_state,
)
from tests.patience import PATIENCE_S

RECEIPT = Receipt(
    (
        ReceiptLine("社会保险费缴费", style=LineStyle.HEADING),
        ReceiptLine("姓名", "张＊丰"),
        ReceiptLine("合计", "￥2,800.00", LineStyle.STRONG),
        ReceiptLine(style=LineStyle.RULE),
        ReceiptLine("服务热线 12333", style=LineStyle.CENTRED),
    ),
    b"KX1|000123|280000|c2lnbmF0dXJl",
)


@dataclass
class Rig:
    """A driver and the bench's printer that it is connected to."""

    driver: EscposReceiptPrinter
    peer: ReceiptPrinterPeer
    port: PtyPort
    faults: set[str]

    async def trouble(self, reason: TroubleReason | None) -> None:
        """Wait until the driver's trouble is ``reason``."""
        while (now := self.driver.trouble) is None or now.reason is not reason:
            if now is None and reason is None:
                return
            await trio.sleep(0.01)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits that only follow the printer's convenience."""
    monkeypatch.setattr(receipt_printer, "POLL_INTERVAL_S", 0.05)
    monkeypatch.setattr(receipt_printer, "RECONNECT_S", 0.05)


@asynccontextmanager
async def rig(folder: Path) -> AsyncIterator[Rig]:
    port = PtyPort(folder / "receipt")
    faults: set[str] = set()
    peer = ReceiptPrinterPeer(port, WireLog(folder / "wire.log"), faults)
    driver = EscposReceiptPrinter(ReceiptPrinterSettings(str(port.path)))
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(peer.run)
            nursery.start_soon(driver.run)
            made = Rig(driver, peer, port, faults)
            await made.trouble(None)
            yield made
            nursery.cancel_scope.cancel()
            port.unplug()


async def test_a_receipt_is_printed_cut_and_proven(tmp_path: Path) -> None:
    """The slip holds every line and the code, and the printer's answer behind the cut is YES."""
    async with rig(tmp_path) as bench:
        assert await bench.driver.print(RECEIPT) is Printed.YES
        (slip,) = bench.peer.slips
    assert slip.rows[:5] == (
        "社会保险费缴费",
        "姓名                      张＊丰",
        "合计                  ￥2,800.00",
        "-" * 32,
        "服务热线 12333",
    )
    assert slip.codes == (RECEIPT.qr,)


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("receipt.paper_out", PaperState.OUT, TroubleReason.RECEIPT_PAPER_OUT),
        ("receipt.cover_open", PaperState.COVER_OPEN, TroubleReason.RECEIPT_COVER_OPEN),
    ],
)
async def test_a_stopped_printer_is_sent_nothing(
    tmp_path: Path, fault: str, state: PaperState, reason: TroubleReason
) -> None:
    """No paper or an open cover: NO, trouble with its reason; mended, the next slip is whole."""
    async with rig(tmp_path) as bench:
        bench.faults.add(fault)
        assert await bench.driver.print(RECEIPT) is Printed.NO
        assert await bench.driver.paper() is state
        await bench.trouble(reason)
        bench.faults.clear()
        await bench.trouble(None)
        assert await bench.driver.print(RECEIPT) is Printed.YES
        assert len(bench.peer.slips) == 1 and not bench.peer.unfinished_rows


async def test_paper_that_ends_half_way_is_unknown(tmp_path: Path) -> None:
    """Half a slip is UNKNOWN: the rest may come with the new paper, and the next slip is proven."""
    async with rig(tmp_path) as bench:
        bench.peer._row_s = 0.02
        printed: list[Printed] = []

        async def run_out() -> None:
            while not bench.peer.unfinished_rows:
                await trio.lowlevel.checkpoint()
            bench.faults.add("receipt.paper_out")

        async def print_it() -> None:
            printed.append(await bench.driver.print(RECEIPT))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(run_out)
            nursery.start_soon(print_it)
        assert printed == [Printed.UNKNOWN]
        assert not bench.peer.slips
        bench.faults.clear()
        await bench.trouble(None)
        assert await bench.driver.print(RECEIPT) is Printed.YES
        assert len(bench.peer.slips) == 2


async def test_a_jam_half_way_is_unknown_and_trouble(tmp_path: Path) -> None:
    """A printer that stops with an error says so when asked: UNKNOWN, and in trouble."""
    async with rig(tmp_path) as bench:
        bench.faults.add("receipt.jam_mid_receipt")
        assert await bench.driver.print(RECEIPT) is Printed.UNKNOWN
        assert len(bench.peer.unfinished_rows) == 3
        await bench.trouble(TroubleReason.RECEIPT_PRINTER_GONE)


async def test_a_silent_printer_is_unknown_though_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the printer's word nobody knows; its paper is unknown, never adequate."""
    # The line is given up only when the slip is out, however slow the machine is.
    patience = receipt_printer.FAULTS_IN_A_ROW
    monkeypatch.setattr(receipt_printer, "FAULTS_IN_A_ROW", 1_000_000)
    async with rig(tmp_path) as bench:
        bench.faults.add("receipt.silent")
        assert await bench.driver.print(RECEIPT) is Printed.UNKNOWN
        assert await bench.driver.paper() is PaperState.UNKNOWN
        await bench.peer.wait_slips(1)
        monkeypatch.setattr(receipt_printer, "FAULTS_IN_A_ROW", patience)
        await bench.trouble(TroubleReason.RECEIPT_PRINTER_GONE)
        bench.faults.clear()
        await bench.trouble(None)


async def test_a_pulled_printer_is_gone_and_comes_back(tmp_path: Path) -> None:
    """Unplugged: nothing is sent, so NO is certain; plugged in again, it prints."""
    async with rig(tmp_path) as bench:
        bench.port.unplug()
        await bench.trouble(TroubleReason.RECEIPT_PRINTER_GONE)
        assert await bench.driver.print(RECEIPT) is Printed.NO
        assert await bench.driver.paper() is PaperState.UNKNOWN
        bench.port.plug()
        await bench.trouble(None)
        assert await bench.driver.print(RECEIPT) is Printed.YES


async def test_low_paper_is_told_but_no_trouble(tmp_path: Path) -> None:
    """A roll that nears its end still prints and proves."""
    async with rig(tmp_path) as bench:
        bench.peer.near_end = True
        assert await bench.driver.paper() is PaperState.NEAR_END
        assert await bench.driver.print(RECEIPT) is Printed.YES
        assert bench.driver.trouble is None


class ScriptedPrinter:
    """A line whose printer is well at once, and answers in turn only what the test lets it."""

    def __init__(self, owed: int) -> None:
        self._speak, self._hear = trio.open_memory_channel[bytes](20)
        self._owed = owed

    async def receive_some(self) -> bytes:
        return await self._hear.receive()

    async def send_all(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if data[:2] == b"\x10\x04":
            self._speak.send_nowait(b"\x12")
        elif data == b"\x1dr\x01":
            self._speak.send_nowait(b"\x00" * (1 + self._owed))

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_an_answer_owed_to_an_earlier_slip_proves_nothing(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Answers left over are cleared first; a slip whose own answer never comes is not proven."""
    line = EscposLine(ScriptedPrinter(owed=1))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.receive)
        assert not await line.work_off(b"slip")
        nursery.cancel_scope.cancel()


async def test_a_kiosk_that_stood_still_does_not_call_the_printer_silent(
    mock_clock: trio.testing.MockClock,
) -> None:
    """An answer that came while a picture was drawn for a second is seen afterwards, and counts."""
    asked, to_kiosk = trio.Event(), trio.testing.memory_stream_pair()

    class Stream:
        """The printer's line; the answer lies in it once the drawing is done."""

        async def send_all(self, data: bytes) -> None:
            await trio.lowlevel.checkpoint()
            asked.set()

        async def receive_some(self) -> bytes:
            return bytes(await to_kiosk[1].receive_some(9))

        async def aclose(self) -> None:
            await trio.lowlevel.checkpoint()

    line = EscposLine(Stream())
    told: list[bool] = []

    async def ask() -> None:
        told.append(await line.is_online())

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(line.receive)
            nursery.start_soon(ask)
            await asked.wait()
            await trio.testing.wait_all_tasks_blocked()
            mock_clock.jump(1.0)
            await trio.testing.wait_all_tasks_blocked()
            await to_kiosk[0].send_all(b"\x12")
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
    assert told == [True]


@pytest.mark.parametrize(
    ("length", "dots"), [(10, 6), (100, 6), (213, 5), (300, 4), (504, 4), (2000, 2)]
)
def test_a_code_fits_the_paper(length: int, dots: int) -> None:
    """The module size follows the code's size, measured with an independent encoder."""
    assert receipt_printer._module_dots(length, 384) == dots
    code = segno.make_qr(bytes([200]) * length, error="m", boost_error=False)
    assert code.symbol_size(border=0)[0] * dots <= 384


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张𠮷三", "张□三"),
        ("①㎡，。￥", "①㎡，。￥"),
        ("¥5", "￥5"),
        ("a\x1b@b", "a□@b"),
        ("\x10\x04\x7f\x85", "□□□□"),
        ("\ud842", "□"),
        ("Ω é", "Ω é"),
    ],
)
def test_only_what_a_head_has_is_sent(text: str, shown: str) -> None:
    """Characters of four bytes and control bytes become □; no text can command the printer."""
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        (ReceiptLine("姓名", "张三"), ["姓名        张三"]),
        (ReceiptLine("缴费基数", "￥12,345.00"), ["缴费基数", "     ￥12,345.00"]),
        (ReceiptLine("一二三四五六七八九"), ["一二三四五六七八", "九"]),
        (ReceiptLine("Self-service Terminal"), ["Self-service", "Terminal"]),
        (ReceiptLine("请拨 12333 and ask"), ["请拨 12333 and", "ask"]),
        (ReceiptLine("ABCDEFGHIJKLMNOPQR"), ["ABCDEFGHIJKLMNOP", "QR"]),
        (ReceiptLine("", "右"), ["              右"]),
        (ReceiptLine(), [""]),
        (ReceiptLine(style=LineStyle.RULE), ["-" * 16]),
        (ReceiptLine("标题四字", style=LineStyle.HEADING), ["标题四字"]),
        (ReceiptLine("标题五个字", style=LineStyle.HEADING), ["标题五个字"]),
    ],
)
def test_lines_fit_sixteen_columns(line: ReceiptLine, rows: list[str]) -> None:
    """Left and right stand at the edges; what has no room goes below; nothing is lost."""
    assert set_line(line, 16) == rows
    assert all(width(row) <= 16 for row in rows)


def test_the_bytes_begin_in_chinese_mode_and_end_with_a_cut() -> None:
    """ESC @, FS &, the text in GB18030, and at the end feed and GS V."""
    data = composed(RECEIPT, ReceiptPrinterSettings("unused"))
    assert data.startswith(b"\x1b@\x1c&")
    assert "社会保险费缴费".encode("gb18030") in data
    assert b"\x1d(k\x03\x001Q0" in data
    assert data.endswith(b"\x1bd\x06\x1dV\x00")


def test_questions_at_once() -> None:
    """DLE EOT n."""
    assert [ask_at_once(query).hex() for query in Query] == [
        "100401",
        "100402",
        "100403",
        "100404",
    ]


@pytest.mark.parametrize(
    ("offline", "paper", "state"),
    [
        (0x12, 0x12, PaperState.ADEQUATE),
        (0x12, 0x1E, PaperState.NEAR_END),
        (0x32, 0x7E, PaperState.OUT),
        (0x12, 0x72, PaperState.OUT),
        (0x16, 0x12, PaperState.COVER_OPEN),
        (0x36, 0x72, PaperState.COVER_OPEN),
    ],
)
def test_paper_from_the_bit_tables(offline: int, paper: int, state: PaperState) -> None:
    """The bytes of the command reference mean what it says."""
    assert paper_state(offline, paper) is state


def test_single_answers_from_the_bit_tables() -> None:
    """Each flag has its bit."""
    assert PrinterStatus.of(0x1A).offline and not PrinterStatus.of(0x12).offline
    assert OfflineCause.of(0x52) == OfflineCause(False, False, True)
    assert PaperSensors.of(0x12) == PaperSensors(False, False)


def test_the_two_kinds_of_answers_cannot_be_confused() -> None:
    """No byte answers both at once and in turn; what answers neither is refused."""
    assert not [b for b in range(256) if is_answer_at_once(b) and is_answer_in_turn(b)]
    with pytest.raises(ProtocolViolation):
        PrinterStatus.of(0x00)
