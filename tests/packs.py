"""Region packs as a centre signs them, for the tests of who must believe them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kiosk_central.sample_trust import sample_authority
from kiosk_central.trust.ca import CA_FILE
from kiosk_central.trust.packs import Edition, PackSigner
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import encode
from kioskd.protocols.central_pack import SignedPack
from kioskd.relay.pack_check import BelievedPack, PackChecker

KIOSK, OTHER_KIOSK = "K0123", "K0124"
SINCE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@dataclass
class PackOffice:
    """A CA in a folder, and a server of its centre."""

    folder: Path
    signer: PackSigner = field(init=False)

    def __post_init__(self) -> None:
        self.signer = PackSigner(sample_authority(self.folder))

    @property
    def ca(self) -> Path:
        return self.folder / CA_FILE

    def checker(self, kiosk: str = KIOSK) -> PackChecker:
        """Return a kiosk's checker that pins this CA."""
        return PackChecker(self.ca, kiosk)

    def sign(self, pack: RegionPack, since: datetime = SINCE, kiosk: str = KIOSK) -> SignedPack:
        """Return a pack as this centre sends it."""
        return self.sign_bytes(encode(pack), pack.version, since, kiosk)

    def sign_bytes(
        self, body: bytes, version: int, since: datetime = SINCE, kiosk: str = KIOSK
    ) -> SignedPack:
        """Return any bytes as this centre sends a pack."""
        return SignedPack(body, self.signer.proof(kiosk, Edition(body, version, since)))

    def believed(self, pack: RegionPack, since: datetime = SINCE) -> BelievedPack:
        """Return a pack that the kiosk has come to believe."""
        return self.checker().kept(self.sign(pack, since))
