"""What a trial of updates stands on: whole slots, a clean boot partition, bundles to be refused."""

import shutil
import struct
from pathlib import Path
from subprocess import run
from types import SimpleNamespace
from typing import cast

import pytest

from image.bundle import make_key
from kiosk_bench.console import StoryFailed
from kiosk_bench.image import update_parts
from kiosk_bench.image.boot_replay import replay_boot
from kiosk_bench.image.fat import NoChoice, check_boot_partition, choice_at
from kiosk_bench.image.firmware import BootPartition
from kiosk_bench.image.releases import Offers, damage, release_of_build, release_on_card, version_in
from kiosk_bench.image.updates import Course, Updated
from kiosk_bench.image.world import ImageWorld
from kioskd.errors import UpdateRefused
from kioskd.update.bundle_source import from_file
from kioskd.update.release import acceptable
from kioskd.update.slots import Machine
from tests.unit.test_image_disk_log import entry, log_of
from tools.image_bundles import NoNextVersion, make_offers

MIB = 1 << 20
BOOT_AT, BOOT_BYTES, ROOT_BYTES = MIB, 40 * MIB, 9 * MIB
NEEDED = ("mcopy", "mkfs.vfat", "fsck.fat", "mke2fs", "debugfs")
MISSING = [program for program in NEEDED if not shutil.which(program)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
CONFIG = b"os_prefix=a/\nkernel=vmlinuz\ninitramfs initrd.img followkernel\n"


def root_named(folder: Path, version: str) -> Path:
    """Make a root file system that names its version."""
    tree, file = folder / f"tree-{version}", folder / f"root-{version}"
    (tree / "usr/lib").mkdir(parents=True)
    text = f"IMAGE_ID=kioskd-arm64\nIMAGE_VERSION={version}\n"
    (tree / "usr/lib/os-release").write_text(text, encoding="ascii")
    run(["mke2fs", "-q", "-t", "ext4", "-d", tree, file, "9M"], check=True)
    return file


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with two slots, of which a is chosen; b holds nothing."""
    fat = tmp_path / "fat"
    with fat.open("wb") as made:
        made.truncate(BOOT_BYTES)
    run(["mkfs.vfat", "-F", "32", "-s", "1", fat], check=True, capture_output=True)
    places = [(0x0C, BOOT_AT, BOOT_BYTES)]
    places += [(0x83, BOOT_AT + BOOT_BYTES + n * ROOT_BYTES, ROOT_BYTES) for n in range(2)]
    table = b"".join(
        struct.pack("<B3xB3xII", 0, kind, start // 512, length // 512)
        for kind, start, length in places
    )
    disk = tmp_path / "card.img"
    disk.write_bytes((bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa").ljust(BOOT_AT, b"\0"))
    with disk.open("ab") as file:
        file.write(fat.read_bytes() + root_named(tmp_path, "0.1.0").read_bytes())
        file.write(bytes(ROOT_BYTES))
    run(["mmd", "-i", f"{disk}@@{BOOT_AT}", "::/a", "::/b"], check=True)
    boot = BootPartition(disk)
    boot.write("config.txt", CONFIG)
    boot.write("tryboot.txt", CONFIG.replace(b"a/", b"b/"))
    for name in ("vmlinuz", "initrd.img", "cmdline.txt"):
        boot.write(f"a/{name}", f"{name} of 0.1.0".encode())
    return disk


def test_a_slot_is_whole_when_every_byte_is_a_releases(card: Path) -> None:
    """A byte of the root or a boot file that is another: no version.

    The command line is not compared, for it differs from slot to slot.
    """
    old = release_on_card("0.1.0", card, "a")
    assert {name for name, _ in old.boot} == {"vmlinuz", "initrd.img"}
    assert version_in(card, "a", [old]) == "0.1.0"
    assert version_in(card, "b", [old]) == ""
    BootPartition(card).write("a/cmdline.txt", b"of slot b")
    assert version_in(card, "a", [old]) == "0.1.0"
    BootPartition(card).write("a/vmlinuz", b"half")
    assert version_in(card, "a", [old]) == ""
    BootPartition(card).write("a/vmlinuz", b"vmlinuz of 0.1.0")
    assert version_in(card, "a", [old]) == "0.1.0"
    with card.open("r+b") as disk:
        disk.seek(BOOT_AT + BOOT_BYTES + ROOT_BYTES - 1)
        disk.write(b"x")
    assert version_in(card, "a", [old]) == ""


def test_a_damaged_slot_is_no_release_and_its_neighbour_still_is(card: Path) -> None:
    """What the trial of a damaged slot damages is that slot alone."""
    old = release_on_card("0.1.0", card, "a")
    damage(card, "b")
    assert version_in(card, "a", [old]) == "0.1.0"
    damage(card, "a")
    assert version_in(card, "a", [old]) == ""
    assert check_boot_partition(card, card.with_name("copy")) == ""


def test_a_row_fails_where_the_slot_that_starts_is_no_whole_release(
    card: Path, tmp_path: Path
) -> None:
    """What the firmware would start is looked at: its bytes, and its command line."""
    old = release_on_card("0.1.0", card, "a")
    BootPartition(card).write("a/cmdline.txt", b"root=x kioskd.slot=a")
    course = course_with(card, tmp_path, Offers(old, old, tmp_path, tmp_path))
    row = Updated("whole")
    course.look_at_card(row)
    assert (row.slot, row.version, row.problems) == ("a", "0.1.0", [])
    damage(card, "a")
    BootPartition(card).write("a/cmdline.txt", b"root=x kioskd.slot=b")
    row = Updated("damaged")
    course.look_at_card(row)
    assert row.version == ""
    assert row.problems[0] == "slot a holds no whole release"
    assert row.problems[1].startswith("slot a is started with root=x kioskd.slot=b")


def course_with(card: Path, folder: Path, offers: Offers) -> Course:
    """Return the course of a machine that has this card and is off."""
    (folder / "machine").mkdir()
    machine = SimpleNamespace(hardware=SimpleNamespace(disk=card))
    world = SimpleNamespace(machine=machine, folder=folder)
    return Course(cast(ImageWorld, world), offers, [])


def test_the_choice_is_found_on_the_raw_card(card: Path) -> None:
    """The byte that the trial watches is the letter of ``config.txt``; another choice has none."""
    at = choice_at(card)
    with card.open("r+b") as disk:
        disk.seek(at)
        assert disk.read(1) == b"a"
        disk.seek(at)
        disk.write(b"b")
    assert BootPartition(card).read("config.txt") == CONFIG.replace(b"a/", b"b/")
    with pytest.raises(NoChoice):
        choice_at(card)


def test_a_boot_partition_that_was_being_written_is_clean_a_damaged_one_is_not(
    card: Path, tmp_path: Path
) -> None:
    """The mark of writing alone is no fault; a chain of clusters that is torn is."""
    assert check_boot_partition(card, tmp_path / "copy") == ""
    with card.open("r+b") as disk:
        disk.seek(BOOT_AT + 0x41)
        disk.write(b"\x01")
    assert check_boot_partition(card, tmp_path / "copy") == ""
    with card.open("r+b") as disk:
        disk.seek(BOOT_AT + 32 * 512 + 4 * 3)  # the first table's entries from the third cluster on
        disk.write(bytes(20))
    assert check_boot_partition(card, tmp_path / "copy") != ""


def test_cuts_of_the_boot_partition_are_replayed(card: Path, tmp_path: Path) -> None:
    """The byte that chooses is followed from one slot to the other.

    A slot that is chosen and is not whole is a problem, and so is a choice that cannot be read.
    """
    old = release_on_card("0.1.0", card, "a")
    sector, letter = divmod(choice_at(card), 512)
    with card.open("rb") as disk:
        disk.seek(sector * 512)
        config = bytearray(disk.read(512))
    config[letter : letter + 1] = b"b"
    chosen = bytes(config)
    config[letter : letter + 1] = b"?"
    log = log_of(
        tmp_path,
        *(entry(BOOT_AT // 512 + 5, bytes(512)), entry(0, b"", 1)) * 2,
        entry(sector, chosen),
        entry(0, b"", 1),
        entry(sector, bytes(config)),
        entry(0, b"", 1),
    )
    (done,) = replay_boot(tmp_path, card, [log], (old,))
    assert (done.flushes, done.points) == (4, 4)
    assert done.choices == ["a/", "b/", "?/"]
    assert any("slot b/ are no release's" in problem for problem in done.problems)
    assert done.problems[-1] == "flush 3: no slot is chosen"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """The next version, as ``make image`` leaves it."""
    folder = tmp_path / "next"
    (folder / "boot/a").mkdir(parents=True)
    root_named(tmp_path, "0.2.0").rename(folder / "rootfs.ext4")
    line = "root=PARTUUID=4b494f53-02 ro kioskd.slot=a\n"
    for name, text in (("vmlinuz", "v"), ("initrd.img", "i"), ("cmdline.txt", line)):
        (folder / "boot/a" / name).write_text(text, encoding="ascii")
    return folder


def test_the_bundles_are_taken_and_refused_as_they_shall_be(
    card: Path, build: Path, tmp_path: Path
) -> None:
    """The kiosk's own judgement of each: the next one may be installed, the others have their code.

    The next one has another initrd than the build, so that boot files have to be written.
    """
    key = tmp_path / "release.pem"
    make_key(key)
    offers = make_offers(card, build, key, tmp_path / "bundles")
    assert (offers.flashed.version, offers.next.version) == ("0.1.0", "0.2.0")
    assert offers.next.boot != release_of_build("", build / "rootfs.ext4", build / "boot/a").boot
    os_release = tmp_path / "tree-0.1.0/usr/lib/os-release"
    machine = Machine(os_release=os_release, release_keys=offers.keys)
    assert acceptable(from_file(offers.next_bundle), machine).manifest.version == "0.2.0"
    for one in offers.refused:
        with pytest.raises(UpdateRefused) as refused:
            acceptable(from_file(one.bundle), machine)
        assert refused.value.fault.value == one.code, one.what
    assert len(offers.refused) == 3


def test_without_a_newer_build_or_a_key_there_is_nothing_to_try(
    card: Path, build: Path, tmp_path: Path
) -> None:
    """What is missing is said, not a trial of nothing passed."""
    key = tmp_path / "release.pem"
    with pytest.raises(NoNextVersion, match=r"release\.pem"):
        make_offers(card, build, key, tmp_path / "bundles")
    make_key(key)
    root_named(tmp_path / "again", "0.1.0").rename(build / "rootfs.ext4")
    with pytest.raises(NoNextVersion, match=r"0\.1\.0 as well"):
        make_offers(card, build, key, tmp_path / "bundles")


async def test_a_part_that_fails_is_told_with_its_reason() -> None:
    """What was waited for in vain ends the parts that follow it, and is the outcome."""
    course, begun = Course(None, None, []), []  # type: ignore[arg-type]

    async def first(_: Course) -> None:
        begun.append("first")
        raise StoryFailed("no welcome")

    async def second(_: Course) -> None:
        begun.append("second")

    assert await update_parts.told(course, first, second) == "failed: no welcome"
    assert begun == ["first"]
    course.paid = 2
    assert await update_parts.told(course, second) == "paid, paid"
