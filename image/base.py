"""What takes long is kept for the next build: Debian's packages set up, and the initramfs."""

import hashlib
import shutil
from pathlib import Path

from image import pool, root_tree
from image.filesystems import everything
from image.finish import TREE
from image.initramfs import make_initramfs
from image.pool import Pool
from image.say import run, say

SETTINGS = TREE / "etc/initramfs-tools"


def fresh_base(work: Path, pool_folder: Pool) -> Path:
    """Make the base anew in ``work``; the folder."""
    locked, epoch = pool.read_lock().system, base_epoch()
    root_tree.run_arm64_here()
    folder = work / "base"
    root_tree.make_root(folder, locked, pool_folder.fetch(locked), epoch)
    shutil.copytree(SETTINGS, folder / SETTINGS.relative_to(TREE), dirs_exist_ok=True)
    make_initramfs(folder, epoch)
    return folder


def kept_base(work: Path, pool_folder: Pool) -> Path:
    """Take the base of an earlier build of the same inputs, or make it."""
    kept = work / f"base-{_key()}"
    if not kept.exists():
        for old in work.glob("base-*"):
            shutil.rmtree(old)
        fresh_base(work, pool_folder).rename(kept)
    return kept


def base_epoch() -> int:
    """Give the time of everything in a base: of the lock's last commit, whichever commit is built.

    Seconds since 1970. A base that was kept is then the same as one made anew.
    """
    words = ["git", "-C", str(pool.LOCK.parent), "log", "-1", "--format=%ct", "--", pool.LOCK.name]
    return int(run(words) or 0)


def _key() -> str:
    """Name what a base is made of: another content, another base."""
    locked = pool.read_lock().system
    recipe = root_tree.mmdebstrap(Path("root"), Path("repository"), locked)
    settings = [one.read_text("utf-8") for one in everything(SETTINGS) if one.is_file()]
    text = "\n".join([*recipe, *map(str, locked), *settings, str(base_epoch())])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def copy_root(base: Path, root: Path) -> None:
    """Copy a base with owners, modes, links and attributes."""
    say("copying the base")
    shutil.rmtree(root, ignore_errors=True)
    run(["cp", "--archive", base, root])
