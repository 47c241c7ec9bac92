"""Bad starts without a machine: what is done to a card, and what is held against the table."""

import shutil
import struct
from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest

from kiosk_bench.image import spoil
from kiosk_bench.image.data import copy_data
from kiosk_bench.image.firmware import partitions
from kiosk_bench.image.start_trial import Told, judge, table
from kiosk_bench.image.starts import STARTS, BadStart

MIB = 1 << 20
DATA_AT, DATA_LENGTH = 4 * MIB, 16 * MIB
needs_e2fs = pytest.mark.skipif(not shutil.which("debugfs"), reason="needs e2fsprogs")
ROW = BadStart(
    "full", notice="I-07", screen="notice", reported="I-07", doctor=("room",), pays=False
)
TOLD = Told(
    "full", ["starting", "notice"], "KIOSKD I-07 K0001", ["I-07"], None, {"room": "no_room"}
)
USUAL = Told("nothing is wrong", ["welcome"], doctor={"card": "slow"}, able_to_pay=True)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A card whose fourth partition is an ext4 with a file on it; nothing else is on the card."""
    file, data = tmp_path / "card.img", tmp_path / "data"
    (tmp_path / "content").mkdir()
    (tmp_path / "content/journal.db").write_bytes(b"money")
    data.touch()
    run(["truncate", "-s", str(DATA_LENGTH), str(data)], check=True)
    words = ["mke2fs", "-q", "-t", "ext4", "-d", str(tmp_path / "content"), str(data)]
    run(words, check=True, capture_output=True)
    entries = [(3 * 512, 8), (DATA_AT, DATA_LENGTH // 512)]
    table = bytes(446 + 32)
    for start, sectors in entries:
        table += struct.pack("<B3xB3xII", 0, 0x83, start // 512, sectors)
    file.write_bytes((table + b"\x55\xaa").ljust(DATA_AT, b"\0") + data.read_bytes())
    return file


def partition(disk: Path) -> Path:
    """Return the data partition as a file of its own."""
    copied = disk.with_name("copied.img")
    copy_data(disk, copied)
    return copied


@needs_e2fs
def test_a_full_partition_is_whole_and_keeps_what_was_on_it(disk: Path) -> None:
    """Only its room is gone: e2fsck finds nothing, and the journal is as it was."""
    before = disk.stat().st_size
    spoil.full(disk)
    copied = partition(disk)
    assert disk.stat().st_size == before
    assert run(["e2fsck", "-fn", str(copied)], capture_output=True, check=False).returncode == 0
    words = ["debugfs", "-R", "cat journal.db", str(copied)]
    assert run(words, capture_output=True, check=True).stdout == b"money"
    assert spoil.free_bytes(copied) <= spoil.ROOM_LEFT


@needs_e2fs
def test_a_damaged_partition_is_no_file_system_any_more(disk: Path) -> None:
    """Its first superblock is gone, and with it what mounting needs."""
    spoil.damaged(disk)
    assert run(
        ["dumpe2fs", "-h", str(partition(disk))], capture_output=True, check=False
    ).returncode


@needs_e2fs
def test_a_missing_partition_is_out_of_the_table_only(disk: Path) -> None:
    """The other partitions stay, and so do the bytes."""
    before = disk.read_bytes()[512:]
    spoil.missing(disk)
    assert [one.number for one in partitions(disk)] == [3]
    assert disk.read_bytes()[512:] == before


def test_a_start_that_tells_everything_is_as_it_must_be() -> None:
    """Panel, report, doctor and the word on payments together."""
    told = replace(TOLD)
    judge(ROW, USUAL, told)
    assert told.problems == []
    assert "| full | notice I-07 | I-07 | room (no_room) | does not run | yes |" in table([told])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"screens": ["welcome"]}, "shows 'welcome'"),
        ({"notice": ""}, "the panel's code says ''"),
        ({"reported": []}, "reported []"),
        ({"doctor": {}}, "doctor: room is not wrong"),
        ({"able_to_pay": True}, "able to pay: True"),
    ],
)
def test_each_silence_is_a_problem(changes: dict[str, object], problem: str) -> None:
    """A panel, a report, a doctor that does not tell, or a kiosk that would take money."""
    told = replace(TOLD, problems=[], **changes)
    judge(ROW, USUAL, told)
    assert len(told.problems) == 1 and problem in told.problems[0]


def test_a_start_at_which_nothing_should_be_wrong_tells_what_is() -> None:
    """What the doctor finds at every start of this machine is no news; anything else is."""
    told = replace(USUAL, doctor={"card": "slow", "slot": "U-03"}, problems=[])
    judge(BadStart("nothing is wrong"), USUAL, told)
    assert told.problems == ["doctor: slot is wrong"]


def test_every_code_of_the_table_is_in_the_handbook() -> None:
    """Who reads a code on the panel finds it among provisioning's."""
    handbook = Path("docs/provisioning.md").read_text(encoding="utf-8")
    codes = {code for row in STARTS for code in (row.notice, row.reported) if code}
    assert codes and all(code in handbook for code in codes)


def test_names_tell_the_starts_apart() -> None:
    """Each has a folder of its own, and its line in the table."""
    assert len({row.name for row in STARTS}) == len(STARTS)
