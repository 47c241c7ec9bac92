"""My applications: what she has applied for, how far it is, what comes next."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.applications import Applications
from kioskd.screens.busy import BusyWith


async def show_applications(kiosk: Kiosk, visit: Visit) -> bool:
    """Show all her applications until she goes back. Raises ServerError, SessionEnded."""
    known = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.applications(visit.token)
    )
    await kiosk.stage.show(Applications(known, kiosk.region.outlets))
    return True
