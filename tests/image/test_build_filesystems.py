"""The same files give the same image, byte by byte; the comparer names every difference."""

import os
import random
from pathlib import Path

import pytest

from image.compare import differences
from image.disk import make_disk
from image.filesystems import make_ext4, make_fat
from image.layout import BOOT, DATA, ROOT_A, ROOT_B, Partition
from image.say import run

EPOCH = 1_790_000_000
NAMES = [f"usr/lib/part{number % 9}/file{number}" for number in range(80)]
PLAN = (
    Partition(BOOT.number, BOOT.name, 1, 136, BOOT.type, BOOT.label, BOOT.uuid),
    Partition(ROOT_A.number, ROOT_A.name, 137, 32, ROOT_A.type, ROOT_A.label, ROOT_A.uuid),
    Partition(ROOT_B.number, ROOT_B.name, 169, 32, ROOT_B.type, ROOT_B.label, ROOT_B.uuid),
    Partition(DATA.number, DATA.name, 201, 16, DATA.type, DATA.label, DATA.uuid),
)
"""As a card is cut, but small."""


def make_image(work: Path, seed: int, changed: str = "") -> Path:
    """Make an image of a small root, its files written in an order of their own."""
    root, boot = work / f"root{seed}", work / f"boot{seed}"
    for folder in (root, boot):
        for name in random.Random(seed).sample(NAMES, len(NAMES)):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{name} {'!' * (name == changed)}\n" * 40, encoding="ascii")
    (root / "link").symlink_to(NAMES[1])
    os.link(root / NAMES[0], root / "again")
    rootfs, fat, disk = (work / f"{name}{seed}" for name in ("rootfs", "fat", "disk"))
    make_fat(boot, fat, PLAN[0], EPOCH)
    make_ext4(root, rootfs, PLAN[1], EPOCH, journal=False)
    make_disk(disk, {PLAN[0]: fat, PLAN[1]: rootfs}, PLAN)
    return disk


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path


def test_the_same_files_are_the_same_bytes(work: Path) -> None:
    """Two images of the same files, made in another order at another time, do not differ."""
    first, second = make_image(work, 1), make_image(work, 2)
    assert first.read_bytes() == second.read_bytes()
    assert differences(first, second, work, PLAN) == []


def test_a_planted_difference_is_named(work: Path) -> None:
    """One changed file is found in both partitions that hold it, by its path and what differs."""
    first, second = make_image(work, 1), make_image(work, 2, changed=NAMES[30])
    found = differences(first, second, work, PLAN)
    assert [line.split(" ")[:3] for line in found] == [
        ["boot:", f"/{NAMES[30]}:", "content"],
        ["root-a:", f"/{NAMES[30]}:", "content"],
    ]


def test_a_file_system_made_otherwise_is_told(work: Path) -> None:
    """Bytes that differ below equal files are told, not passed over."""
    first, second = make_image(work, 1), make_image(work, 2)
    with second.open("r+b") as disk:
        disk.seek(PLAN[1].offset + 500)
        disk.write(b"x")
    found = differences(first, second, work, PLAN)
    assert found == ["root-a: the files are the same: the file systems were made differently"]


def test_the_root_is_clean_and_holds_no_time_of_the_build(work: Path) -> None:
    """The file system passes its own check, and every inode carries the one time given."""
    make_image(work, 1)
    rootfs = work / "rootfs1"
    run(["e2fsck", "-f", "-n", rootfs])
    shown = run(["debugfs", "-R", f"stat {NAMES[3]}", rootfs])
    times = {line.split()[1].split(":")[0] for line in shown.splitlines() if "time: 0x" in line}
    assert times == {f"{EPOCH:#010x}"}
