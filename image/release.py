"""What the image says of itself, and whose updates it takes: os-release and the release keys.

python -m image.release ROOTFS VERSION OUT    the same root as another version, to try updates
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from image.say import run

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


def stamp(rootfs: Path, version: str, out: Path) -> None:
    """Copy a root file system (ext4) and let the copy say that it is of another version."""
    shutil.copyfile(rootfs, out)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "os-release"
        run(["debugfs", "-R", f"dump /{OS_RELEASE} {file}", out])
        file.write_text(named(file.read_text(encoding="utf-8"), version), encoding="utf-8")
        run(["debugfs", "-w", "-R", f"rm /{OS_RELEASE}", out])
        run(["debugfs", "-w", "-R", f"write {file} /{OS_RELEASE}", out])
        found = run(["debugfs", "-R", f"cat /{OS_RELEASE}", out])
    assert f"IMAGE_VERSION={version}\n" in found, "debugfs tells no failure by its exit code"


if __name__ == "__main__":
    stamp(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
