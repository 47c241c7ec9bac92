"""The manifest beside an image: what it is, made of what, and the hash of every partition."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.disk import partition_sha256
from image.finish import PROJECT
from image.layout import MIB, PARTITIONS, disk_bytes
from image.pool import read_lock
from image.say import BuildRefused, run

FORMAT = "kioskd-image 1"


@dataclass(frozen=True, slots=True)
class PartitionHash:
    """One partition as a card must hold it."""

    name: str
    offset: int
    size: int
    sha256: str


def version() -> str:
    """Give kioskd's version, as the package has it."""
    text = (PROJECT / "kioskd/__init__.py").read_text(encoding="utf-8")
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("__version__"))


def write(disk: Path, root: Path, file: Path, name: str, epoch: int) -> None:
    """Write the manifest of an image made from ``root``."""
    facts: dict[str, Any] = {
        "format": FORMAT,
        "version": name,
        "commit": run(["git", "-C", PROJECT, "rev-parse", "HEAD"]).strip(),
        "changed_since": bool(run(["git", "-C", PROJECT, "status", "--porcelain"]).strip()),
        "source_date_epoch": epoch,
        "debian": (root / "etc/debian_version").read_text(encoding="ascii").strip(),
        "kernel": next((root / "usr/lib/modules").iterdir()).name,
        "debian_packages": len(read_lock().system),
        "size": disk_bytes(),
        "partitions": [
            {
                "name": one.name,
                "offset": one.offset,
                "size": one.size * MIB,
                "sha256": partition_sha256(disk, one),
            }
            for one in PARTITIONS
        ],
    }
    file.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def read(file: Path) -> tuple[PartitionHash, ...]:
    """Read the partitions of a manifest.

    Raises:
        BuildRefused: it is no manifest of a kiosk's image.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise BuildRefused(f"{file.name} is of format {facts['format']}, not {FORMAT}")
        return tuple(PartitionHash(**one) for one in facts["partitions"])
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise BuildRefused(f"{file.name} is no manifest of a kiosk's image: {broken}") from broken
