"""Where to go: outlets on a map, those that help with what she needs, and one of them in full."""

from datetime import datetime

from kioskd.domain.region_info import Outlet, OutletNeed, open_now
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.navigation import Navigation
from kioskd.screens.outlets import (
    OutletDetail,
    OutletNeeds,
    Outlets,
    OutletsChoice,
    Place,
)


async def show_outlets(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Show outlets, filtered by what she needs, until she goes back. Raises SessionEnded."""
    need: OutletNeed | None = None
    while True:
        places = tuple(_place(kiosk, outlet) for outlet in kiosk.region.outlets)
        here = next((place for place in places if place.here), None)
        shown = tuple(p for p in places if need is None or need.id in p.outlet.helps)
        city = kiosk.region.city_map
        answer = await kiosk.stage.show(Outlets(shown, city, need, here))
        if answer is OutletsChoice.BACK:
            return True
        if isinstance(answer, Place):
            number = shown.index(answer) + 1
            await kiosk.stage.show(OutletDetail(answer, number, city, here))
        else:
            need = await _what_for(kiosk, need)


async def _what_for(kiosk: Kiosk, before: OutletNeed | None) -> OutletNeed | None:
    """Ask what she needs; going back leaves it as it was."""
    answer = await kiosk.stage.show(OutletNeeds(kiosk.region.outlet_needs))
    return before if isinstance(answer, Navigation) else answer


def _place(kiosk: Kiosk, outlet: Outlet) -> Place:
    """Return an outlet with whether it is open at this moment, by the clock on the wall."""
    now = datetime.fromisoformat(kiosk.desk.now()).astimezone()
    state = open_now(outlet.opening, now.isoweekday(), now.hour * 60 + now.minute)
    return Place(outlet, state, bool(outlet.id) and outlet.id == kiosk.outlet_id)
