"""The bundle: what is in it, its manifest, its pages as QR codes, and a stick that is written."""

import io
import json
import os
import random
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pygame
import pytest
import trio
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from trio.testing import MockClock

from kioskd import log
from kioskd.cli import main
from kioskd.commands import bundle as command
from kioskd.config import load
from kioskd.domain.stick import StickFault, StickOutcome
from kioskd.protocols import central
from kioskd.screens.qr_code import squares_of
from kioskd.screens.technician_pages import TechnicianPages
from kioskd.screens.words import LANGUAGES, Words
from kioskd.technician.bundle import stick
from kioskd.technician.bundle.archive import Contents, faults_in, packed
from kioskd.technician.bundle.gather import gather, without_secrets
from kioskd.technician.bundle.order import ORDER_FILE, answer, order_in, ordered
from kioskd.technician.bundle.pages import PAGE_BYTES, PAGES_MAX, PagesUnreadable, join, read, split
from kioskd.technician.bundle.png import png_of
from kioskd.technician.bundle.stick import Stick, StickError, is_storage, put_file, write_to_stick
from kioskd.technician.doctor.visit import CHECKS, visit
from tests.goldens.gallery import PANELS, Variant, draw
from tests.journals import lent
from tests.unit.doctor_world import Kiosk
from tools import read_qr_pages

ABOUT = {"kiosk": "K0123", "software": "0.1.0", "at": "2026-11-22T02:00:00.000Z"}
FEW = {name: CHECKS[name] for name in ("power", "temperature", "usb")}


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    made = Kiosk(tmp_path)
    made.machine.programs["journalctl"] = '{"at": "2026-11-22T02:00:00.000Z", "event": "a.b"}\n'
    return made


def files_in(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {
            one.name.partition("/")[2]: (tar.extractfile(one) or io.BytesIO()).read() for one in tar
        }


def test_everything_that_helps_is_in_it(kiosk: Kiosk) -> None:
    """Doctor, status, configuration, journal, versions, log, kernel and units."""
    with lent(kiosk.state) as books:
        paid, unknown = books.confirmed(), books.unresolved()
    contents = gather(kiosk.view, visit(kiosk.view, FEW), ABOUT)
    assert contents.missing == {}
    journal = json.loads(contents.files["journal.json"])
    assert journal["states"] == {"confirmed": 1, "unresolved": 1}
    assert [row[0] for row in journal["newest"]] == [paid.ref, unknown.ref]
    assert journal["unsettled"][-1][:2] == ["unresolved", unknown.ref]
    doctor = json.loads(contents.files["doctor.json"])
    assert (doctor["kiosk"], len(doctor["lines"])) == ("K0123", 3)
    assert json.loads(contents.files["status.json"])["screen"] == "welcome"
    assert contents.files["log.jsonl"]


def test_what_cannot_be_had_is_named_with_the_reason(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kiosk that stands still still gives what there is."""
    monkeypatch.setattr(log, "newest_lines", tuple)  # as in a program beside it
    kiosk.stop()
    kiosk.config.write_text("[kiosk]\n")
    kiosk.machine.programs |= {"journalctl": None, "dmesg": None, "systemctl list-units": None}
    contents = gather(kiosk.view, visit(kiosk.view, FEW), ABOUT)
    assert contents.missing.keys() == {
        "status.json", "configuration.json", "journal.json", "log.jsonl", "kernel.txt", "units.txt",
    }  # fmt: skip
    assert contents.missing["configuration.json"] == "wrong: kiosk.id"
    assert contents.files.keys() == {"doctor.json", "versions.json"}


def test_the_configuration_is_without_its_secrets(kiosk: Kiosk) -> None:
    """The PIN pad's password, and whoever is named in an address."""
    text = kiosk.config.read_text().replace("[pin_pad]", '[pin_pad]\npassword = "471100"')
    text += '[document_printer]\nuri = "ipp://ann:hidden@127.0.0.1:9/x"\n'
    kiosk.config.write_text(text)
    plain = json.dumps(without_secrets(load(kiosk.config)))
    assert "471100" not in plain and "hidden" not in plain and "ann" not in plain
    assert '"ipp://127.0.0.1:9/x"' in plain and '"K0123"' in plain


def test_the_manifest_knows_every_file() -> None:
    """A file that was changed, added or lost is found."""
    contents = Contents({"a.txt": b"one", "b.txt": b"two"}, {"c.txt": "gone"})
    data = packed(contents, ABOUT, 1_800_000_000.0)
    assert faults_in(data) == []
    found = files_in(data)
    manifest = json.loads(found["manifest.json"])
    assert (manifest["kiosk"], manifest["missing"]) == ("K0123", {"c.txt": "gone"})
    for changed, wanted in (
        ({**found, "a.txt": b"ONE"}, ["a.txt"]),
        ({**found, "d.txt": b""}, ["d.txt"]),
        ({name: found[name] for name in ("manifest.json", "b.txt")}, ["a.txt"]),
    ):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, text in changed.items():
                entry = tarfile.TarInfo(f"kioskd-bundle/{name}")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
        assert faults_in(out.getvalue()) == wanted


def test_the_command_writes_a_file_that_only_its_owner_reads(
    kiosk: Kiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On this very machine; what is missing is said, and it is no failure."""
    out = tmp_path / "bundle.tar.gz"
    assert main(["bundle", "--config", str(kiosk.config), "--out", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert faults_in(out.read_bytes()) == []
    assert "without status.json: the kiosk does not run" in capsys.readouterr().out
    assert main(["bundle", "--config", str(kiosk.config), "--out", "/no/such/x.tar.gz"]) == 1
    assert "No such file or directory" in capsys.readouterr().err


@given(st.binary(max_size=3000), st.randoms(use_true_random=False))
def test_pages_in_any_order_make_the_bundle(data: bytes, order: random.Random) -> None:
    """Also where one was photographed twice."""
    pages = split(data)
    mixed = [*pages, order.choice(pages)]
    order.shuffle(mixed)
    assert join(mixed) == data


@given(st.binary(min_size=1, max_size=1500), st.data())
def test_a_letter_that_was_misread_is_found(data: bytes, chosen: st.DataObject) -> None:
    """No page with another letter makes a bundle."""
    pages = split(data)
    page = chosen.draw(st.sampled_from(pages))
    at = chosen.draw(st.integers(0, len(page) - 1))
    letter = chosen.draw(st.sampled_from([x for x in "0A%:" if x != page[at]]))
    wrong = page[:at] + letter + page[at + 1 :]
    with pytest.raises(PagesUnreadable):
        join([wrong, *(one for one in pages if one != page)])


def test_missing_pages_are_named() -> None:
    """So that they, and no others, are photographed again."""
    pages = split(os.urandom(5 * PAGE_BYTES))
    with pytest.raises(PagesUnreadable, match="missing pages: 2, 4") as told:
        join([pages[0], pages[2], pages[4]])
    assert told.value.missing == (2, 4)
    with pytest.raises(PagesUnreadable, match="more than one"):
        join([pages[0], split(b"x" * 5 * PAGE_BYTES)[1]])
    with pytest.raises(PagesUnreadable, match="no pages"):
        join([])
    with pytest.raises(PagesUnreadable):
        split(os.urandom(PAGES_MAX * 1000))
    assert read(pages[1]).number == 2


def test_photographed_pages_make_the_bundle_again(
    kiosk: Kiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command's own pictures, read by another reader of QR codes and joined."""
    folder, out = tmp_path / "pages", tmp_path / "joined.tar.gz"
    assert main(["bundle", "--config", str(kiosk.config), "--qr", str(folder)]) == 0
    pictures = sorted(folder.iterdir())
    assert len(pictures) > 1
    assert read_qr_pages.main([str(out), *map(str, reversed(pictures))]) == 0
    assert json.loads(files_in(out.read_bytes())["manifest.json"])["kiosk"] == "K0123"
    assert read_qr_pages.main([str(out), *map(str, pictures[1:])]) == 1
    assert "missing pages: 1" in capsys.readouterr().err


def test_pages_may_come_as_text(tmp_path: Path) -> None:
    """As a telephone's own reader saves them; a picture without a code is named."""
    data = packed(Contents({"a": b"x"}), ABOUT, 0.0)
    lines = tmp_path / "pages.txt"
    lines.write_text("\n".join(split(data)))
    blank = tmp_path / "blank.png"
    blank.write_bytes(png_of([[False] * 30] * 30))
    out = tmp_path / "out"
    assert read_qr_pages.main([str(out), str(blank), str(lines)]) == 0
    assert out.read_bytes() == data
    assert read_qr_pages.main([]) == 2


def test_a_picture_is_what_it_shows() -> None:
    """A PNG that another program reads: the squares, in black and white."""
    squares = squares_of("KB1")
    with Image.open(io.BytesIO(png_of(squares, 3))) as picture:
        assert picture.size == (len(squares) * 3, len(squares) * 3)
        seen = [[not picture.getpixel((x * 3 + 1, y * 3 + 1)) for x in range(len(squares))]
                for y in range(len(squares))]  # fmt: skip
    assert seen == [list(row) for row in squares]


@pytest.mark.parametrize("panel", PANELS)
def test_a_page_on_the_panel_is_read_by_a_telephone(panel: str) -> None:
    """Also on the smallest: the picture of the screen is given to another reader of codes."""
    pages = tuple(split(os.urandom(2 * PAGE_BYTES)))
    drawn = draw(TechnicianPages(pages, "10:54", 1), Variant("standard", panel, "zh_CN"))
    size, data = drawn.surface.get_size(), pygame.image.tobytes(drawn.surface, "RGB")
    (code,) = zxingcpp.read_barcodes(Image.frombytes("RGB", size, data))
    assert code.text == pages[1]


@pytest.fixture
def fat(tmp_path: Path) -> Stick:
    """A stick's file system in a file, as mtools takes either."""
    image = tmp_path / "stick.img"
    subprocess.run(
        ["/usr/sbin/mkfs.vfat", "-C", str(image), "2048"], check=True, capture_output=True
    )
    return Stick(str(image))


def test_a_file_is_written_to_a_stick_and_read_back(fat: Stick, tmp_path: Path) -> None:
    """By mtools, twice over the same name; nothing stays in memory."""
    memory = tmp_path / "memory"
    memory.mkdir()
    for data in (b"first" * 1000, b"second"):
        put_file(fat, "kioskd-K0123.tar.gz", data, memory)
        read_back = ["mcopy", "-i", fat.device, "::kioskd-K0123.tar.gz", "-"]
        assert subprocess.run(read_back, check=True, capture_output=True).stdout == data
    assert list(memory.iterdir()) == []


def test_a_stick_that_cannot_take_it_is_told(fat: Stick, tmp_path: Path) -> None:
    """Too small, or no FAT at all: why, and nothing left in memory."""
    for device, data in ((fat.device, os.urandom(3 << 20)), (str(tmp_path / "none"), b"x")):
        with pytest.raises(StickError, match="not_written"):
            put_file(Stick(device), "a.tar.gz", data, tmp_path)
    assert not list(tmp_path.glob("a.tar.gz*"))


STORAGE = bytes.fromhex(
    "12010002000000405109661600010102030109022000010100807d0904000002080650000705"
)
SERIAL = bytes.fromhex(
    "1201000200000008030401600006010203010902200001010080 2d0904000002ffffff020705"
)


def plug(kiosk: Kiosk, port: str, descriptors: bytes, authorized: str = "0") -> Path:
    device = kiosk.machine.at(f"/sys/bus/usb/devices/{port}")
    device.mkdir(parents=True, exist_ok=True)
    (device / "descriptors").write_bytes(descriptors)
    (device / "authorized").write_text(authorized)
    return device


def test_storage_is_known_by_its_interfaces(tmp_path: Path) -> None:
    """Of a device that was refused the kernel has the descriptors, and nothing else."""
    file = tmp_path / "descriptors"
    for data, wanted in ((STORAGE, True), (SERIAL, False), (b"", False), (b"\x00\x00", False)):
        file.write_bytes(data)
        assert is_storage(file) is wanted
    assert not is_storage(tmp_path / "none")


def test_a_stick_is_let_in_for_one_file_and_shut_out_again(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the writing fails: storage is never left open."""
    device = plug(kiosk, "1-1.4", STORAGE)
    plug(kiosk, "1-1.2", SERIAL, "1")
    block = device / "1-1.4:1.0/host0/target0:0:0/0:0:0:0/block/sda"
    (block / "sda1").mkdir(parents=True)
    seen: list[Any] = []

    def put(to: Stick, name: str, data: bytes, memory: Path) -> None:
        seen.append((to.device, name, (device / "authorized").read_text()))
        if data == b"bad":
            raise StickError(StickFault.NOT_WRITTEN)

    monkeypatch.setattr(stick, "put_file", put)
    assert write_to_stick(kiosk.machine, "a.tar.gz", b"x", kiosk.folder).device == "/dev/sda1"
    with pytest.raises(StickError, match="not_written"):
        write_to_stick(kiosk.machine, "a.tar.gz", b"bad", kiosk.folder)
    assert seen == [("/dev/sda1", "a.tar.gz", "1")] * 2
    assert (device / "authorized").read_text() == "0"


def test_no_stick_two_sticks_and_a_stick_without_a_disk_are_told(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by its own reason, which has its own next step."""
    monkeypatch.setattr(stick, "FOUND_WITHIN_S", 0.0)
    with pytest.raises(StickError, match="none_plugged"):
        write_to_stick(kiosk.machine, "a", b"x", kiosk.folder)
    plug(kiosk, "1-1.4", STORAGE)
    with pytest.raises(StickError, match="no_disk"):
        write_to_stick(kiosk.machine, "a", b"x", kiosk.folder)
    plug(kiosk, "1-1.3", STORAGE)
    with pytest.raises(StickError, match="several_plugged"):
        write_to_stick(kiosk.machine, "a", b"x", kiosk.folder)


async def test_the_kiosk_orders_a_bundle_and_hears_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """An answer to an older order is not taken for this one's."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    outcome = tmp_path / "outcome.json"
    answer(StickOutcome("an older one", None, "old.tar.gz"), outcome)
    async with trio.open_nursery() as nursery:

        async def unit() -> None:
            await trio.sleep(5)
            found = order_in(tmp_path / ORDER_FILE)
            answer(StickOutcome(found, StickFault.NONE_PLUGGED), outcome)

        nursery.start_soon(unit)
        told = await ordered(outcome)
    assert told.fault is StickFault.NONE_PLUGGED


@pytest.mark.parametrize("folder", [True, False])
async def test_nobody_who_answers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock, folder: bool
) -> None:
    """The wait ends: where the unit is not there, and where the kiosk has no folder at all."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    if folder:
        monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    assert (await ordered(tmp_path / "none")).fault is StickFault.NOBODY


def test_the_unit_answers_the_order(
    kiosk: Kiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that it runs, on this machine without a stick; and where one is written."""
    order, outcome = tmp_path / ORDER_FILE, tmp_path / "outcome.json"
    order.write_text("0123")
    monkeypatch.setattr(command, "answer", lambda told: answer(told, outcome))
    monkeypatch.setattr(command, "Machine", lambda: kiosk.machine)
    monkeypatch.setattr(command, "visit", lambda view: visit(view, FEW))
    words = ["bundle", "--config", str(kiosk.config), "--ordered", str(order)]
    old = os.umask(0o077)
    try:
        assert main(words) == 0, "a stick that is not there makes no failed unit"
    finally:
        os.umask(old)
    assert outcome.stat().st_mode & 0o777 == 0o644, "the kiosk is another user"
    told = central.decode(outcome.read_bytes(), StickOutcome)
    assert told == StickOutcome("0123", StickFault.NONE_PLUGGED)
    device = plug(kiosk, "1-1.4", STORAGE)
    (device / "1-1.4:1.0/host0/target0:0:0/0:0:0:0/block/sda/sda1").mkdir(parents=True)
    monkeypatch.setattr(stick, "put_file", lambda *words: None)
    assert main(words) == 0
    told = central.decode(outcome.read_bytes(), StickOutcome)
    assert told.fault is None and told.file.startswith("kioskd-K0123-")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_a_stick_has_its_words(language: str) -> None:
    """What is wrong, and what to do."""
    words = Words(language)
    assert all(words(f"stick.{fault.value}") for fault in StickFault)
