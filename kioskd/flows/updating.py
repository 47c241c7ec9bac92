"""Between two visits: the terminal makes way for its update, and says so."""

from kioskd.contracts import Stage
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.kiosk import Updates
from kioskd.screens.out_of_service import OutOfService

UPDATING = Trouble(TroubleReason.UPDATING, "U-13")


async def make_way(stage: Stage, updates: Updates) -> None:
    """Serve nobody until the machine restarts; return if that does not come."""
    async with stage.follow(OutOfService(UPDATING)):
        await updates.give_way()
