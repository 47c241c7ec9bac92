"""The technician's screens: let in, the parts, one part, what is asked of her, the sheet."""

from types import MappingProxyType
from typing import Any

from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Finding, Result
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.contract import Screen
from kioskd.screens.problem import Problem
from kioskd.screens.technician_ask import TechnicianAsk, TechnicianDo
from kioskd.screens.technician_code import TechnicianCode
from kioskd.screens.technician_keys import TechnicianKeys
from kioskd.screens.technician_panel import TechnicianColours, TechnicianTouch
from kioskd.screens.technician_part import TechnicianPart
from kioskd.screens.technician_parts import TechnicianParts
from kioskd.screens.technician_sheet import TechnicianSheet

UNTIL = "10:54"


def _done(part: str, *deeds: str, **more: Any) -> Finding:
    done = MappingProxyType(dict.fromkeys(deeds, Result.PASS))
    return Finding(part, deeds=deeds, done=done, **more)


PIN_PAD = Finding(
    "pin_pad",
    facts=(("port", "/dev/kiosk/pinpad"), ("terminal", "29001006")),
    deeds=("ask_pin_pad", "show_on_pin_pad", "reach_bank"),
    done=MappingProxyType({"ask_pin_pad": Result.PASS, "show_on_pin_pad": Result.ABSENT}),
)
A4 = Finding(
    "document_printer",
    "D-21",
    "document_paper_out",
    facts=(
        ("port", "ipp://192.0.2.17:631/ipp/print"),
        ("model", "Sample LaserPrinter 2050dn series"),
        ("firmware", "2.85.1 (2026-04-01)"),
        ("serial", "SAMPLE000999"),
    ),
    deeds=("print_page",),
    done=MappingProxyType({"print_page": Result.FAIL}),
)
FINDINGS = (
    _done("card_reader", "read_card", facts=(("model", "Sample Reader 00 00"),)),
    _done("id_reader", "read_id_card"),
    PIN_PAD,
    _done("receipt_printer", "print_slip"),
    A4,
    _done("lamps", "light_lamps"),
    Finding("door", deeds=("move_door",)),
    Finding("presence", fitted=False),
    Finding("earphones", fitted=False),
    _done("voice", "speak"),
    _done("central", "reach_centre"),
    Finding("touch", deeds=("touch_crosses",)),
    Finding("keys", deeds=("press_keys",)),
    Finding("panel", deeds=("look_at_colours",)),
)
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("technician-code", TechnicianCode("12345678", 3)),
    ("technician-code-wrong", TechnicianCode("12345678", 1, wrong=True, typed="1234567")),
    ("technician-parts", TechnicianParts(FINDINGS, UNTIL)),
    ("technician-part", TechnicianPart(PIN_PAD, UNTIL)),
    ("technician-part-fails", TechnicianPart(A4, UNTIL)),
    ("technician-part-absent", TechnicianPart(Finding("door", fitted=False), UNTIL)),
    ("technician-ask", TechnicianAsk("lamp_card")),
    ("technician-do", TechnicianDo("put_id_card")),
    ("technician-touch", TechnicianTouch(frozenset({0, 4}))),
    ("technician-keys", TechnicianKeys(frozenset("15#"))),
    ("technician-colours", TechnicianColours()),
    ("technician-sheet", TechnicianSheet(Result.PASS, Printed.YES, None, "")),
    ("technician-sheet-slip", TechnicianSheet(Result.FAIL, None, Printed.YES, "S-01")),
    ("technician-sheet-lost", TechnicianSheet(Result.UNKNOWN, Printed.UNKNOWN, Printed.NO, "S-01")),
    ("technician-no-key", Problem(Trouble(TroubleReason.TECHNICIAN_KEY_NONE, "T-01"))),
    ("technician-paused", Problem(Trouble(TroubleReason.TECHNICIAN_PAUSED, "T-02"))),
    ("technician-not-now", Problem(Trouble(TroubleReason.TECHNICIAN_NOT_NOW, "T-03"))),
)
