"""Policy texts: from the region pack, so they are there with the network down too."""

from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.policies import Picked, PolicyChoice, PolicyList, PolicyReader
from kioskd.screens.policy_search import Found, PolicySearch


async def read_policies(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Let her choose, search and read texts until she goes back. Raises SessionEnded."""
    screen = PolicyList(kiosk.region.policies, kiosk.pack_state())
    while True:
        choice = await kiosk.stage.show(screen)
        match choice:
            case Picked(policy, category, page):
                screen = PolicyList(kiosk.region.policies, kiosk.pack_state(), category, page)
                await kiosk.stage.show(PolicyReader(policy, page=0))
            case PolicyChoice.SEARCH:
                await _search(kiosk)
            case PolicyChoice.BACK:
                return True


async def _search(kiosk: Kiosk) -> None:
    """Let her type letters and read what she finds; the search stands as it was afterwards."""
    screen = PolicySearch(kiosk.region.policies)
    while True:
        found = await kiosk.stage.show(screen)
        if not isinstance(found, Found):
            return
        await kiosk.stage.show(PolicyReader(found.policy, page=0))
        screen = PolicySearch(kiosk.region.policies, found.typed, found.page)
