"""The slip printer: ESC/POS over a serial line, believed only for what it says itself.

``run`` keeps the line and asks for the paper while nothing is printed. python-escpos composes the
bytes; it is slow to import (0.4 s), so that happens at the first receipt and in a worker thread.
Its own status calls are not used: they take a silent printer for one that is full of paper.
"""

from typing import Any

import trio

from kioskd import log
from kioskd.domain.document import LineStyle, PaperState, Receipt
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.escpos_line import EscposLine
from kioskd.drivers.receipt_layout import encoded, set_line, times_wide
from kioskd.drivers.settings import ReceiptPrinterSettings
from kioskd.errors import DeviceError, DeviceUnavailable, ProtocolViolation
from kioskd.protocols.escpos_status import DEVICE
from kioskd.race import first_of
from kioskd.transports.serial_port import SerialSettings, open_serial

POLL_INTERVAL_S = 3.0
RECONNECT_S = 2.0
FAULTS_IN_A_ROW = 2
_CHINESE_ON = b"\x1c&"
_QR_ERROR_CORRECTION_M = 49
_QR_BYTES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504)
"""What versions 1 to 17 hold at level M (ISO/IEC 18004, table 7)."""
_QR_LARGEST_VERSION = 40
_QR_QUIET_MODULES = 8
_QR_MOST_DOTS = 6
_STOPPED = (PaperState.OUT, PaperState.COVER_OPEN)
_TROUBLE_OF = {
    PaperState.OUT: Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11"),
    PaperState.COVER_OPEN: Trouble(TroubleReason.RECEIPT_COVER_OPEN, "D-12"),
}


class EscposReceiptPrinter:
    """Fulfils ``contracts.ReceiptPrinter``."""

    def __init__(self, settings: ReceiptPrinterSettings) -> None:
        self._settings = settings
        self._line: EscposLine | None = None
        self._fault: DeviceError | None = DeviceUnavailable(DEVICE, "not opened yet")
        self._paper = PaperState.UNKNOWN

    @property
    def trouble(self) -> Trouble | None:
        """RECEIPT_PRINTER_GONE, RECEIPT_PAPER_OUT or RECEIPT_COVER_OPEN."""
        if self._fault is not None:
            return Trouble(TroubleReason.RECEIPT_PRINTER_GONE, self._fault.operator_code)
        return _TROUBLE_OF.get(self._paper)

    @property
    def last_paper(self) -> PaperState:
        """How its paper was when it was last asked; it is asked every few seconds."""
        return self._paper

    async def run(self) -> None:
        """Keep the printer connected and its paper known; never returns."""
        while True:
            try:
                await self._stay_connected()
            except DeviceError as fault:
                if self._fault is None:
                    log.warning("receipt_printer.gone", detail=fault.detail)
                self._fault, self._paper = fault, PaperState.UNKNOWN
            await trio.sleep(RECONNECT_S)

    async def _stay_connected(self) -> None:
        settings = self._settings
        serial = SerialSettings(settings.port, settings.baud, device=DEVICE)
        async with await open_serial(serial) as port:
            line = EscposLine(port)
            await first_of(line.receive, lambda: self._watch(line))

    async def _watch(self, line: EscposLine) -> None:
        self._line = line
        faults = 0
        try:
            while True:
                fault = await self._fault_of(line)
                faults = faults + 1 if fault else 0
                if fault is None:
                    self._is_well()
                elif faults >= FAULTS_IN_A_ROW:
                    raise fault
                await trio.sleep(POLL_INTERVAL_S)
        finally:
            self._line = None

    async def _fault_of(self, line: EscposLine) -> DeviceError | None:
        state = await self._ask_paper(line)
        if state is PaperState.UNKNOWN:
            return DeviceUnavailable(DEVICE, "no answer")
        if state in _STOPPED or await line.is_online():
            return None
        return DeviceUnavailable(DEVICE, "stopped with an error")

    def _is_well(self) -> None:
        if self._fault is not None:
            self._fault = None
            log.event("receipt_printer.connected", paper=self._paper)

    async def paper(self) -> PaperState:
        """Ask the printer for its paper; no answer within 0.3 s is UNKNOWN."""
        line = self._line
        if line is None:
            return PaperState.UNKNOWN
        return await self._ask_paper(line)

    async def _ask_paper(self, line: EscposLine) -> PaperState:
        try:
            self._paper = await line.paper()
        except (DeviceUnavailable, ProtocolViolation) as fault:
            log.warning("receipt_printer.no_status", detail=fault.detail)
            self._paper = PaperState.UNKNOWN
        return self._paper

    async def describe(self) -> dict[str, str]:
        """Return the port and how its paper is."""
        paper = await self.paper()
        return {"port": self._settings.port, "paper": paper.value}

    async def print(self, receipt: Receipt) -> Printed:
        """Print and cut.

        YES: the printer said, after its turn came behind the cut, that it is well. NO: nothing was
        sent, because there is no line or the printer said that it has no paper or is open. All
        else is UNKNOWN, also an end of paper half way: a printer that gets new paper may print the
        rest. Raises nothing; a cancelled print is UNKNOWN to its caller.
        """
        line = self._line
        if line is None:
            return Printed.NO
        data = await trio.to_thread.run_sync(composed, receipt, self._settings)
        try:
            printed = await self._print_on(line, data)
        except DeviceError as fault:
            log.warning("receipt_printer.fell_silent", detail=fault.detail)
            printed = Printed.UNKNOWN
        log.event("receipt_printer.printed", printed=printed)
        return printed

    async def _print_on(self, line: EscposLine, data: bytes) -> Printed:
        if await self._ask_paper(line) in _STOPPED:
            return Printed.NO
        worked_off = await line.work_off(data)
        healthy = await line.is_online() and await self._ask_paper(line) not in _STOPPED
        return Printed.YES if worked_off and healthy else Printed.UNKNOWN


def composed(receipt: Receipt, settings: ReceiptPrinterSettings) -> bytes:
    """Return the bytes of a receipt with its cut; slow at the first call."""
    from escpos.printer import Dummy  # noqa: PLC0415  0.4 s and 250 modules

    paper = Dummy()
    paper.hw("INIT")
    _raw(paper, _CHINESE_ON)
    for line in receipt.lines:
        centred = line.style in (LineStyle.HEADING, LineStyle.CENTRED)
        paper.set(
            align="center" if centred else "left",
            bold=line.style is LineStyle.STRONG,
            custom_size=True,
            width=times_wide(line, settings.columns),
            height=2 if line.style is LineStyle.HEADING else 1,
        )
        for row in set_line(line, settings.columns):
            # Not text(): it chooses code pages by itself and leaves Chinese mode to chance.
            _raw(paper, encoded(row) + b"\n")
    paper.set(align="center", bold=False, custom_size=True, width=1, height=1)
    _raw(paper, _qr(receipt.qr, settings.dots_wide))
    paper.cut()
    return bytes(paper.output)


def _raw(paper: Any, data: bytes) -> None:
    paper._raw(data)  # noqa: SLF001  the library's own way past its code pages


def _qr(content: bytes, dots_wide: int) -> bytes:
    # The library's own takes text and re-encodes it; a signed code must arrive byte for byte.
    if not content:
        return b""
    return b"".join(
        (
            _two_dimensional(65, b"2\x00"),
            _two_dimensional(67, bytes([_module_dots(len(content), dots_wide)])),
            _two_dimensional(69, bytes([_QR_ERROR_CORRECTION_M])),
            _two_dimensional(80, b"0" + content),
            _two_dimensional(81, b"0"),
            b"\n",
        )
    )


def _module_dots(length: int, dots_wide: int) -> int:
    fitting = (version for version, most in enumerate(_QR_BYTES, 1) if length <= most)
    version = next(fitting, _QR_LARGEST_VERSION)
    modules = 17 + 4 * version + _QR_QUIET_MODULES
    return max(1, min(_QR_MOST_DOTS, dots_wide // modules))


def _two_dimensional(function: int, parameters: bytes) -> bytes:
    # GS ( k: little-endian length, code type 49 (QR), function, parameters.
    body = bytes([49, function]) + parameters
    return b"\x1d(k" + len(body).to_bytes(2, "little") + body
