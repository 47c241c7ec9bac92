"""The machine as provisioning asks of it; the only place here that starts programs as root."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import msgspec

from kioskd import log

TIMEOUT_S: Final = 30.0
GROW_TIMEOUT_S: Final = 300.0
BLKGETSIZE64: Final = 0x80081272
"""``linux/fs.h``: the size of a block device in bytes, into 64 bits."""


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface that is a piece of hardware."""

    name: str
    mac: str
    addresses: tuple[str, ...]


class Machine(Protocol):
    """What provisioning asks of the machine."""

    def is_mounted(self, folder: Path) -> bool:
        """Tell whether a file system of its own is mounted there."""

    def is_read_only(self, folder: Path) -> bool:
        """Tell whether nothing can be written there. Raises OSError."""

    def free_bytes(self, folder: Path) -> int:
        """Return how much room a program has there. Raises OSError."""

    def set_writable(self, folder: Path, writable: bool) -> None:
        """Mount it anew for reading and writing, or for reading only. Raises OSError."""

    def partition_of(self, folder: Path) -> "Partition | None":
        """Return the partition that is mounted there, or None if that cannot be told."""

    def resize(self, partition: "Partition") -> None:
        """Tell the kernel a partition's new size, and let its ext4 fill it. Raises OSError."""

    def give(self, path: Path, *, group_only: bool) -> None:
        """Give a file or folder to the kiosk's account, or only its group. Raises OSError."""

    def reread_device_names(self) -> None:
        """Let udev read its rules, and name what is plugged in already. Raises OSError."""

    def set_host_name(self, name: str) -> None:
        """Call this machine so. Raises OSError."""

    def serial_number(self) -> str:
        """Return the board's, empty if it has none."""

    def links(self) -> tuple[Link, ...]:
        """Return the network interfaces."""

    def slot(self) -> str:
        """Return which root file system runs: ``a`` or ``b``; empty where there are none."""

    def now(self) -> float:
        """Return the seconds since 1970, by this machine's clock."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a disk with an MBR."""

    disk: Path
    device: Path
    number: int
    disk_bytes: int


@contextmanager
def writable(machine: Machine, folder: Path) -> Iterator[None]:
    """Have a partition writable for the length of the block. Raises OSError."""
    if not machine.is_mounted(folder) or not machine.is_read_only(folder):
        yield
        return
    machine.set_writable(folder, True)
    try:
        yield
    finally:
        os.sync()
        machine.set_writable(folder, False)


class LinuxMachine:
    """A Linux with systemd; fulfils ``Machine``."""

    account = "kioskd"

    def is_mounted(self, folder: Path) -> bool:
        return os.path.ismount(folder)

    def is_read_only(self, folder: Path) -> bool:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)

    def free_bytes(self, folder: Path) -> int:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize

    def set_writable(self, folder: Path, writable: bool) -> None:
        _run("mount", "-o", "remount,rw" if writable else "remount,ro", str(folder))

    def partition_of(self, folder: Path) -> Partition | None:
        number = os.stat(folder).st_dev
        here = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
        try:
            place = int((here / "partition").read_text())
        except (OSError, ValueError):
            return None
        disk = Path("/dev") / here.parent.name
        return Partition(disk, Path("/dev") / here.name, place, _size_of(disk))

    def resize(self, partition: Partition) -> None:
        _run("partx", "--update", "--nr", str(partition.number), str(partition.disk))
        _run("resize2fs", str(partition.device), within_s=GROW_TIMEOUT_S)

    def give(self, path: Path, *, group_only: bool) -> None:
        try:
            shutil.chown(path, None if group_only else self.account, self.account)
        except LookupError as missing:
            raise OSError(str(missing)) from None

    def reread_device_names(self) -> None:
        _run("udevadm", "control", "--reload")
        _run("udevadm", "trigger", "--action=add", "--subsystem-match=tty")

    def set_host_name(self, name: str) -> None:
        socket.sethostname(name)

    def serial_number(self) -> str:
        for name in ("firmware/devicetree/base/serial-number", "class/dmi/id/product_serial"):
            try:
                return (Path("/sys") / name).read_text().strip("\0 \n")
            except OSError:
                continue
        return ""

    def links(self) -> tuple[Link, ...]:
        try:
            told = json.loads(_run("ip", "-json", "address"))
        except (OSError, ValueError) as error:
            log.warning("provision.no_links", reason=type(error).__name__)
            return ()
        return tuple(
            _link(one) for one in told if Path("/sys/class/net", one["ifname"], "device").exists()
        )

    def slot(self) -> str:
        words = Path("/proc/cmdline").read_text().split()
        return next((word[12:] for word in words if word.startswith("kioskd.slot=")), "")

    def now(self) -> float:
        return time.time()


def _link(told: dict[str, object]) -> Link:
    known = msgspec.convert(told.get("addr_info", []), list[dict[str, object]])
    addresses = (f"{one['local']}/{one['prefixlen']}" for one in known if one["scope"] == "global")
    return Link(str(told["ifname"]), str(told.get("address", "")), tuple(addresses))


def _size_of(disk: Path) -> int:
    with open(disk, "rb") as device:
        size = bytearray(8)
        fcntl.ioctl(device, BLKGETSIZE64, size)
    return int.from_bytes(size, "little")


def _run(*words: str, within_s: float = TIMEOUT_S) -> str:
    """Run a program of the system and return what it says. Raises OSError with its last line."""
    try:
        done = subprocess.run(  # noqa: S603  (words are ours)
            words, capture_output=True, text=True, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"{words[0]} took too long") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise OSError(f"{words[0]}: {last}")
    return done.stdout
