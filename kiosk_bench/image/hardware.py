"""The emulated machine as QEMU's command line: card, panel, reader, serial adapters, network.

A machine of the kind ``virt``, not a Raspberry Pi: what lies between firmware and kernel on a Pi
(device tree, vc4, SD controller) is not tested here, and docs/image-test.md says so.
"""

from dataclasses import dataclass
from pathlib import Path

from kiosk_bench.image.firmware import Choice

SERIAL_PORTS = {"pinpad": 1, "id-reader": 2, "receipt-printer": 3}
"""Which USB socket of the machine each serial device is plugged into."""
CARD_READER_PORT = 4
HOST = "10.0.2.100"
"""Where the machine finds centre and printer; nothing else is to be reached."""
CONSOLE = "console=ttyAMA0"
TOLD_TO_CONSOLE = "systemd.journald.forward_to_console=1 printk.time=1"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What stands on the bench."""

    disk: Path
    sockets: Path
    """Folder of the devices' sockets; short, as a socket's path holds 108 bytes at most."""
    width_px: int = 1280
    height_px: int = 800
    memory_mib: int = 1024
    centre_port: int = 0
    printer_port: int = 0
    """Loopback ports of this machine, reached as ``HOST`` 8443 and 631; 0: not there."""
    write_log: Path | None = None
    """Where each write to the disk and each flush is kept, in order."""
    clock: str = ""
    """What the board's clock says when it is switched on (QEMU's ``-rtc base=``); empty: now."""
    read_only: bool = False
    """The card takes no writes."""
    more_words: str = ""
    """Added to the kernel's command line."""

    def socket(self, name: str) -> Path:
        """Return where a device's end of its wire is."""
        return self.sockets / name

    def words(self, choice: Choice, console: Path) -> list[str]:
        """Return QEMU's command line for one start."""
        initrd = [] if choice.initrd is None else ["-initrd", str(choice.initrd)]
        words = f"{choice.words} {CONSOLE} {TOLD_TO_CONSOLE} {self.more_words}"
        return [
            *("-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", str(self.memory_mib)),
            *("-accel", "tcg,thread=multi", "-display", "none", "-nodefaults"),
            *("-action", "reboot=shutdown"),
            *(("-rtc", f"base={self.clock}") if self.clock else ()),
            *("-kernel", str(choice.kernel), *initrd, "-append", words.strip()),
            *("-qmp", f"unix:{self.socket('qmp')},server=on,wait=off"),
            *("-chardev", f"file,id=console,path={console}", "-serial", "chardev:console"),
            *self._disk(),
            *self._panel(),
            *self._usb(),
            *self._network(),
            *("-device", "virtio-balloon-pci,id=balloon", "-device", "virtio-rng-pci"),
        ]

    def _disk(self) -> list[str]:
        words = ["-blockdev", f"driver=file,node-name=card,filename={self.disk}"]
        top = "card"
        if self.write_log is not None:
            log = f"driver=file,node-name=log,filename={self.write_log}"
            kept = "driver=blklogwrites,node-name=kept,file=card,log=log,log-sector-size=512"
            words += ["-blockdev", log, "-blockdev", f"{kept},log-super-update-interval=1"]
            top = "kept"
        locked = "on" if self.read_only else "off"
        words += ["-blockdev", f"driver=raw,node-name=disk,read-only={locked},file={top}"]
        return [*words, "-device", "virtio-blk-pci,drive=disk,id=disk0"]

    def _panel(self) -> list[str]:
        size = f"xres={self.width_px},yres={self.height_px}"
        return ["-device", f"virtio-gpu-pci,{size}", "-device", "virtio-multitouch-pci"]

    def _usb(self) -> list[str]:
        words = ["-device", "qemu-xhci,id=usb"]
        for name, port in SERIAL_PORTS.items():
            wire = f"socket,id={name},path={self.socket(name)},server=on,wait=off"
            words += [
                "-chardev",
                wire,
                "-device",
                f"usb-serial,bus=usb.0,port={port},chardev={name}",
            ]
        wire = f"socket,id=card-wire,path={self.socket('card')},server=on,wait=off"
        reader = f"usb-ccid,id=reader,bus=usb.0,port={CARD_READER_PORT}"
        passed = "ccid-card-passthru,bus=reader.0,chardev=card-wire"
        return [*words, "-chardev", wire, "-device", reader, "-device", passed]

    def _network(self) -> list[str]:
        net = "user,id=net,restrict=on,ipv6=off"
        for seen, port in ((8443, self.centre_port), (631, self.printer_port)):
            if port:
                # A program for each connection: QEMU has one connection only of every other kind.
                net += f",guestfwd=tcp:{HOST}:{seen}-cmd:socat - TCP:127.0.0.1:{port}"
        return ["-netdev", net, "-device", "virtio-net-pci,netdev=net,romfile="]
