"""Requests about the fleet."""

from kioskd.protocols import central, central_fleet
from kioskd.protocols.central_fleet import Heartbeat, HeartbeatAnswer
from kioskd.relay.line import CentralLine


class FleetCalls(CentralLine):
    """Fulfils ``heartbeat.HeartbeatTarget``."""

    async def beat(self, heart: Heartbeat) -> HeartbeatAnswer:
        """Tell how this kiosk is. Raises ServerError."""
        path = central_fleet.HEARTBEAT_PATH
        return await self.call("PUT", path, HeartbeatAnswer, central.encode(heart))

    async def send_bundle(self, ref: str, lines: bytes) -> None:
        """Send the log bundle of an order. Raises ServerError."""
        path = central_fleet.BUNDLE_PATH.format(ref=ref)
        await self.noted(lambda: self.exchange("PUT", path, lines))
