"""Policy texts: from the region pack, so they are there with the network down too."""

from kioskd.domain.region import PolicyText
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.navigation import Navigation
from kioskd.screens.policies import PolicyList, PolicyReader


async def read_policies(kiosk: Kiosk, _visit: Visit | None) -> bool:
    """Let her choose and read texts until she goes back. Raises SessionEnded."""
    while True:
        choice = await kiosk.stage.show(PolicyList(kiosk.region.policies, page=0))
        if not isinstance(choice, PolicyText):
            assert choice is Navigation.BACK
            return True
        await kiosk.stage.show(PolicyReader(choice, page=0))
