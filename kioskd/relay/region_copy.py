"""The last region pack, kept on disk: a kiosk that starts without the centre still has its texts.

One file: a line of JSON that says what follows, then the pack as the centre sent it. It is written
beside and renamed, both synced, so that a power cut leaves the old or the new; a line that does not
fit what follows makes it no copy at all. Nothing personal is in it (docs/decisions/0024).
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kioskd import log
from kioskd.domain.region import RegionPack
from kioskd.protocols import central
from kioskd.relay.safe_file import write_safely

FORMAT = 1
SIZE_MAX = 8 << 20


@dataclass(frozen=True, slots=True)
class SeenPack:
    """A region pack and when the centre last said that it is the one."""

    pack: RegionPack
    confirmed_on: str
    """ISO date, by the kiosk's clock."""


@dataclass(frozen=True, slots=True)
class _Head:
    format: int
    contract: int
    version: int
    confirmed_on: str
    size: int
    sha256: str


class RegionCopy:
    """One file with the newest pack this kiosk has seen."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> SeenPack | None:
        """Return the kept pack; None if there is none, or it is damaged or of another version."""
        try:
            with self._path.open("rb") as file:
                data = file.read(SIZE_MAX)
            return _read(data)
        except FileNotFoundError:
            return None
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
    pack = central.encode(seen.pack)
    head = _Head(
        FORMAT,
        central.CONTRACT_VERSION,
        seen.pack.version,
        seen.confirmed_on,
        len(pack),
        sha256(pack).hexdigest(),
    )
    return central.encode(head) + b"\n" + pack


def _read(data: bytes) -> SeenPack:
    """Raises ContractBroken, which says what does not fit."""
    line, _, pack = data.partition(b"\n")
    head = central.decode(line, _Head)
    if (head.format, head.contract) != (FORMAT, central.CONTRACT_VERSION):
        raise central.ContractBroken(f"format {head.format}, contract {head.contract}")
    if head.size != len(pack) or head.sha256 != sha256(pack).hexdigest():
        raise central.ContractBroken("cut or changed")
    return SeenPack(central.decode(pack, RegionPack), head.confirmed_on)
