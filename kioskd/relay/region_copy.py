"""The last region pack, kept on disk: a kiosk that starts without the centre still has its texts.

One file: a line of JSON that holds the centre's proof, then the pack as the centre sent it. It is
written beside and renamed, both synced, so that a power cut leaves the old or the new. Whatever is
read from the disk is checked like what comes from the line; what is not believed is no copy.
Nothing personal is in it (docs/decisions/0024, 0044).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kioskd import log
from kioskd.domain.region import RegionPack
from kioskd.errors import PackNotBelieved
from kioskd.protocols import central
from kioskd.protocols.central_pack import PackProof, SignedPack
from kioskd.relay.pack_check import BelievedPack, PackChecker
from kioskd.relay.safe_file import write_safely

FORMAT = 2
SIZE_MAX = 8 << 20


@dataclass(frozen=True, slots=True)
class SeenPack:
    """A region pack and when the centre last said that it is the one."""

    believed: BelievedPack
    confirmed_on: str
    """ISO date, by the kiosk's clock."""

    @property
    def pack(self) -> RegionPack:
        """What it holds."""
        return self.believed.pack


@dataclass(frozen=True, slots=True)
class _Format:
    """What every format has begun with."""

    format: int
    contract: int


@dataclass(frozen=True, slots=True)
class _Head:
    format: int
    contract: int
    confirmed_on: str
    proof: PackProof


class RegionCopy:
    """One file with the newest pack this kiosk has seen."""

    def __init__(self, path: Path, checker: PackChecker) -> None:
        self._path, self._checker = path, checker

    def load(self) -> SeenPack | None:
        """Return the kept pack; None where there is none that this program reads and believes."""
        try:
            with self._path.open("rb") as file:
                data = file.read(SIZE_MAX)
            signed, confirmed_on = _read(data)
            return SeenPack(self._checker.kept(signed), confirmed_on)
        except FileNotFoundError:
            return None
        except PackNotBelieved as doubt:
            log.warning("region.copy_not_believed", code=doubt.fault.value, reason=str(doubt))
        except (OSError, central.ContractBroken) as broken:
            log.warning("region.copy_unreadable", reason=str(broken))
        return None

    def keep(self, seen: SeenPack) -> None:
        """Keep ``seen``; a disk that refuses costs only the copy."""
        try:
            write_safely(self._path, _written(seen))
        except OSError as refused:
            log.warning("region.copy_not_kept", reason=str(refused))


def _written(seen: SeenPack) -> bytes:
    signed = seen.believed.signed
    head = _Head(FORMAT, central.CONTRACT_VERSION, seen.confirmed_on, signed.proof)
    return central.encode(head) + b"\n" + signed.body


def _read(data: bytes) -> tuple[SignedPack, str]:
    """Return what was kept and the day. Raises ContractBroken, which says what does not fit."""
    line, _, body = data.partition(b"\n")
    found = central.decode(line, _Format)
    if (found.format, found.contract) != (FORMAT, central.CONTRACT_VERSION):
        raise central.ContractBroken(f"format {found.format}, contract {found.contract}")
    head = central.decode(line, _Head)
    return SignedPack(body, head.proof), _day(head.confirmed_on)


def _day(text: str) -> str:
    """Return an ISO date; it is shown, and no signature covers it."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise central.ContractBroken("not a day") from None
