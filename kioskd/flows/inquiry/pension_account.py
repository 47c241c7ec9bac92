"""My pension personal account: what is in it, and how it came there."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.busy import BusyWith
from kioskd.screens.pension_account import PensionAccountScreen


async def show_pension_account(kiosk: Kiosk, visit: Visit) -> bool:
    """Show it until she goes back. Raises ServerError, SessionEnded."""
    account = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.pension_account(visit.token)
    )
    await kiosk.stage.show(PensionAccountScreen(account, visit.person.name, page=0))
    return True
