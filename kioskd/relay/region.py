"""Requests about the region pack."""

from typing import Final

from kioskd.errors import PackFault, PackNotBelieved, ServerContractBroken
from kioskd.protocols import central
from kioskd.protocols.central_pack import PROOF_HEADER, PackProof, SignedPack
from kioskd.relay.line import CentralLine

NOT_MODIFIED: Final = 304


class RegionCalls(CentralLine):
    """Fulfils ``region_keeper.RegionSource``."""

    async def region(self, held: str = "") -> SignedPack | None:
        """Fetch this kiosk's region pack; None where it is still the one with the tag ``held``.

        Nothing is checked. Raises ServerError, PackNotBelieved(NOT_SIGNED).
        """
        about = {"If-None-Match": held} if held else {}
        path = central.REGION_PATH
        answer = await self.noted(lambda: self.answered("GET", path, about=about))
        if answer.status == NOT_MODIFIED:
            if not held:
                raise ServerContractBroken("not modified, but nothing is held")
            return None
        proof = answer.headers.get(PROOF_HEADER, "").encode()
        try:
            return SignedPack(answer.body, central.decode(proof, PackProof))
        except central.ContractBroken:
            raise PackNotBelieved(PackFault.NOT_SIGNED) from None
