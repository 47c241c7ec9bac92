"""Folders as file systems: the same folder gives the same bytes, whenever it is made."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from image.layout import MIB, Partition
from image.say import run

FEATURES = (
    "none,64bit,dir_index,dir_nlink,ext_attr,extent,extra_isize,filetype,flex_bg,huge_file,large_file,"
    "metadata_csum,resize_inode,sparse_super"
)
"""Named one by one: what mke2fs would choose differs by Debian's release."""
HASH_SEED = "6b696f73-6b64-4000-8000-0000000000ff"


def clamp_times(folder: Path, epoch: int) -> None:
    """Give everything below ``folder`` the time ``epoch`` (seconds since 1970)."""
    for path in [*everything(folder), folder]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def everything(folder: Path) -> Iterator[Path]:
    """List what is below ``folder``, sorted, no links followed."""
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        path = Path(entry.path)
        yield path
        if entry.is_dir(follow_symlinks=False):
            yield from everything(path)


def make_fat(folder: Path, image: Path, partition: Partition, epoch: int) -> None:
    """Make a FAT file system with what is in ``folder``."""
    clamp_times(folder, epoch)
    with image.open("wb") as file:
        file.truncate(partition.size * MIB)
    fixed = ["--invariant", "-n", partition.label, "-i", partition.uuid]
    run(["mkfs.vfat", "-F", "32", "-s", "4", *fixed, image])
    for inside in [folder, *(path for path in everything(folder) if path.is_dir())]:
        _fill_fat_folder(image, inside, inside.relative_to(folder).as_posix(), epoch)


def _fill_fat_folder(image: Path, folder: Path, name: str, epoch: int) -> None:
    """Copy the files of one folder in order; mcopy alone would take the order of this disk."""
    env = {"MTOOLS_SKIP_CHECK": "1", "SOURCE_DATE_EPOCH": str(epoch)}
    if name != ".":
        run(["mmd", "-i", image, f"::{name}"], env=env)
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    if files:
        run(["mcopy", "-m", "-Q", "-i", image, *files, f"::{name}"], env=env)


def make_ext4(
    folder: Path, image: Path, partition: Partition, epoch: int, *, journal: bool = True
) -> None:
    """Make an ext4 file system with what is in ``folder``, owners and modes included."""
    image.unlink(missing_ok=True)
    clamp_times(folder, epoch)
    fixed = f"hash_seed={HASH_SEED},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0"
    words = ["mke2fs", "-q", "-t", "ext4", "-L", partition.label, "-U", partition.uuid, "-E", fixed]
    words += ["-T", "default", "-i", "16384", "-m", "0", "-b", "4096", "-I", "256"]
    words += ["-O", f"{FEATURES},has_journal" if journal else FEATURES, "-d", str(folder)]
    when = {"E2FSPROGS_FAKE_TIME": str(epoch), "SOURCE_DATE_EPOCH": str(epoch)}
    run([*words, image, f"{partition.size}M"], env=when)
    _set_times(image, epoch, when)


def _set_times(image: Path, epoch: int, env: dict[str, str]) -> None:
    """Overwrite the times that mke2fs copies from this machine and that no tool can set there."""
    listed = run(["dumpe2fs", "-h", image])
    counts = [line.split()[-1] for line in listed.splitlines() if line.startswith("Inode count")]
    count = int(counts[0])
    free = _free_inodes(run(["dumpe2fs", image]))
    fields = ("atime", "ctime", "mtime", "crtime")
    commands = [
        f"set_inode_field <{inode}> {field} @{epoch}"
        for inode in [2, *range(11, count + 1)]
        if inode not in free
        for field in fields
    ]
    run(["debugfs", "-w", "-f", "-", image], stdin="\n".join(commands) + "\n", env=env)


def _free_inodes(dump: str) -> set[int]:
    free: set[int] = set()
    for line in dump.splitlines():
        name, _, ranges = line.strip().partition(": ")
        if name == "Free inodes" and ranges:
            for part in ranges.split(", "):
                first, _, last = part.partition("-")
                free.update(range(int(first), int(last or first) + 1))
    return free


def is_socket_or_device(path: Path) -> bool:
    """Tell whether ``path`` is something that a root file system must not hold."""
    mode = path.lstat().st_mode
    return stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode) or stat.S_ISBLK(mode) or stat.S_ISCHR(mode)
