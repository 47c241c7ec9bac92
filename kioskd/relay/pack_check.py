"""Whether a region pack is what the centre means this kiosk to have; nothing else is believed.

The trust is that of the line: the pinned CA. It vouches for the key that signed, which may be
another one every week.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from kioskd.domain.region import RegionPack
from kioskd.errors import PackFault, PackNotBelieved
from kioskd.protocols import central
from kioskd.protocols.central_pack import PACK_KIND, PackStatement, SignedPack

AHEAD_MAX: Final = timedelta(days=1)
"""A centre whose clock once ran ahead must not make every later pack look old, for good."""


@dataclass(frozen=True, slots=True)
class BelievedPack:
    """A region pack, what the centre said of it, and both as they came."""

    pack: RegionPack
    statement: PackStatement
    signed: SignedPack


class PackChecker:
    """Knows the pinned CA and which kiosk this is."""

    def __init__(self, ca: Path, kiosk_id: str) -> None:
        self._ca, self._kiosk_id = ca, kiosk_id

    def fresh(self, signed: SignedPack, held: BelievedPack | None) -> BelievedPack:
        """Believe what the centre has just answered; ``held`` is the newest one believed so far.

        Raises PackNotBelieved.
        """
        now = datetime.now(UTC)
        found = self._believed(signed, now)
        if found.statement.edition > (now + AHEAD_MAX).timestamp():
            raise PackNotBelieved(PackFault.AHEAD)
        if held is not None and _is_older(found.statement, held.statement):
            raise PackNotBelieved(PackFault.OLDER)
        return found

    def kept(self, signed: SignedPack) -> BelievedPack:
        """Believe what lay on the disk: the same, but for the end of the signer's certificate.

        A kiosk that has not reached the centre for long still shows its hotlines, with their day.
        Raises PackNotBelieved.
        """
        return self._believed(signed, None)

    def _believed(self, signed: SignedPack, at: datetime | None) -> BelievedPack:
        """Check the signature before anything that it covers is read."""
        self._check_signature(signed, at)
        statement = _read_statement(signed.proof.statement)
        if statement.kiosk_id != self._kiosk_id:
            raise PackNotBelieved(PackFault.ANOTHER_KIOSK)
        if (statement.size, statement.sha256) != _measured(signed.body):
            raise PackNotBelieved(PackFault.OTHER_BYTES)
        try:
            pack = central.decode(signed.body, RegionPack)
        except central.ContractBroken:
            raise PackNotBelieved(PackFault.NOT_READABLE) from None
        if pack.version != statement.version:
            raise PackNotBelieved(PackFault.NOT_READABLE)
        return BelievedPack(pack, statement, signed)

    def _check_signature(self, signed: SignedPack, at: datetime | None) -> None:
        # cryptography comes with it: after the first picture, never before
        from kioskd.relay.pack_signature import check_signature

        try:
            ca = self._ca.read_bytes()
        except OSError:
            raise PackNotBelieved(PackFault.STRANGER) from None
        check_signature(ca, signed.proof, at)


def _is_older(one: PackStatement, held: PackStatement) -> bool:
    """The same bytes once more are no step back, whichever of the centre's servers gave them."""
    return one.edition < held.edition and one.sha256 != held.sha256


def _measured(body: bytes) -> tuple[int, str]:
    return len(body), sha256(body).hexdigest()


def _read_statement(data: bytes) -> PackStatement:
    try:
        statement = central.decode(data, PackStatement)
    except central.ContractBroken:
        raise PackNotBelieved(PackFault.ANOTHER_KIND) from None
    if statement.kind != PACK_KIND:
        raise PackNotBelieved(PackFault.ANOTHER_KIND)
    return statement
