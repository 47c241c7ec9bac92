"""The first file system in memory: it finds the root on the card, and holds nothing else."""

from collections.abc import Iterable
from pathlib import Path

from image.listed import lines, only
from image.say import BuildRefused, run, say

MODULES = Path("etc/initramfs-tools/modules")
BOARDS = "bcm2711-*.dtb", "bcm2837-*.dtb"
"""Raspberry Pi 4 and 3, as this kernel knows them."""
_DRIVERS = tuple(f"kernel/drivers/{name}/" for name in ("mmc", "regulator", "reset"))
"""What a card slot may need before there is a root."""


def make_initramfs(root: Path, epoch: int) -> Path:
    """Make the root's initramfs in the root; where it is.

    Raises:
        BuildRefused: a board needs a module that is not on the list.
    """
    kernel = only(root.glob("usr/lib/modules/*")).name
    file = Path("boot") / f"initrd.img-{kernel}"
    if missing := missing_modules(root, boards(root)):
        raise BuildRefused(f"{MODULES} lacks what the boards need: {', '.join(missing)}")
    say("making the initramfs")
    run(
        ["chroot", root, "mkinitramfs", "-o", f"/{file}", kernel],
        env={"SOURCE_DATE_EPOCH": str(epoch), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    return root / file


def boards(root: Path) -> list[Path]:
    """List the device trees of the boards a kiosk may have."""
    folder = only(root.glob("usr/lib/linux-image-*")) / "broadcom"
    return sorted(file for pattern in BOARDS for file in folder.glob(pattern))


def missing_modules(root: Path, trees: Iterable[Path]) -> list[str]:
    """List modules for card slots that a device tree names and the initramfs would not have."""
    folder = only(root.glob("usr/lib/modules/*"))
    places = {}
    for line in (folder / "modules.dep").read_text(encoding="ascii").splitlines():
        place = line.partition(":")[0]
        places[Path(place).name.removesuffix(".ko").replace("-", "_")] = place
    contents = [tree.read_bytes() for tree in trees]
    needed = {
        module
        for compatible, module in _device_tree_aliases(folder / "modules.alias")
        if places.get(module, "").startswith(_DRIVERS)
        and any(compatible + b"\0" in content for content in contents)
    }
    return sorted(needed - set(lines(root / MODULES)))


def _device_tree_aliases(file: Path) -> Iterable[tuple[bytes, str]]:
    """Read which module serves which device: ``alias of:N*T*Cbrcm,bcm2835-sdhost bcm2835``."""
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith("alias of:N*T*C"):
            alias, module = line.split()[1:]
            compatible = alias.removeprefix("of:N*T*C").removesuffix("C*")
            yield compatible.encode("ascii"), module
