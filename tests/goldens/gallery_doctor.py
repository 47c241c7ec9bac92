"""The doctor at the technician's screen: the lines, one of each kind, and a bundle as codes."""

from typing import Any

from kioskd.domain.diagnosis import Line, faulty, good, most_urgent_first, unknown, wrong
from kioskd.domain.stick import StickFault, StickOutcome
from kioskd.screens.contract import Screen
from kioskd.screens.technician_doctor import TechnicianDoctor, TechnicianDoctorLine
from kioskd.screens.technician_pages import TechnicianPages
from kioskd.screens.technician_stick import TechnicianStick

UNTIL = "10:54"
POWER = Line("power", wrong("under_voltage_now", now=True, before=True, bits="0x50005"))
PAPER = Line(
    "document_printer",
    faulty(
        "D-21",
        model="Sample LaserPrinter 2050dn series",
        uri="ipp://192.0.2.17:631/ipp/print",
        reasons="media-empty-error",
    ),
)
START = Line("last_start", unknown("started_by_reset", up_min=37, falls=0))
SPEED = Line("write_speed", good(median_ms=8.1, worst_ms=20.4, ratio=2.5, limit_ms=1000.0))
WELL = (
    "kiosk configuration provisioning temperature memory card file_systems data_partition room "
    "clock network name_service pinned_ca centre_certificate own_certificate centre card_reader "
    "id_reader pin_pad receipt_printer receipt_paper seal other_parts journal money region_pack slot "
    "fonts units usb"
)
LINES = tuple(
    most_urgent_first([POWER, PAPER, START, SPEED, *(Line(name, good()) for name in WELL.split())])
)
PAGE = "KB1:0123456789ABCDEF:001:007:01234567:" + "SAMPLE 000999 %*+-./: " * 28
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("technician-doctor", TechnicianDoctor(LINES, UNTIL)),
    ("technician-doctor-line", TechnicianDoctorLine(POWER, UNTIL)),
    ("technician-doctor-line-code", TechnicianDoctorLine(PAPER, UNTIL)),
    ("technician-doctor-line-unknown", TechnicianDoctorLine(START, UNTIL)),
    ("technician-doctor-line-good", TechnicianDoctorLine(SPEED, UNTIL)),
    ("technician-pages", TechnicianPages((PAGE,) * 7, UNTIL, 2)),
    (
        "technician-stick",
        TechnicianStick(StickOutcome("1", None, "kioskd-K0123-2026-11-22.tar.gz")),
    ),
    ("technician-stick-failed", TechnicianStick(StickOutcome("1", StickFault.NOT_WRITTEN))),
)
