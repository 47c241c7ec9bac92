"""The boot partition as a folder: the Pi's start files, a folder for each slot, kioskd.txt."""

import shutil
from pathlib import Path

from image.initramfs import boards
from image.layout import ROOT_A, ROOT_B, partition_id
from image.listed import HERE, only

SLOTS = {"a": ROOT_A, "b": ROOT_B}
CONFIG, TEMPLATE = HERE / "boot/config.txt", HERE / "kioskd.txt"
PARAMETERS = HERE.parent / "systemd/kiosk.cmdline"


def take_slot_files(root: Path, slot: Path) -> None:
    """Move kernel and initramfs out of ``root`` and copy its board files: what starts that root."""
    shutil.rmtree(slot, ignore_errors=True)
    slot.mkdir(parents=True)
    shutil.move(only(root.glob("boot/vmlinuz-*")), slot / "vmlinuz")
    shutil.move(only(root.glob("boot/initrd.img-*")), slot / "initrd.img")
    for board in boards(root):
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
