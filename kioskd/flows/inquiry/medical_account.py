"""My medical personal account: what is in it, what the bank credited, what I spent."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.busy import BusyWith
from kioskd.screens.medical_account import MedicalAccountScreen
from kioskd.screens.navigation import Navigation


async def show_medical_account(kiosk: Kiosk, visit: Visit) -> bool:
    """Show the latest year, then each year she asks for. Raises ServerError, SessionEnded."""
    year: int | None = None
    while True:
        account = await kiosk.while_busy(
            BusyWith.LOADING,
            lambda wanted=year: kiosk.central.medical_account(visit.token, wanted),  # type: ignore[misc]
        )
        answer = await kiosk.stage.show(MedicalAccountScreen(account, visit.person.name))
        if answer is Navigation.BACK:
            return True
        year = answer
