"""Between two visits: the terminal makes way for its update, and says so."""

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.kiosk import Kiosk
from kioskd.screens.out_of_service import OutOfService

UPDATING = Trouble(TroubleReason.UPDATING, "U-00")


async def make_way(kiosk: Kiosk) -> None:
    """Serve nobody until the machine restarts; it returns if that does not come."""
    async with kiosk.stage.follow(OutOfService(UPDATING)):
        await kiosk.give_way()
