"""What the image says of itself, and whose updates it takes: os-release and the release keys."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IMAGE_ID: Final = "kioskd-arm64"
"""The kind of machine: Raspberry Pi 3 and 4 with Debian's kernel."""
OS_RELEASE: Final = "usr/lib/os-release"
KEYS: Final = "usr/share/kioskd/release-keys.pem"


@dataclass(frozen=True, slots=True)
class Release:
    """What the finished root says it is, and whom it believes."""

    version: str
    keys: Path | None
    """Public keys (PEM) that sign its updates; without, the kiosk takes none."""


def name_release(root: Path, release: Release) -> None:
    """Write what an update compares itself with: kind of machine, version, keys."""
    file = root / OS_RELEASE
    file.write_text(named(file.read_text(encoding="utf-8"), release.version), encoding="utf-8")
    if release.keys is not None:
        place = root / KEYS
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release.keys, place)
        place.chmod(0o644)


def named(os_release: str, version: str) -> str:
    """Return an os-release that names our image (os-release(5))."""
    own = [f'PRETTY_NAME="kioskd {version} (Debian 12)"', f"IMAGE_ID={IMAGE_ID}"]
    given = os_release.splitlines()
    kept = [line for line in given if not line.startswith(("IMAGE_", "PRETTY_NAME="))]
    return "\n".join([*own, f"IMAGE_VERSION={version}", *kept]) + "\n"
