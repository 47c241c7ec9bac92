"""What turns a Debian root into the kiosk's: our files and units, no way in, no traces."""

import glob
import shutil
import stat
from pathlib import Path

from image.filesystems import everything
from image.listed import HERE, lines, reasoned
from image.release import Release, name_release
from image.say import BuildRefused, run, say

PROJECT = HERE.parent
REMOVED, TREE, UNITS = HERE / "removed.txt", HERE / "tree", PROJECT / "systemd"
FILES, MASKS = UNITS / "kiosk.files", UNITS / "kiosk.masks"
LINKS = {
    "etc/kioskd": "/run/kioskd-site",
    "etc/localtime": "/usr/share/zoneinfo/Asia/Shanghai",
    "etc/resolv.conf": "/run/systemd/resolve/resolv.conf",
    "etc/mtab": "/proc/self/mounts",
}
"""What points elsewhere: the site's settings are made at each boot, in memory."""
FOLDERS = "boot/firmware", "data", "var/lib/kioskd", "var/spool", "var/tmp"
"""Places to mount on."""
SET_ID = 0o6000


def finish(root: Path, release: Release, epoch: int) -> None:
    """Make ``root`` the kiosk's, with its Python already in it."""
    say("putting in the kiosk's files and units")
    shutil.copytree(TREE, root, dirs_exist_ok=True, copy_function=_copy)
    for source, place in placed():
        target = root / place.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, target)
    for name, points_to in LINKS.items():
        _link(root / name, points_to)
    run(["systemd-sysusers", f"--root={root}"], env={"SOURCE_DATE_EPOCH": str(epoch)})
    _choose_units(root)
    name_release(root, release)
    lock_accounts(root)
    remove(root)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    take_set_id(root)


def placed() -> list[tuple[Path, str]]:
    """Read which file beside kiosk.files goes to which path of the root.

    Raises:
        BuildRefused: a file that is listed is not there.
    """
    pairs = [(UNITS / name, place) for name, place in (line.split() for line in lines(FILES))]
    missing = [str(source) for source, _ in pairs if not source.is_file()]
    if missing:
        raise BuildRefused(f"{FILES.name} lists what is not there: {', '.join(missing)}")
    return pairs


def _copy(source: Path | str, target: Path | str) -> str:
    """Copy a file, readable by all, executable if it is so here, whatever this machine's umask."""
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if Path(source).stat().st_mode & 0o100 else 0o644)
    return str(target)


def _link(place: Path, target: str) -> None:
    if place.is_dir() and not place.is_symlink():
        place.rmdir()
    place.unlink(missing_ok=True)
    place.symlink_to(target)


def _choose_units(root: Path) -> None:
    """Let the preset say which units start, and mask what must never."""
    run(["systemctl", f"--root={root}", "preset-all", "--preset-mode=full"])
    run(["systemctl", f"--root={root}", "mask", *lines(MASKS)])


def lock_accounts(root: Path) -> None:
    """Leave no account with a password or a way in: nobody logs in at a kiosk."""
    shadow = root / "etc/shadow"
    lines = [line.split(":") for line in shadow.read_text(encoding="utf-8").splitlines()]
    text = "".join(":".join([name, "!*", *rest]) + "\n" for name, _, *rest in lines)
    shadow.write_text(text, encoding="utf-8")
    accounts = root / "etc/passwd"
    lines = [line.split(":") for line in accounts.read_text(encoding="utf-8").splitlines()]
    text = "".join(":".join([*line[:6], "/usr/sbin/nologin"]) + "\n" for line in lines)
    accounts.write_text(text, encoding="utf-8")
    for backup in root.glob("etc/*-"):
        backup.unlink()


def remove(root: Path) -> None:
    """Remove what removed.txt names: state of this build, and what nobody needs.

    The places to mount on are made last: some lie in folders that are emptied.
    """
    for line in reasoned(REMOVED):
        for found in glob.glob(line.what.lstrip("/"), root_dir=root, include_hidden=True):
            path = root / found
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    (root / "etc/machine-id").write_text("", encoding="ascii")
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)


def take_set_id(root: Path) -> None:
    """Let no program run with another's rights than those of who starts it."""
    for path in everything(root):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & SET_ID:
            path.chmod(stat.S_IMODE(mode) & ~SET_ID)
