"""A card in folders, and a machine that mounts nothing: what provisioning is tried on."""

import errno
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kioskd.provision.boot import provision
from kioskd.provision.findings import Step
from kioskd.provision.machine import Link, Partition
from kioskd.provision.places import Places
from kioskd.technician.sockets import Kind, Line, Plugged
from tests.trust import Trust

GOOD = """\
# 安装 / site
kiosk = K0123
outlet = 示例街道卫生院
outlet_en = Sample Street Health Centre
centre = centre.example:8470
code = 0000-0000-0000-0005-05
pin_pad = usb-1.2
id_reader = usb-1.3
receipt_printer = /dev/ttyAMA0
pin_pad_password = 123456
"""
CODE = "0000-0000-0000-0005-05"


def ca_of(folder: Path) -> bytes:
    """Make a CA and return its certificate."""
    trust = Trust(folder)
    assert trust.issuer
    return Path(trust.ca).read_bytes()


@cache
def _a_ca() -> bytes:
    with TemporaryDirectory() as folder:
        return ca_of(Path(folder) / "trust")


@dataclass
class FakeMachine:
    """Fulfils ``Machine``; says what it was told to do."""

    mounted: set[Path]
    read_only: set[Path] = field(default_factory=set)
    free: int = 40 << 20
    partition: Partition | None = None
    refuses: dict[str, str] = field(default_factory=dict)
    """What fails, and with which words."""
    done: list[str] = field(default_factory=list)
    root: bool = True
    time: float = 1_800_000_000.0

    def is_mounted(self, folder: Path) -> bool:
        return folder in self.mounted

    def is_read_only(self, folder: Path) -> bool:
        return folder in self.read_only

    def free_bytes(self, folder: Path) -> int:
        return self.free

    def set_writable(self, folder: Path, writable: bool) -> None:
        self._do("remount", f"{folder.name} {'rw' if writable else 'ro'}")
        (self.read_only.discard if writable else self.read_only.add)(folder)

    def partition_of(self, folder: Path) -> Partition | None:
        return self.partition

    def resize(self, partition: Partition) -> None:
        self._do("resize", partition.device.name)

    def give(self, path: Path, *, group_only: bool) -> None:
        self._do("give", f"{path.name} {'group' if group_only else 'all'}")

    def is_root(self) -> bool:
        return self.root

    def stop_kiosk(self) -> None:
        self._do("stop", "")

    def start_kiosk(self) -> None:
        self._do("start", "")

    def as_kiosk(self) -> AbstractContextManager[None]:
        return nullcontext()

    def discard_free(self, folder: Path) -> None:
        self._do("discard", folder.name)

    def reread_device_names(self) -> None:
        self._do("udev", "")

    def set_host_name(self, name: str) -> None:
        self._do("host", name)

    def serial_number(self) -> str:
        return "10000000abcdef01"

    def links(self) -> tuple[Link, ...]:
        return (Link("eth0", "02:00:00:00:00:01", ("10.0.0.20/24",)),)

    def sockets(self) -> tuple[Plugged, ...]:
        pad = Plugged("1.2", "0403:6001", "FT232R", "A1", Kind.SERIAL, True, (Line("ttyUSB0", 0),))
        stick = Plugged("1.4", "0781:5567", "Stick", "", Kind.STORAGE, False)
        return (Plugged("1", "2109:3431", "Hub", "", Kind.HUB, True), pad, stick)

    def slot(self) -> str:
        return "a"

    def now(self) -> float:
        return self.time

    def _do(self, what: str, words: str) -> None:
        if what in self.refuses:
            raise OSError(errno.EROFS, self.refuses[what])
        self.done.append(f"{what} {words}".rstrip())


@dataclass
class Card:
    """The card and its machine."""

    folder: Path
    places: Places = field(init=False)
    machine: FakeMachine = field(init=False)

    def __post_init__(self) -> None:
        run = self.folder / "run"
        self.places = Places(
            self.folder / "boot", self.folder / "data", run / "kioskd-site", run / "etc", run
        )
        for made in (self.places.boot, self.places.data, run):
            made.mkdir()
        (run / "etc").symlink_to(self.places.site)
        self.machine = FakeMachine({self.places.boot, self.places.data}, {self.places.boot})
        (self.places.boot / "centre-ca.pem").write_bytes(_a_ca())

    def write(self, text: str, encoding: str = "utf-8") -> None:
        """Save kioskd.txt as an editor would."""
        self.places.site_file.write_bytes(text.encode(encoding))

    def text(self) -> str:
        """Return what stands in kioskd.txt now."""
        return self.places.site_file.read_text(encoding="utf-8")

    def boot(self) -> tuple[Step, ...]:
        """Start the machine."""
        return provision(self.places, self.machine)

    def codes(self) -> list[str]:
        """Start it and return the codes of what was found wrong."""
        return [step.code for step in self.boot() if step.code]

    def enrol(self) -> None:
        """Be known to the centre already."""
        identity = self.places.state / "identity"
        identity.mkdir(parents=True)
        (identity / "identity.pem").write_text("as if")
