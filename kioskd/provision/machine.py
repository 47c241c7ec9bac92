"""The machine as provisioning asks of it; the only place here that starts programs as root."""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import msgspec

from kioskd import log
from kioskd.technician.sockets import Plugged, plugged_in

TIMEOUT_S: Final = 30.0
GROW_TIMEOUT_S: Final = 300.0
STOP_LIMIT_S: Final = 400.0
"""kioskd.service gives a payment under way 370 s."""
SERVICES: Final = ("kioskd.service", "kioskd-enrol.service")
BLKGETSIZE64: Final = 0x80081272
"""``linux/fs.h``: the size of a block device in bytes, into 64 bits."""


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface that is a piece of hardware."""

    name: str
    mac: str
    addresses: tuple[str, ...]


class _Address(msgspec.Struct):
    """One address as ``ip -json`` shows it."""

    local: str = ""
    prefixlen: int = 0
    scope: str = ""


class _Shown(msgspec.Struct):
    """One interface as ``ip -json`` shows it."""

    ifname: str
    addr_info: list[_Address] = []


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

    def is_root(self) -> bool:
        """Tell whether this process may do what only root may."""

    def stop_kiosk(self) -> None:
        """End the kiosk's services; a payment under way is finished. Raises OSError."""

    def start_kiosk(self) -> None:
        """Start them again. Raises OSError."""

    def as_kiosk(self) -> AbstractContextManager[None]:
        """Be the kiosk's account while the block runs. Raises OSError."""

    def discard_free(self, folder: Path) -> None:
        """Give the room that is free back to the card, if it takes it."""

    def reread_device_names(self) -> None:
        """Let udev read its rules, and name what is plugged in already. Raises OSError."""

    def set_host_name(self, name: str) -> None:
        """Call this machine so. Raises OSError."""

    def serial_number(self) -> str:
        """Return the board's, empty if it has none."""

    def links(self) -> tuple[Link, ...]:
        """Return the network interfaces."""

    def sockets(self) -> tuple[Plugged, ...]:
        """Return the USB devices by their sockets."""

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
    """Have a partition writable for the length of the block. Raises OSError.

    What is written there is synced by whoever writes it; the mount that ends it writes the rest.
    """
    if not machine.is_mounted(folder) or not machine.is_read_only(folder):
        yield
        return
    machine.set_writable(folder, True)
    try:
        yield
    finally:
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
        # By fstab's options it would be read-only again wherever fstab's device is not seen.
        how = "remount,rw" if writable else "remount,ro"
        _run("mount", "--options-source=mtab", "-o", how, str(folder))

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

    def is_root(self) -> bool:
        return os.geteuid() == 0

    def stop_kiosk(self) -> None:
        _run("systemctl", "stop", *SERVICES, within_s=STOP_LIMIT_S)

    def start_kiosk(self) -> None:
        _run("systemctl", "start", "--no-block", SERVICES[0])

    @contextmanager
    def as_kiosk(self) -> Iterator[None]:
        try:
            who = pwd.getpwnam(self.account)
        except KeyError as missing:
            raise OSError(f"no account {self.account}") from missing
        groups = os.getgroups()
        os.setgroups([who.pw_gid])
        os.setegid(who.pw_gid)
        os.seteuid(who.pw_uid)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)
            os.setgroups(groups)

    def discard_free(self, folder: Path) -> None:
        try:
            _run("fstrim", str(folder), within_s=GROW_TIMEOUT_S)
        except OSError as refused:
            log.event("machine.no_trim", reason=str(refused))

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
        known = _addresses()
        found = sorted(one.parent for one in Path("/sys/class/net").glob("*/device"))
        return tuple(
            Link(one.name, (one / "address").read_text().strip(), known.get(one.name, ()))
            for one in found
        )

    def sockets(self) -> tuple[Plugged, ...]:
        return plugged_in()

    def slot(self) -> str:
        words = Path("/proc/cmdline").read_text().split()
        return next((word[12:] for word in words if word.startswith("kioskd.slot=")), "")

    def now(self) -> float:
        return time.time()


def _addresses() -> dict[str, tuple[str, ...]]:
    """Return the addresses of each interface; none where this process has no network."""
    try:
        told = msgspec.json.decode(_run("ip", "-json", "address"), type=list[_Shown])
    except (OSError, msgspec.DecodeError) as error:
        log.event("machine.no_addresses", reason=str(error))
        return {}
    return {
        one.ifname: tuple(
            f"{own.local}/{own.prefixlen}" for own in one.addr_info if own.scope == "global"
        )
        for one in told
    }


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
