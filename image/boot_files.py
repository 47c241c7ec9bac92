"""The boot partition as a folder: the Pi's start files, a folder for each slot, kioskd.txt."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from image.layout import ROOT_A, ROOT_B, partition_id
from image.listed import HERE
from image.say import run, say

SLOTS = {"a": ROOT_A, "b": ROOT_B}
CONFIG, TEMPLATE = HERE / "boot/config.txt", HERE / "kioskd.txt"
PARAMETERS = HERE.parent / "systemd/kiosk.cmdline"
BOARDS = "bcm2711-*.dtb", "bcm2837-*.dtb"
"""Raspberry Pi 4 and 3, as this kernel knows them."""


def make_initramfs(root: Path, epoch: int) -> Path:
    """Make the root's initramfs once, in the root; where it is."""
    kernel = only(root.glob("lib/modules/*")).name
    file = Path("boot") / f"initrd.img-{kernel}"
    say("making the initramfs")
    run(
        ["chroot", root, "mkinitramfs", "-o", f"/{file}", kernel],
        env={"SOURCE_DATE_EPOCH": str(epoch), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    return root / file


def take_slot_files(root: Path, slot: Path) -> None:
    """Move kernel and initramfs out of ``root`` and copy its board files: what starts that root."""
    shutil.rmtree(slot, ignore_errors=True)
    slot.mkdir(parents=True)
    shutil.move(only(root.glob("boot/vmlinuz-*")), slot / "vmlinuz")
    shutil.move(only(root.glob("boot/initrd.img-*")), slot / "initrd.img")
    boards = only(root.glob("usr/lib/linux-image-*")) / "broadcom"
    for pattern in BOARDS:
        for board in sorted(boards.glob(pattern)):
            shutil.copyfile(board, slot / board.name)


def make_boot(slot: Path, firmware: Path, boot: Path) -> None:
    """Lay out the boot partition from a slot's files and the folder of the Pi's start files."""
    shutil.rmtree(boot, ignore_errors=True)
    boot.mkdir(parents=True)
    for file in sorted(firmware.iterdir()):
        shutil.copyfile(file, boot / file.name)
    for name in SLOTS:
        shutil.copytree(slot, boot / name)
        (boot / name / "cmdline.txt").write_text(command_line(name), encoding="ascii")
    config = CONFIG.read_text(encoding="ascii")
    (boot / "config.txt").write_text(config, encoding="ascii")
    trial = config.replace("os_prefix=a/", "os_prefix=b/")
    (boot / "tryboot.txt").write_text(trial, encoding="ascii")

    if TEMPLATE.exists():
        shutil.copyfile(TEMPLATE, boot / "kioskd.txt")


def command_line(slot: str) -> str:
    """Give the kernel command line of a slot."""
    where = f"root=PARTUUID={partition_id(SLOTS[slot])} ro rootwait kioskd.slot={slot}"
    return f"{where} {PARAMETERS.read_text(encoding='ascii').strip()}\n"


def only(found: Iterable[Path]) -> Path:
    """Give the one path that is meant; it is our mistake if there are none or more."""
    paths = sorted(found)
    assert len(paths) == 1, f"one expected: {[os.fspath(path) for path in paths]}"
    return paths[0]
