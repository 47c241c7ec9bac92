"""Requests about the cabinet."""

from kioskd.protocols import central, central_cabinet
from kioskd.protocols.central_cabinet import CabinetEvent, Hold
from kioskd.relay.line import CentralLine


class CabinetCalls(CentralLine):
    """Fulfils ``contracts.CabinetServices``."""

    async def tell_event(self, event: CabinetEvent) -> Hold:
        path = central_cabinet.EVENT_PATH.format(ref=event.ref)
        return await self.call("PUT", path, Hold, central.encode(event))

    async def hold(self) -> Hold:
        return await self.call("GET", central_cabinet.HOLD_PATH, Hold)
