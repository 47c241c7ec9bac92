"""What the kiosk asks of personal information."""

from kioskd.domain.profile import Profile
from kioskd.domain.secret import SessionToken
from kioskd.protocols import central
from kioskd.protocols.central_profile import (
    PROFILE_CHANGE_PATH,
    PROFILE_PATH,
    ProfileChange,
    ProfileChanged,
)
from kioskd.relay.line import CentralLine


class ProfileCalls(CentralLine):
    """Fulfils ``contracts.ProfileServices``."""

    async def profile(self, token: SessionToken) -> Profile:
        return await self.call("GET", PROFILE_PATH, Profile, token=token)

    async def change_profile(
        self, token: SessionToken, ref: str, change: ProfileChange
    ) -> ProfileChanged:
        path, body = PROFILE_CHANGE_PATH.format(ref=ref), central.encode(change)
        return await self.call("PUT", path, ProfileChanged, body, token)
