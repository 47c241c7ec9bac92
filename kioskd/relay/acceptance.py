"""Requests about acceptance sheets."""

from kioskd.protocols import central
from kioskd.protocols.acceptance import ACCEPTANCE_PATH, Acceptance, AcceptanceTaken
from kioskd.relay.line import CentralLine


class AcceptanceCalls(CentralLine):
    """Brings acceptance sheets to the centre."""

    async def send_acceptance(self, acceptance: Acceptance) -> AcceptanceTaken:
        """Idempotent by the sheet's own reference. Raises ServerError."""
        path = ACCEPTANCE_PATH.format(ref=acceptance.facts.ref)
        return await self.call("PUT", path, AcceptanceTaken, central.encode(acceptance))
