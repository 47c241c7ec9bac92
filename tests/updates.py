"""A machine with two slots in files, and bundles for it: small, but of several pieces."""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from image.bundle import Release, make_bundle
from kioskd.protocols.software_bundle import PIECE_BYTES
from kioskd.update.slots import PARTITIONS, Machine, Slot

OLD, NEW = "0.1.0", "0.2.0"
COMPATIBLE = "kioskd-test"
SLOT_BYTES: Final = 4 * PIECE_BYTES
LINE_OF_A = "console=tty1 root=PARTUUID=4b494f53-02 ro rootwait panic=10 kioskd.slot=a\n"
CONFIG_TXT = "arm_64bit=1\nos_prefix=a/\nkernel=vmlinuz\n"
RELEASE_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def public_pem(*keys: Ed25519PrivateKey) -> bytes:
    """Return what an image pins."""
    how = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    return b"".join(key.public_key().public_bytes(*how) for key in keys)


@cache
def root_of(version: str, size: int = SLOT_BYTES) -> bytes:
    """Return a root file system of a version: its first half is the same in each."""
    half, own = size // 2, random.Random(version)
    return random.Random("same").randbytes(half) + own.randbytes(size - half - 512) + bytes(512)


@cache
def boot_of(version: str) -> dict[str, bytes]:
    """Return the boot files of a version; the overlay is the same in each."""
    return {
        "vmlinuz": random.Random(f"kernel {version}").randbytes(PIECE_BYTES + 999),
        "initrd.img": f"initrd {version}".encode(),
        "overlays/same.dtbo": b"overlay",
    }


def a_bundle(
    folder: Path,
    version: str = NEW,
    key: Ed25519PrivateKey = RELEASE_KEY,
    compatible: str = COMPATIBLE,
    may_replace: tuple[str, ...] = (),
    size: int = SLOT_BYTES,
) -> Path:
    """Make a bundle in ``folder`` and return its file."""
    boot = folder / f"boot-{version}"
    for name, data in {**boot_of(version), "cmdline.txt": LINE_OF_A.encode()}.items():
        (boot / name).parent.mkdir(parents=True, exist_ok=True)
        (boot / name).write_bytes(data)
    root = folder / f"root-{version}"
    root.write_bytes(root_of(version, size))
    out = folder / f"{version}.bundle"
    make_bundle(Release(root, boot, version, compatible, may_replace), key, out, level=1)
    return out


@dataclass(frozen=True)
class Card:
    """What a kiosk's card holds, as files of one folder: partitions, boot files, data."""

    folder: Path
    memory: Path
    """What is gone when the power is: what was started, what is told."""

    @property
    def machine(self) -> Machine:
        at, memory = self.folder, self.memory
        return Machine(
            firmware=at / "firmware",
            partitions=at / "partitions",
            command_line=memory / "cmdline",
            os_release=memory / "os-release",
            release_keys=memory / "release-keys.pem",
            state=at / "data" / "state.json",
            kiosk=memory / "run",
            progress=memory / "run" / "progress.json",
        )

    def start(self, slot: Slot, version: str) -> None:
        """Be what runs: the kernel's command line and os-release of a slot."""
        (self.memory / "run").mkdir(parents=True, exist_ok=True)
        (self.memory / "cmdline").write_text(f"ro rootwait kioskd.slot={slot.value}\n")
        told = f'NAME="x"\nIMAGE_ID={COMPATIBLE}\nIMAGE_VERSION="{version}"\n'
        (self.memory / "os-release").write_text(told)
        (self.memory / "release-keys.pem").write_bytes(public_pem(RELEASE_KEY))

    def say(self, name: str, text: str) -> None:
        """Tell the updater something, as the kiosk's program does."""
        (self.memory / "run" / name).write_text(f"{text}\n")

    def holds(self, slot: Slot, version: str) -> bool:
        """Tell whether a slot could be started, and is of that version entirely."""
        boot = self.folder / "firmware" / slot.value
        files = {file.relative_to(boot).as_posix() for file in boot.rglob("*") if file.is_file()}
        right = all((boot / n).is_file() and (boot / n).read_bytes() == data
                    for n, data in boot_of(version).items())  # fmt: skip
        line = boot / "cmdline.txt"
        own = line.is_file() and line.read_text().split()[-1] == f"kioskd.slot={slot.value}"
        partition = self.folder / "partitions" / PARTITIONS[slot.value]
        whole = partition.read_bytes()[:SLOT_BYTES] == root_of(version)
        return right and own and whole and files == {*boot_of(version), "cmdline.txt"}


def a_card(folder: Path, memory: Path | None = None) -> Card:
    """Make a card that runs OLD from slot a; slot b was never written."""
    for name in ("firmware/a/overlays", "firmware/b", "partitions", "data"):
        (folder / name).mkdir(parents=True)
    card = Card(folder, memory or folder / "memory")
    for name, data in {**boot_of(OLD), "cmdline.txt": LINE_OF_A.encode()}.items():
        (folder / "firmware" / "a" / name).write_bytes(data)
    for name in ("config.txt", "tryboot.txt"):
        text = CONFIG_TXT.replace("a/", "b/") if name == "tryboot.txt" else CONFIG_TXT
        (folder / "firmware" / name).write_text(text)
    (folder / "partitions" / PARTITIONS["a"]).write_bytes(root_of(OLD) + bytes(4096))
    (folder / "partitions" / PARTITIONS["b"]).write_bytes(bytes(SLOT_BYTES + 4096))
    card.start(Slot.A, OLD)
    return card
