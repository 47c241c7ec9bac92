"""The panel itself: does it feel every corner and show every colour; and the pad of keys."""

from kioskd.domain.selftest import Result
from kioskd.flows.technician.devices import IDLE_S, Devices, Hands
from kioskd.screens.technician_keys import TechnicianKeys
from kioskd.screens.technician_panel import TechnicianColours, TechnicianTouch


async def touch_crosses(devices: Devices, _hands: Hands) -> Result:
    """A cross in each corner and one in the middle are touched."""
    assert devices.stage is not None, "no part of the command line's"
    return await devices.stage.show(TechnicianTouch(), IDLE_S)


async def look_at_colours(devices: Devices, _hands: Hands) -> Result:
    """Red, green, blue, black, white and greys are seen as such."""
    assert devices.stage is not None, "no part of the command line's"
    return await devices.stage.show(TechnicianColours(), IDLE_S)


async def press_keys(devices: Devices, _hands: Hands) -> Result:
    """Every key of the pad is pressed."""
    assert devices.stage is not None, "no part of the command line's"
    return await devices.stage.show(TechnicianKeys(), IDLE_S)
