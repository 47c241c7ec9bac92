"""My insurance: who I am insured as, and what was paid for me, year by year."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.busy import BusyWith
from kioskd.screens.insurance import Insurance
from kioskd.screens.navigation import Navigation


async def show_insurance(kiosk: Kiosk, visit: Visit) -> bool:
    """Show the latest year, then each year she asks for. Raises ServerError, SessionEnded."""
    names = tuple((rules.scheme, rules.name) for rules in kiosk.region.schemes)
    year: int | None = None
    while True:
        view = await kiosk.while_busy(
            BusyWith.LOADING,
            lambda wanted=year: kiosk.central.insurance(visit.token, wanted),  # type: ignore[misc]
        )
        answer = await kiosk.stage.show(Insurance(view, names, visit.person.name))
        if answer is Navigation.BACK:
            return True
        year = answer
