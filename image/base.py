"""What takes long is kept for the next build: Debian's packages set up, and the initramfs."""

import hashlib
import shutil
from pathlib import Path

from image import pool, root_tree
from image.boot_files import make_initramfs
from image.finish import TREE
from image.pool import Locked, Pool
from image.say import run, say

SETTINGS = TREE / "etc/initramfs-tools/conf.d/kiosk"


def fresh_base(work: Path, pool_folder: Pool, epoch: int) -> Path:
    """Make the base anew in ``work``; the folder."""
    locked = system_packages(pool.read_lock())
    root_tree.run_arm64_here()
    folder = work / "base"
    root_tree.make_root(folder, locked, pool_folder.fetch(locked), epoch)
    shutil.copyfile(SETTINGS, folder / SETTINGS.relative_to(TREE))
    make_initramfs(folder, epoch)
    return folder


def system_packages(locked: tuple[Locked, ...]) -> tuple[Locked, ...]:
    """Leave out what only this build needs: headers."""
    return tuple(one for one in locked if one.name not in pool.build_only())


def kept_base(work: Path, pool_folder: Pool, epoch: int) -> Path:
    """Take the base of an earlier build of the same inputs, or make it."""
    kept = work / f"base-{_key()}"
    if not kept.exists():
        for old in work.glob("base-*"):
            shutil.rmtree(old)
        fresh_base(work, pool_folder, epoch).rename(kept)
    return kept


def _key() -> str:
    """Name what a base is made of: another content, another base."""
    recipe = root_tree.mmdebstrap(Path("root"), Path("repository"), pool.read_lock())
    text = "\n".join([*recipe, pool.LOCK.read_text("utf-8"), SETTINGS.read_text("utf-8")])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def copy_root(base: Path, root: Path) -> None:
    """Copy a base with owners, modes, links and attributes."""
    say("copying the base")
    shutil.rmtree(root, ignore_errors=True)
    run(["cp", "--archive", base, root])
