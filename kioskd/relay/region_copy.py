"""The last region pack, kept on disk so that policy texts are there with the network down.

Holds nothing personal. Written whole and renamed, so that a power cut leaves the old or the new.
"""

import os
from pathlib import Path

from kioskd import log
from kioskd.domain.region import RegionPack
from kioskd.protocols import central


class RegionCopy:
    """One file with the newest pack this kiosk has seen."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> RegionPack | None:
        """Return the kept pack; None if there is none or it is damaged."""
        try:
            return central.decode(self._path.read_bytes(), RegionPack)
        except FileNotFoundError:
            return None
        except (OSError, central.ContractBroken) as broken:
            log.warning("region.copy_unreadable", reason=str(broken))
            return None

    def keep(self, pack: RegionPack) -> None:
        """Keep ``pack``; a disk that refuses costs only the copy."""
        part = self._path.with_suffix(".part")
        try:
            part.write_bytes(central.encode(pack))
            os.replace(part, self._path)
        except OSError as refused:
            log.warning("region.copy_not_kept", reason=str(refused))
