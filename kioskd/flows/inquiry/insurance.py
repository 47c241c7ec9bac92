"""My insurance: who I am insured as, where, since when, and what was paid for me, year by year."""

from kioskd.domain.contribution import InsuranceView, Month, Scheme
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import scheme_name
from kioskd.screens.busy import BusyWith
from kioskd.screens.insurance import Insurance
from kioskd.screens.insurance_periods import InsurancePeriods
from kioskd.screens.navigation import Navigation


async def show_insurance(kiosk: Kiosk, visit: Visit) -> bool:
    """Show the latest year, then each year she asks for. Raises ServerError, SessionEnded."""
    names = tuple((rules.scheme, rules.name) for rules in kiosk.region.schemes)
    view = await _fetch(kiosk, visit, None)
    while True:
        answer = await kiosk.stage.show(Insurance(view, names, visit.person.name))
        if answer is Navigation.BACK:
            return True
        if isinstance(answer, Scheme):
            await _show_periods(kiosk, view, answer)
        else:
            view = await _fetch(kiosk, visit, answer)


async def _fetch(kiosk: Kiosk, visit: Visit, year: int | None) -> InsuranceView:
    return await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.insurance(visit.token, year)
    )


async def _show_periods(kiosk: Kiosk, view: InsuranceView, scheme: Scheme) -> None:
    enrolment = next(one for one in view.enrolments if one.scheme is scheme)
    today = kiosk.today()
    now = Month(today.year, today.month)
    await kiosk.stage.show(InsurancePeriods(enrolment, scheme_name(kiosk, scheme), now, page=0))
