"""Whom to call, what for, and when somebody answers."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.hotlines import Hotlines


async def show_hotlines(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Show the numbers until she goes back. Raises SessionEnded."""
    await kiosk.stage.show(Hotlines(kiosk.region.hotlines))
    return True
