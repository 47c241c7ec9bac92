"""Where to go and whom to call."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.outlets import Outlets


async def show_outlets(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Show outlets and hotlines until she goes back. Raises SessionEnded."""
    await kiosk.stage.show(Outlets(kiosk.region.outlets, kiosk.region.hotlines, page=0))
    return True
