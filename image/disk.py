"""The card's image: partition table and file systems put together in one sparse file."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from image.layout import MIB, PARTITIONS, Partition, disk_bytes, sfdisk_script
from image.say import run

_BLOCK = 4 * MIB


def make_disk(
    disk: Path, filesystems: Mapping[Partition, Path], plan: Sequence[Partition] = PARTITIONS
) -> None:
    """Write the partition table and each partition's file system; one not given stays empty."""
    with disk.open("wb") as file:
        file.truncate(disk_bytes(plan))
    run(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", disk], stdin=sfdisk_script(plan))
    for partition, filesystem in filesystems.items():
        _copy_sparse(filesystem, disk, partition.offset)


def _copy_sparse(source: Path, disk: Path, offset: int) -> None:
    with source.open("rb") as data, disk.open("r+b") as file:
        position = offset
        while block := data.read(_BLOCK):
            if block.count(0) != len(block):
                file.seek(position)
                file.write(block)
            position += len(block)


def partition_sha256(disk: Path, partition: Partition) -> str:
    """Hash one partition of an image or a card, as the manifest does: all its bytes."""
    digest = hashlib.sha256()
    with disk.open("rb") as file:
        file.seek(partition.offset)
        left = partition.size * MIB
        while left:
            block = file.read(min(_BLOCK, left))
            digest.update(block)
            left -= len(block) or left
    return digest.hexdigest()
