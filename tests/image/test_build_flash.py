"""Only an unused memory card is written, and only one that gives back what was written is good."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from image.card import Machine, disk_name, reasons_against
from image.flash import check_image, flash, put_site, read_back, write_card
from image.layout import MIB
from image.manifest import PartitionHash
from image.say import BuildRefused, run

SIZE = 8 * MIB
CARD_BYTES = 32 * 10**9
CARD = {"dev": "8:16", "size": str(CARD_BYTES // 512), "removable": "1", "ro": "0"}


def quiet(_: str) -> None:
    """Take what flash would show."""


class FakeMachine:
    """The kernel's folders as files: one card ``sdb`` with one partition; tests change it."""

    def __init__(self, folder: Path) -> None:
        self.disk = folder / "sys/class/block/sdb"
        self.proc = folder / "proc"
        self.tell(self.disk, **CARD)
        self.tell(self.disk / "sdb1", partition="1", dev="8:17")
        self.tell(self.proc / "self", mountinfo="1 0 253:0 / / rw - ext4 /dev/vda rw\n")
        self.tell(self.proc, swaps="Filename Type Size Used Priority\n")
        self.machine = Machine(folder / "sys", self.proc)

    def tell(self, folder: Path, **facts: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in facts.items():
            (folder / name).write_text(text, encoding="ascii")

    def reasons(self) -> list[str]:
        return reasons_against("sdb", SIZE, self.machine)


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def test_an_unused_card_in_a_usb_reader_may_be_written(fake: FakeMachine) -> None:
    """Nothing speaks against a removable disk of a card's size that nobody uses."""
    assert fake.reasons() == []


def test_a_card_in_a_slot_may_be_written(fake: FakeMachine) -> None:
    """A slot's card does not call itself removable; its kind says that it is one."""
    slot = fake.disk.with_name("mmcblk0")
    fake.tell(slot, **{**CARD, "removable": "0"})
    fake.tell(slot / "device", type="SD")
    assert reasons_against("mmcblk0", SIZE, fake.machine) == []
    fake.tell(slot / "device", type="MMC")
    assert len(reasons_against("mmcblk0", SIZE, fake.machine)) == 1


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"removable": "0"}, "cannot be taken out"),
        ({"size": str(500 * 10**9 // 512)}, "too large to be a card"),
        ({"size": "2048"}, "the image needs"),
        ({"ro": "1"}, "write-protected"),
    ],
)
def test_what_is_no_card_is_refused(fake: FakeMachine, facts: dict[str, str], reason: str) -> None:
    """A disk that stays, is too large, too small or write-protected is refused with the reason."""
    fake.tell(fake.disk, **facts)
    assert [reason in line for line in fake.reasons()] == [True]


def test_a_card_in_use_is_refused(fake: FakeMachine) -> None:
    """Mounted, swapped to, or below a cipher: each use is named with the partition."""
    mounted = "1 0 253:0 / / rw - ext4 /dev/vda rw\n2 1 8:17 / /media/x rw - vfat /dev/sdb1 rw\n"
    fake.tell(fake.proc / "self", mountinfo=mounted)
    fake.tell(fake.proc, swaps="Filename Type Size Used Priority\n/dev/sdb1 partition 9 0 -2\n")
    fake.tell(fake.disk / "sdb1/holders/dm-0/dm", name="secret")
    assert fake.reasons() == [
        "sdb1 is mounted at /media/x",
        "sdb1 is swapped to",
        "sdb1 is used by secret",
    ]


def test_a_partition_is_refused(fake: FakeMachine) -> None:
    """The image goes to a whole card, never into one of its partitions."""
    fake.tell(fake.disk.with_name("sdb1"), partition="1", **CARD)
    assert reasons_against("sdb1", SIZE, fake.machine) == [
        "sdb1 is a partition; name the whole disk"
    ]


def test_the_disk_this_machine_runs_from_is_refused() -> None:
    """The real kernel's folders show that the disk of the root is in use or no card."""
    source = next(
        line.split()[2] for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if line.split()[4] == "/"
    )  # fmt: skip
    names = [one.parent for one in Path("/sys/class/block").glob("*/dev")
             if one.read_text().strip() == source]  # fmt: skip
    if not names:
        pytest.skip("the root of this machine is on no disk")
    whole = names[0].resolve()
    whole = whole.parent if (whole / "partition").exists() else whole
    assert reasons_against(whole.name, SIZE, Machine())


def test_what_is_no_disk_is_refused(tmp_path: Path) -> None:
    """A file, or nothing at all, is not overwritten in the name of a card."""
    (tmp_path / "file").write_bytes(b"kept")
    for name in ("file", "nothing"):
        with pytest.raises(BuildRefused):
            disk_name(tmp_path / name)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A small image with two partitions, compressed."""
    (tmp_path / "small.img").write_bytes(os.urandom(SIZE // 2) + bytes(SIZE // 2))
    run(["zstd", "-q", tmp_path / "small.img"])
    return tmp_path / "small.img.zst"


def partitions(image: Path) -> list[PartitionHash]:
    data = image.with_suffix("").read_bytes()
    places = {"first": (MIB, 2 * MIB), "second": (3 * MIB, 5 * MIB)}
    return [
        PartitionHash(name, start, size, hashlib.sha256(data[start : start + size]).hexdigest())
        for name, (start, size) in places.items()
    ]


@contextmanager
def attached(file: Path) -> Iterator[Path]:
    """Make a file a block device, or skip the test with the reason."""
    try:
        device = Path(run(["losetup", "--find", "--show", file]).strip())
    except BuildRefused as no_loop:
        pytest.skip(f"no loop devices here: {no_loop}")
    yield device
    run(["losetup", "--detach", device])


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Path]:
    """A block device that holds something else."""
    backing = tmp_path / "backing"
    backing.write_bytes(b"\xff" * (SIZE + MIB))
    with attached(backing) as device:
        yield device


def test_an_image_that_is_not_its_manifest_is_refused(image: Path) -> None:
    """Compared with the manifest before a card is touched; the partition is named."""
    known = partitions(image)
    assert check_image(image, known) == SIZE
    other = [known[0], PartitionHash("second", MIB, MIB, known[1].sha256)]
    with pytest.raises(BuildRefused, match="second"):
        check_image(image, other)


def test_a_damaged_download_is_refused(image: Path) -> None:
    """A compressed image that breaks off is damaged, not short."""
    known = partitions(image)
    image.write_bytes(image.read_bytes()[:-1000])
    with pytest.raises(BuildRefused, match="damaged"):
        check_image(image, known)


def test_a_card_is_written_and_read_back(image: Path, loop: Path) -> None:
    """What was written is on the card, byte by byte."""
    write_card(loop, image, SIZE, quiet)
    read_back(loop, partitions(image), SIZE, quiet)
    assert loop.read_bytes()[:SIZE] == image.with_suffix("").read_bytes()


def test_a_card_that_forgets_is_found(image: Path, loop: Path, tmp_path: Path) -> None:
    """One byte that the card gives back otherwise is found, and its partition named."""
    write_card(loop, image, SIZE, quiet)
    with (tmp_path / "backing").open("r+b") as backing:
        backing.seek(4 * MIB + 77)
        backing.write(b"\x01")
    with pytest.raises(BuildRefused, match="second"):
        read_back(loop, partitions(image), SIZE, quiet)


def test_a_loop_device_is_no_card(image: Path, loop: Path) -> None:
    """The whole command leaves a disk alone that cannot be taken out, and says so."""
    before = loop.read_bytes()
    facts = [f'{{"name": "{one.name}", "offset": {one.offset}, "size": {one.size}, '
             f'"sha256": "{one.sha256}"}}' for one in partitions(image)]  # fmt: skip
    text = f'{{"format": "kioskd-image 1", "partitions": [{", ".join(facts)}]}}'
    image.with_name("small.manifest.json").write_text(text, encoding="ascii")
    with pytest.raises(BuildRefused, match="no card"):
        flash(loop, image, None, Machine())
    assert loop.read_bytes() == before


def test_the_site_file_lands_on_the_boot_partition(tmp_path: Path) -> None:
    """A filled-in kioskd.txt replaces the template and is read back."""
    card, site = tmp_path / "card", tmp_path / "kioskd.txt"
    with card.open("wb") as file:
        file.truncate(200 * MIB)
    run(["mkfs.vfat", "-F", "32", "--offset", str(4 * MIB // 512), "-s", "1", card, "190000"])
    site.write_text("kiosk = 999999-01\noutlet = 样例\n", encoding="utf-8")
    with attached(card) as device:
        put_site(device, site)
    assert run(["mtype", "-i", f"{card}@@4M", "::kioskd.txt"]) == site.read_text(encoding="utf-8")
