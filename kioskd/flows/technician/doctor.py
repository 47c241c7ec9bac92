"""The doctor at the screen: everything looked at, one line read, a bundle for a telephone."""

from kioskd import log
from kioskd.contracts.technician import Workshop
from kioskd.domain.diagnosis import Line, most_urgent_first, verdict
from kioskd.flows.kiosk import Kiosk
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.technician_doctor import (
    DoctorChoice,
    TechnicianDoctor,
    TechnicianDoctorLine,
)
from kioskd.screens.technician_pages import PagesChoice, TechnicianPages
from kioskd.screens.technician_stick import TechnicianStick


async def look_at_everything(kiosk: Kiosk, workshop: Workshop, until: str) -> None:
    """Let her read what the doctor finds, until she goes back. Raises SessionEnded."""
    async with kiosk.stage.follow(Busy(BusyWith.DIAGNOSING)):
        lines = tuple(most_urgent_first(await workshop.diagnosed()))
    log.event("technician.diagnosed", verdict=verdict(lines))
    screen = TechnicianDoctor(lines, until)
    while True:
        choice = await kiosk.stage.show(screen)
        screen = _shown(kiosk, screen)
        if choice is DoctorChoice.BACK:
            return
        if choice is DoctorChoice.BUNDLE:
            await _show_bundle(kiosk, workshop, lines, until)
        else:
            line = next(one for one in lines if one.check == choice)
            await kiosk.stage.show(TechnicianDoctorLine(line, until))


async def _show_bundle(
    kiosk: Kiosk, workshop: Workshop, lines: tuple[Line, ...], until: str
) -> None:
    async with kiosk.stage.follow(Busy(BusyWith.DIAGNOSING)):
        pages = await workshop.bundle_pages(lines)
    if await kiosk.stage.show(TechnicianPages(pages, until)) is PagesChoice.STICK:
        async with kiosk.stage.follow(Busy(BusyWith.WRITING_STICK)):
            outcome = await workshop.bundle_to_stick()
        await kiosk.stage.show(TechnicianStick(outcome))


def _shown(kiosk: Kiosk, screen: TechnicianDoctor) -> TechnicianDoctor:
    """Return the list as she has turned its pages."""
    shown = kiosk.stage.shown
    return shown[0] if shown is not None and isinstance(shown[0], TechnicianDoctor) else screen
