"""The acceptance sheet: her name, the paper, the centre."""

from collections.abc import Sequence

from kioskd import log
from kioskd.contracts import DocumentPrinter, ReceiptPrinter
from kioskd.contracts.technician import Sheet, Workshop
from kioskd.domain.document import PrintProgress
from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Finding
from kioskd.domain.typed_text import Script, TextRules
from kioskd.errors import NoIdentity, ServerError
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.technician.devices import IDLE_S
from kioskd.flows.technician.parts import has_a4
from kioskd.flows.troubles import trouble_for
from kioskd.pinyin import Expects
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.enter_text import EnterText
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem
from kioskd.screens.technician_sheet import TechnicianSheet

NAME = TextRules(2, 20, frozenset({Script.HAN, Script.LATIN, Script.DIGITS, Script.NAME_MARKS}))


async def hand_out_sheet(kiosk: Kiosk, workshop: Workshop, findings: Sequence[Finding]) -> None:
    """Ask for her name, print the sheet, bring it to the centre. Raises SessionEnded."""
    typing = Typing.begun(NAME, kiosk.pinyin, Expects.NAME)
    name = await kiosk.stage.show(EnterText("technician", typing, has_old=False), IDLE_S)
    if isinstance(name, Navigation):
        return
    try:
        sheet = await workshop.sheet(findings, name, kiosk.stage.language)
    except NoIdentity as missing:
        await kiosk.stage.show(Problem(trouble_for(missing)))
        return
    async with kiosk.stage.follow(Busy(BusyWith.PRINTING_SHEET)):
        a4, slip = await put_on_paper(kiosk.document_printer, kiosk.receipt_printer, sheet)
    async with kiosk.stage.follow(Busy(BusyWith.SENDING)):
        told = await bring_to_centre(workshop, sheet)
    result = sheet.acceptance.facts.result
    await kiosk.stage.show(TechnicianSheet(result, a4, slip, told), IDLE_S)


async def put_on_paper(
    a4_printer: DocumentPrinter, slip_printer: ReceiptPrinter, sheet: Sheet
) -> tuple[Printed | None, Printed | None]:
    """Print on A4, or else on a slip; None stands for a printer that was not used."""
    a4: Printed | None = None
    if has_a4(a4_printer):
        name = f"acceptance-{sheet.pages.ref}"
        a4 = (await a4_printer.print(sheet.pages, name, _nothing)).printed
    slip = None if a4 is Printed.YES else await slip_printer.print(sheet.slip)
    log.event("acceptance.printed", a4=a4, slip=slip)
    return a4, slip


def _nothing(_: PrintProgress) -> None:
    """The busy screen says how long it takes."""


async def bring_to_centre(workshop: Workshop, sheet: Sheet) -> str:
    """Return the operator's code why the centre has not got it; empty if it has."""
    try:
        await workshop.send(sheet.acceptance)
    except ServerError as error:
        return error.operator_code
    return ""
