"""What differs between two images: per partition, per file, per attribute.

usage: python -m image.compare FIRST.img SECOND.img
"""

import hashlib
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from image.disk import partition_sha256
from image.filesystems import everything
from image.layout import BOOT, MIB, PARTITIONS, Partition
from image.say import run


def differences(
    first: Path, second: Path, work: Path, plan: Sequence[Partition] = PARTITIONS
) -> list[str]:
    """List what differs; empty if both images are the same bytes."""
    found = list(_outside_partitions(first, second, plan))
    for partition in plan:
        if partition_sha256(first, partition) != partition_sha256(second, partition):
            with tempfile.TemporaryDirectory(dir=work) as folder:
                found += _in_partition(first, second, partition, Path(folder))
    return found


def _outside_partitions(first: Path, second: Path, plan: Sequence[Partition]) -> Iterator[str]:
    """Compare the partition table, the gap behind it, and the sizes."""
    with first.open("rb") as one, second.open("rb") as other:
        if one.read(plan[0].offset) != other.read(plan[0].offset):
            yield "partition table: differs"
    sizes = [image.stat().st_size for image in (first, second)]
    if sizes[0] != sizes[1]:
        yield f"size: {sizes[0]} and {sizes[1]} bytes"


def _in_partition(first: Path, second: Path, partition: Partition, work: Path) -> list[str]:
    trees = []
    for name, image in (("first", first), ("second", second)):
        folder = work / name
        folder.mkdir()
        _unpack(image, partition, folder)
        trees.append({path.relative_to(folder).as_posix(): path for path in everything(folder)})
    found = list(_in_trees(*trees))
    same_files = "the files are the same: the file systems were made differently"
    return [f"{partition.name}: {line}" for line in found or [same_files]]


def _unpack(image: Path, partition: Partition, folder: Path) -> None:
    """Copy the files of one partition out of an image."""
    filesystem = folder.with_suffix(".part")
    with image.open("rb") as data, filesystem.open("wb") as file:
        data.seek(partition.offset)
        file.write(data.read(partition.size * MIB))
    if partition.number == BOOT.number:
        copy = ["mcopy", "-s", "-m", "-Q", "-i", str(filesystem), "::*", str(folder)]
        run(copy, env={"MTOOLS_SKIP_CHECK": "1"})
    else:
        run(["debugfs", "-R", f"rdump / {folder}", filesystem])
        shutil.rmtree(folder / "lost+found", ignore_errors=True)
    filesystem.unlink()


def _in_trees(first: dict[str, Path], second: dict[str, Path]) -> Iterator[str]:
    for name in sorted(first.keys() | second.keys()):
        if name not in second:
            yield f"/{name}: only in the first"
        elif name not in first:
            yield f"/{name}: only in the second"
        else:
            one, other = _facts(first[name]), _facts(second[name])
            for fact in one:
                if one[fact] != other[fact]:
                    yield f"/{name}: {fact} {one[fact]} and {other[fact]}"


def _facts(path: Path) -> dict[str, str]:
    status = path.lstat()
    return {
        "kind and mode": stat.filemode(status.st_mode),
        "owner": f"{status.st_uid}:{status.st_gid}",
        "time": "" if path.is_symlink() else str(int(status.st_mtime)),  # debugfs sets no link's
        "content": _content(path, status.st_mode),
    }


def _content(path: Path, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return f"-> {path.readlink()}"
    if not stat.S_ISREG(mode):
        return ""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()[:16]


def main() -> int:
    """Compare the two images that the command line names."""
    first, second = map(Path, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as work:
        found = differences(first, second, Path(work))
    print("\n".join(found) or "the same bytes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
