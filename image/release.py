"""What the image says of itself, and whose bundles it will take: os-release and the release keys.

    python -m image.release stamp ROOTFS VERSION OUT    the same root as another version

The keys are given with RELEASE_KEYS (one or two public keys, PEM). Without them a key is made for
this folder alone, in ``build/release.pem``: good for trying updates, never for kiosks that serve.
"""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from image.bundle import make_key
from image.listed import HERE
from image.say import run, say

COMPATIBLE: Final = "kioskd-arm64"
OS_RELEASE: Final = "usr/lib/os-release"
KEYS: Final = "usr/share/kioskd/release-keys.pem"
OWN_KEY: Final = HERE.parent / "build/release.pem"


def say_release(root: Path, version: str) -> None:
    """Write into a root what it is and whose bundles it takes."""
    file = root / OS_RELEASE
    file.write_text(stamped(file.read_text(encoding="utf-8"), version), encoding="utf-8")
    target = root / KEYS
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(release_keys(), target)
    target.chmod(0o644)


def stamped(os_release: str, version: str) -> str:
    """Return an os-release that names our image (os-release(5))."""
    kept = [line for line in os_release.splitlines() if not line.startswith("IMAGE_")]
    return "\n".join([*kept, f"IMAGE_ID={COMPATIBLE}", f"IMAGE_VERSION={version}"]) + "\n"


def release_keys() -> Path:
    """Return the file of the public keys that are pinned."""
    given = os.environ.get("RELEASE_KEYS", "")
    if given:
        return Path(given)
    public = OWN_KEY.with_suffix(".pub.pem")
    if not public.exists():
        say(f"no RELEASE_KEYS: a key of this folder's own, {OWN_KEY.name}")
        OWN_KEY.parent.mkdir(parents=True, exist_ok=True)
        make_key(OWN_KEY)
    return public


def stamp(rootfs: Path, version: str, out: Path) -> None:
    """Copy a root file system (ext4) and let the copy say that it is of another version."""
    shutil.copyfile(rootfs, out)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "os-release"
        run(["debugfs", "-R", f"dump /{OS_RELEASE} {file}", out])
        file.write_text(stamped(file.read_text(encoding="utf-8"), version), encoding="utf-8")
        run(["debugfs", "-w", "-R", f"rm /{OS_RELEASE}", out])
        run(["debugfs", "-w", "-R", f"write {file} /{OS_RELEASE}", out])
        found = run(["debugfs", "-R", f"cat /{OS_RELEASE}", out])
    assert f"IMAGE_VERSION={version}\n" in found, "debugfs tells no failure by its exit code"


if __name__ == "__main__":
    stamp(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
