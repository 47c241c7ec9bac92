"""The power goes while secrets leave the card, at every byte and every call; the disk grows."""

import json
import os
import shutil
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from kioskd.provision import kept_secrets
from kioskd.provision.machine import Partition
from kioskd.provision.partition_table import UnknownDisk, data_extent, grown
from tests.unit.provision_world import CODE, GOOD, Card

MIB = 1 << 20


class PowerCut(BaseException):
    """Raised where a test cuts the power; nothing may catch it."""


class Power:
    """Cuts at the n-th call that changes something; a write is torn after some of its bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.calls, self.cut_at, self.torn_after = 0, -1, 0

    def watch(self) -> None:
        for name in ("open", "fsync", "replace", "pwrite"):
            self._patch.setattr(kept_secrets.os, name, self._watched(name))

    def _watched(self, name: str) -> object:
        real = getattr(os, name)

        def call(*words: object, **more: object) -> object:
            self.calls += 1
            if self.calls - 1 == self.cut_at:
                if name == "pwrite":
                    handle, data, at = words
                    assert isinstance(data, bytes)
                    real(handle, data[: self.torn_after], at)
                raise PowerCut
            return real(*words, **more)

        return call


def wiped() -> str:
    return GOOD.replace(CODE, "(used)".ljust(len(CODE))).replace("123456", "(kept)")


def boot_with_cut(card: Card, power: Power, at: int, torn_after: int) -> bool:
    """Start it and cut; return whether the cut came before the end."""
    power.calls, power.cut_at, power.torn_after = 0, at, torn_after
    try:
        card.boot()
    except PowerCut:
        return True
    return False


def test_a_cut_at_every_call_leaves_the_old_file_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the next boot the file is wiped, every secret is kept, and the kiosk starts."""
    power, at = Power(monkeypatch), 0
    power.watch()
    cuts = 0
    while True:
        (tmp_path / str(at)).mkdir()
        card = Card(tmp_path / str(at))
        card.write(GOOD)
        power.cut_at = -1
        if not boot_with_cut(card, power, at, 200):
            break
        cuts += 1
        power.cut_at = -1
        card.boot()
        assert card.text() == wiped()
        assert (card.places.vault / "code").read_text() == CODE
        assert 'pin_pad.password = "123456"' in card.places.config.read_text(encoding="utf-8")
        assert not (card.places.vault / kept_secrets.PLAN_FILE).exists()
        at += 1
    assert cuts > 12


@pytest.mark.parametrize("torn_after", range(0, len(GOOD.encode()) + 1, 3))
def test_a_write_torn_at_any_byte_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn_after: int
) -> None:
    """A mixture of both files is known by the plan that was kept before, and written again."""
    card = Card(tmp_path)
    card.write(GOOD)
    power = Power(monkeypatch)
    monkeypatch.setattr(kept_secrets.os, "pwrite", power._watched("pwrite"))
    assert boot_with_cut(card, power, 0, torn_after)
    assert len(card.places.site_file.read_bytes()) == len(GOOD.encode())
    power.cut_at = -1
    card.boot()
    assert card.text() == wiped()


def test_a_file_that_was_edited_after_the_cut_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A technician has the last word: the old plan is dropped, the new file is taken as it is."""
    card = Card(tmp_path)
    card.write(GOOD)
    power = Power(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(kept_secrets.os, "pwrite", power._watched("pwrite"))
        assert boot_with_cut(card, power, 0, 60)
    edited = GOOD.replace("usb-1.2", "usb-1.4")
    card.write(edited)
    card.boot()
    assert card.text() == wiped().replace("usb-1.2", "usb-1.4")


def test_a_card_that_refuses_keeps_its_secrets_and_says_so(tmp_path: Path) -> None:
    """The kiosk starts all the same: they were kept before."""
    card = Card(tmp_path)
    card.write(GOOD)
    card.machine.refuses["remount"] = "Read-only file system"
    assert "I-09" in card.codes()
    assert card.text() == GOOD and card.places.config.exists()


def table(data_mib: int, label: int = 0x4B494F53, kind: int = 0x83) -> bytes:
    """Return an MBR as the image has it, with a data partition of this size."""
    made = bytearray(512)
    struct.pack_into("<I", made, 440, label)
    starts = (4, 8, 12, 16, 16 + data_mib)
    for number, (start, end) in enumerate(pairwise(starts)):
        at = 446 + 16 * number
        made[at + 4] = 0x0C if number == 0 else kind
        struct.pack_into("<II", made, at + 8, start * 2048, (end - start) * 2048)
    made[510:] = b"\x55\xaa"
    return bytes(made)


@pytest.mark.parametrize(
    ("disk_mib", "wanted_mib"), [(80, 64), (81, 65), (4096, 512), (200, 184), (20, 64)]
)
def test_the_data_partition_grows_to_the_card_but_not_for_ever(
    disk_mib: int, wanted_mib: int
) -> None:
    """To the end of a small card, to 512 MiB of a large one, and never smaller."""
    new = grown(table(64), disk_mib * MIB)
    assert data_extent(new).length == wanted_mib * 2048
    assert new[:458] == table(64)[:458]
    assert grown(new, disk_mib * MIB) == new


@pytest.mark.parametrize(
    "foreign",
    [b"\0" * 512, table(64, label=1), table(64, kind=7), table(64)[:510], table(0)],
    ids=["no MBR", "another label", "another kind", "short", "no data partition"],
)
def test_a_disk_that_is_not_ours_is_never_written(foreign: bytes) -> None:
    """Whatever card it is, it is left alone."""
    with pytest.raises(UnknownDisk):
        grown(foreign, 4096 * MIB)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A disk in a file, with a real ext4 of 64 MiB on its data partition."""
    if shutil.which("mke2fs") is None or shutil.which("resize2fs") is None:
        pytest.skip("e2fsprogs is not installed")
    disk = tmp_path / "disk"
    with open(disk, "wb") as file:
        file.write(table(64))
        file.truncate(200 * MIB)
    words = ["mke2fs", "-q", "-t", "ext4", "-L", "KIOSK-DATA", "-E", f"offset={16 * MIB}"]
    subprocess.run([*words, str(disk), "64M"], check=True)
    return disk


def blocks(disk: Path) -> int:
    """Return how many blocks of 1 KiB the file system has, by its own superblock."""
    with open(disk, "rb") as file:
        file.seek(16 * MIB + 1024)
        super_block = file.read(1024)
    count, size = struct.unpack_from("<I", super_block, 4)[0], super_block[24]
    return int(count << size)


class GrowingMachine:
    """Lets e2fsprogs grow the file system in the file; may be cut before."""

    def __init__(self, card: Card, disk: Path) -> None:
        self.card, self.disk, self.cut = card, disk, False
        card.machine.partition = Partition(disk, disk, 4, disk.stat().st_size)
        card.machine.resize = self.resize  # type: ignore[method-assign]

    def resize(self, partition: Partition) -> None:
        if self.cut:
            raise PowerCut
        assert partition.disk == self.disk
        with open(self.disk, "rb") as file:
            length = data_extent(file.read(512)).length // 2
        target = f"{self.disk}?offset={16 * MIB}"
        subprocess.run(["e2fsck", "-fp", target], check=False, capture_output=True)
        subprocess.run(["resize2fs", target, f"{length}K"], check=True, capture_output=True)


def test_a_real_file_system_is_grown_once(tmp_path: Path, disk: Path) -> None:
    """From 64 to 184 MiB, sound afterwards, and not looked at again at the next boot."""
    (tmp_path / "card").mkdir()
    card = Card(tmp_path / "card")
    card.write(GOOD)
    machine = GrowingMachine(card, disk)
    assert card.codes() == []
    assert blocks(disk) == 184 * 1024
    checked = subprocess.run(
        ["e2fsck", "-fn", f"{disk}?offset={16 * MIB}"], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    machine.cut = True
    assert card.codes() == []
    noted = json.loads((card.places.vault / "grown.json").read_bytes())
    assert noted["length"] == 184 * 2048


def test_growing_that_was_cut_is_done_at_the_next_boot(tmp_path: Path, disk: Path) -> None:
    """The table was written, the file system not yet grown."""
    (tmp_path / "card").mkdir()
    card = Card(tmp_path / "card")
    card.write(GOOD)
    machine = GrowingMachine(card, disk)
    machine.cut = True
    with pytest.raises(PowerCut):
        card.boot()
    assert blocks(disk) == 64 * 1024
    machine.cut = False
    assert card.codes() == []
    assert blocks(disk) == 184 * 1024


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda card: card.machine.mounted.discard(card.places.data), "I-05"),
        (lambda card: card.machine.read_only.add(card.places.data), "I-06"),
        (lambda card: setattr(card.machine, "free", MIB), "I-07"),
        (lambda card: card.places.vault.write_bytes(b""), "I-06"),
    ],
    ids=["missing", "read-only", "full", "failing"],
)
def test_a_data_partition_that_will_not_do(tmp_path: Path, spoil: object, code: str) -> None:
    """Missing, read-only, full or failing: each has its code, the reason and the next step."""
    card = Card(tmp_path)
    card.write(GOOD)
    assert callable(spoil)
    spoil(card)
    step = next(step for step in card.boot() if step.code)
    assert step.code == code and step.next_step.en and step.stops is (code == "I-05")
    assert card.text() == GOOD, "a secret that cannot be kept is not wiped"


def test_on_a_read_only_data_partition_the_kept_password_is_still_used(tmp_path: Path) -> None:
    """The kiosk starts, answers questions, and refuses payments by its journal."""
    card = Card(tmp_path)
    card.write(GOOD)
    card.boot()
    card.machine.read_only.add(card.places.data)
    assert card.codes() == ["I-06"]
    assert 'pin_pad.password = "123456"' in card.places.config.read_text(encoding="utf-8")
