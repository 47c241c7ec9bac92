"""Machines for the doctor: folders with the files that a healthy or an ill kiosk has."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kioskd.protocols import central
from kioskd.protocols.central_fleet import PaperLevel
from kioskd.relay.vitals import MoneyVitals
from kioskd.technician.doctor.machine import Machine, Room
from kioskd.technician.doctor.view import RUNTIME, View, view
from kioskd.technician.status import FORMAT, STATUS_FILE, PartStatus, Status

CONFIG = """\
[kiosk]
id = "K0123"
outlet = {{ zh = "示例", en = "Example" }}
state_dir = "{state}"
production = false
[central]
url = "{url}"
ca = "{trust}/ca.pem"
identity = "{trust}/kiosks/K0123"
connect_timeout_s = 2
[pin_pad]
port = "/dev/kiosk/pinpad"
[id_reader]
port = "/dev/kiosk/id-reader"
[receipt_printer]
port = "/dev/kiosk/receipt-printer"
"""
NOWHERE = "https://127.0.0.1:9"
KIOSK_PID = 500
BOOTED_S = 7200.0
THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled"

PI = {
    THROTTLED: "0\n",
    "/sys/class/thermal/thermal_zone0/temp": "51200\n",
    "/proc/meminfo": "MemTotal:  948000 kB\nMemFree: 9 kB\nMemAvailable:  600000 kB\n",
    "/proc/vmstat": "nr_free_pages 1\noom_kill 0\n",
    "/proc/swaps": "Filename\tType\tSize\n",
    "/sys/block/mmcblk0/device/type": "SD\n",
    "/sys/block/mmcblk0/device/name": "SD32G\n",
    "/sys/block/mmcblk0/device/date": "03/2024\n",
    "/sys/fs/ext4/mmcblk0p2/errors_count": "0\n",
    "/sys/fs/ext4/mmcblk0p4/errors_count": "0\n",
    "/sys/class/net/lo/carrier": "1\n",
    "/sys/class/net/eth0/carrier": "1\n",
    "/proc/net/route": (
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
    ),
    "/etc/resolv.conf": "# made by the network\nnameserver 192.168.1.1\n",
    "/run/systemd/timesync/synchronized": "",
    "/proc/cmdline": "root=PARTUUID=4b494f53-02 ro kioskd.slot=a\n",
    "/boot/firmware/config.txt": "arm_64bit=1\nos_prefix=a/\n",
    "/sys/bus/usb/devices/usb1/authorized": "1\n",
    "/sys/bus/usb/devices/1-1.2/authorized": "1\n",
    "/dev/kiosk/pinpad": "",
    "/dev/kiosk/id-reader": "",
    "/dev/kiosk/receipt-printer": "",
    "/run/kioskd-site/kioskd.toml": "",
    f"/proc/{KIOSK_PID}/comm": "kioskd\n",
}
PROGRAMS = {
    "dmesg": "[    0.000000] Booting Linux\n[    5.100000] usb 1-1: new device\n",
    "systemctl list-units": "",
    "systemctl show": "0\n",
}
STATUS = Status(
    FORMAT, "2026-11-22T02:00:00Z", BOOTED_S - 5, KIOSK_PID, "K0123", "0.1.0", 1, "welcome",
    in_visit=False, able_to_pay=True, receipt_paper=PaperLevel.ENOUGH, door_open=False,
    parts=tuple(
        PartStatus(role)
        for role in ("card_reader", "id_reader", "pin_pad", "receipt_printer", "door", "voice")
    ),
    money=MoneyVitals(),
)  # fmt: skip


class GivenMachine(Machine):
    """A machine whose files lie in a folder, and whose programs say what they are given to say."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.programs: dict[str, str | None] = dict(PROGRAMS)
        self.clock = 0.0
        self.names: dict[str, tuple[str, ...]] = {"127.0.0.1": ("127.0.0.1",)}
        self.free = Room(100 << 20, 200 << 20, 1000, 2000)

    def run(self, *words: str) -> str | None:
        begins = " ".join(words)
        return next(
            (self.programs[name] for name in self.programs if begins.startswith(name)), None
        )

    def now(self) -> float:
        return self.clock or super().now()

    def booted_s(self) -> float:
        return BOOTED_S

    def room(self, folder: Path) -> Room:
        return self.free

    def addresses(self, host: str) -> tuple[str, ...]:
        if host not in self.names:
            raise OSError(-2, "Name or service not known")
        return self.names[host]


class Kiosk:
    """A kiosk for the doctor to visit; a test makes it ill."""

    def __init__(self, folder: Path, url: str = NOWHERE) -> None:
        self.folder, self.state, self.trust = folder, folder / "state", folder / "trust"
        self.machine = GivenMachine(folder / "root")
        self.config = folder / "kioskd.toml"
        self.state.mkdir()
        for name, text in PI.items():
            self.put(name, text)
        self.mount("rw,noatime")
        self.configure(url)
        self.tell(STATUS)

    def configure(self, url: str, more: str = "") -> None:
        text = CONFIG.format(state=self.state, url=url, trust=self.trust) + more
        self.config.write_text(text, encoding="utf-8")

    def put(self, name: str, text: str) -> None:
        file = self.machine.at(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def take_away(self, name: str) -> None:
        self.machine.at(name).unlink()

    def mount(self, options: str) -> None:
        """Say how the data partition is mounted."""
        root = f"/dev/mmcblk0p2 / ext4 ro 0 0\n/dev/mmcblk0p4 {self.state} ext4 {options} 0 0\n"
        self.put("/proc/mounts", root)

    def tell(self, status: Status) -> None:
        """Say what the running kiosk says."""
        folder = self.machine.at(RUNTIME)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STATUS_FILE).write_bytes(central.encode(status))

    def ail(self, role: str, code: str, reason: str = "x") -> None:
        """Have the running kiosk say that a part is in trouble."""
        parts = [part for part in STATUS.parts if part.role != role]
        self.tell(
            replace(STATUS, parts=(*parts, PartStatus(role, code, reason)), able_to_pay=False)
        )

    def stop(self) -> None:
        """End the kiosk's program, as systemd would leave it."""
        (self.machine.at(RUNTIME) / STATUS_FILE).unlink()
        self.take_away(f"/proc/{KIOSK_PID}/comm")
        self.machine.at(f"/proc/{KIOSK_PID}").rmdir()

    def hold(self, pid: int, name: str, port: str) -> None:
        """Have a process hold a port open."""
        self.put(f"/proc/{pid}/comm", name)
        fd = self.machine.at(f"/proc/{pid}/fd/7")
        fd.parent.mkdir(parents=True)
        fd.symlink_to(port)

    @property
    def view(self) -> View:
        return view(self.machine, self.config)


Illness = Callable[[Kiosk], object]
