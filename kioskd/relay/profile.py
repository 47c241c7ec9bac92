"""What the kiosk asks of personal information."""

from kioskd.domain.profile import Profile
from kioskd.domain.secret import SessionToken
from kioskd.errors import ServerContractBroken
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
        profile = await self.call("GET", PROFILE_PATH, Profile, token=token)
        field = profile.not_showable()
        if field is not None:
            raise ServerContractBroken(f"profile: {field.value} cannot be shown")
        return profile

    async def change_profile(
        self, token: SessionToken, ref: str, change: ProfileChange
    ) -> ProfileChanged:
        path, body = PROFILE_CHANGE_PATH.format(ref=ref), central.encode(change)
        done = await self.call("PUT", path, ProfileChanged, body, token)
        asked = [one.field for one in change.changes]
        if done.ref != ref or [one.field for one in done.fields] != asked:
            raise ServerContractBroken("profile: the answer is to another change")
        return done
