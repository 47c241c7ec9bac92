"""The acceptance sheet of a self-test at the command line."""

from collections.abc import Callable
from pathlib import Path

import trio

from kioskd.config import Config
from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Finding
from kioskd.errors import NoIdentity
from kioskd.flows.technician.devices import Devices
from kioskd.flows.technician.sheet import bring_to_centre, put_on_paper
from kioskd.relay.acceptance_box import AcceptanceBox
from kioskd.relay.client import CentralClient
from kioskd.technician.desk import TechnicianDesk

REGION_UNKNOWN = 0
"""No region pack is read for a self-test."""


async def hand_out(
    config: Config,
    technician: str,
    language: str,
    say: Callable[[str], None],
    devices: Devices,
    findings: tuple[Finding, ...],
) -> None:
    """Make the sheet, print it, bring it to the centre or keep it for the kiosk to bring."""
    central = CentralClient(config.central, config.kiosk.id)
    box = AcceptanceBox(Path(config.kiosk.state_dir) / "acceptances", central)
    desk = TechnicianDesk(config, central, box, trio.sleep_forever, lambda: REGION_UNKNOWN)
    try:
        sheet = await desk.sheet(findings, technician, language)
    except NoIdentity:
        say("no sheet: this kiosk has no key that the centre knows (S-04); enrol it first")
        return
    a4, slip = await put_on_paper(devices.document_printer, devices.receipt_printer, sheet)
    for printer, printed in (("A4", a4), ("slip", slip)):
        if printed is not None:
            say(f"{printer}: printed: {printed.value}")
    if Printed.YES not in (a4, slip):
        say("the sheet may not be on paper: look at the printers")
    code = await bring_to_centre(desk, sheet)
    say(f"centre: not reached ({code}); it is sent later" if code else "centre: has the sheet")
