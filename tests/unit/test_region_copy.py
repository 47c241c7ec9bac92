"""The region pack on the kiosk's disk: whole, or not there; and how it is kept fresh."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import trio
from flow_world import REGION
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_central.region import load_region
from kioskd.domain.region import RegionPack
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import PackFault, PackNotBelieved, ServerError, ServerRefused, ServerUnreachable
from kioskd.protocols.central import decode, encode
from kioskd.protocols.central_pack import SignedPack, tag_of
from kioskd.relay.region_copy import RegionCopy, SeenPack
from kioskd.relay.region_keeper import DOUBT_S, REFRESH_S, RETRY_S, RegionKeeper, T
from tests.packs import OTHER_KIOSK, SINCE, PackOffice

SAMPLE = load_region()
LATER = SINCE + timedelta(days=1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> PackOffice:
    return PackOffice(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="module")
def seen(office: PackOffice) -> SeenPack:
    return SeenPack(office.believed(SAMPLE), "2026-11-22")


@pytest.fixture(scope="module")
def other(office: PackOffice) -> SeenPack:
    return SeenPack(office.believed(REGION), "2026-11-23")


@pytest.fixture
def kept(file: Path, office: PackOffice) -> RegionCopy:
    """Return the kiosk's copy, of which there is none yet."""
    return RegionCopy(file, office.checker())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "region.json"


def test_what_was_kept_is_loaded(kept: RegionCopy, seen: SeenPack, other: SeenPack) -> None:
    """The whole pack of the sample city, with its proof and the day; the part file is gone."""
    assert kept.load() is None
    kept.keep(seen)
    assert kept.load() == seen
    kept.keep(other)
    assert kept.load() == other


def test_one_file_is_left(kept: RegionCopy, file: Path, seen: SeenPack) -> None:
    """What was written beside it is in its place."""
    kept.keep(seen)
    assert [one.name for one in file.parent.iterdir()] == ["region.json"]


def test_nothing_of_a_citizen_can_be_in_it(kept: RegionCopy, file: Path, seen: SeenPack) -> None:
    """The file is the head with the proof, and the pack as the centre sent it, byte for byte."""
    kept.keep(seen)
    head, _, pack = file.read_bytes().partition(b"\n")
    assert pack == encode(SAMPLE)
    assert set(decode(head, dict[str, Any])) == {"format", "contract", "confirmed_on", "proof"}


def test_a_cut_write_leaves_the_old_pack(
    kept: RegionCopy,
    file: Path,
    seen: SeenPack,
    other: SeenPack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Power lost, or the disk full, at any step of writing: the kept pack is the one before."""
    kept.keep(seen)

    def fails(*_: object) -> None:
        raise OSError(28, "no space left on device")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, step, fails)
            kept.keep(other)
        assert kept.load() == seen
    file.with_suffix(".part").write_bytes(b'{"format":2')
    assert kept.load() == seen
    kept.keep(other)
    assert kept.load() == other


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_no_copy(
    kept: RegionCopy, file: Path, other: SeenPack, data: st.DataObject
) -> None:
    """Cut anywhere, or one byte changed anywhere: never another pack, never an exception."""
    kept.keep(other)
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        file.write_bytes(whole[:at])
    else:
        flip = data.draw(st.integers(1, 255))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
    loaded = kept.load()
    assert loaded is None or loaded.pack == other.pack


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole.replace(b'"format":2', b'"format":3', 1),
        lambda whole: whole.replace(b'"contract":1', b'"contract":2', 1),
        lambda whole: whole.replace(b"2026-11-22", b"yesterday.", 1),
        lambda whole: b'{"format":1,"contract":1,"version":1}' + whole[whole.index(b"\n") :],
        lambda whole: whole.partition(b"\n")[2],
        lambda whole: b"",
        lambda whole: b"\x00" * len(whole),
        lambda whole: b"[" * 5000,
    ],
    ids=["format", "contract", "no-day", "unsigned", "plain", "empty", "zeros", "brackets"],
)
def test_a_file_of_another_kind_is_no_copy(
    kept: RegionCopy, file: Path, seen: SeenPack, change: Callable[[bytes], bytes]
) -> None:
    """Another format or contract, the unsigned packs of older programs, what a bad card leaves."""
    kept.keep(seen)
    file.write_bytes(change(file.read_bytes()))
    assert kept.load() is None


def test_the_copy_of_another_kiosk_is_no_copy(
    kept: RegionCopy, file: Path, office: PackOffice, seen: SeenPack
) -> None:
    """A card that was put into another kiosk; and one of a city with another CA."""
    kept.keep(seen)
    assert RegionCopy(file, office.checker(OTHER_KIOSK)).load() is None
    elsewhere = PackOffice(file.parent / "elsewhere")
    assert RegionCopy(file, elsewhere.checker()).load() is None


def test_a_pack_that_was_written_by_hand_is_no_copy(
    kept: RegionCopy, file: Path, seen: SeenPack
) -> None:
    """Whoever can write the disk can put no other hotline there."""
    kept.keep(seen)
    number = SAMPLE.hotlines[0].number.encode()
    file.write_bytes(file.read_bytes().replace(number, b"0" * len(number)))
    assert kept.load() is None


def test_a_folder_in_its_place_is_no_copy(kept: RegionCopy, file: Path, seen: SeenPack) -> None:
    """Neither reading nor writing raises."""
    file.mkdir()
    kept.keep(seen)
    assert kept.load() is None


@dataclass
class Source:
    """A centre with a pack, or with an error."""

    office: PackOffice
    pack: RegionPack = SAMPLE
    fails: ServerError | PackNotBelieved | None = None
    sends: SignedPack | None = None
    asked: list[float] = field(default_factory=list)
    sent: int = 0

    async def region(self, held: str) -> SignedPack | None:
        await trio.lowlevel.checkpoint()
        self.asked.append(trio.current_time())
        if self.fails is not None:
            raise self.fails
        signed = self.sends or self.office.sign(self.pack)
        if held == tag_of(signed.body):
            return None
        self.sent += 1
        return signed


async def directly(job: Callable[[], T]) -> T:
    """Do it at once: a thread would let the test's clock jump."""
    return job()


def today() -> date:
    return date(2026, 11, 24)


def keeper_of(source: Source, kept: RegionCopy) -> RegionKeeper:
    return RegionKeeper(source, kept, source.office.checker(), today, directly)


async def test_the_centre_comes_before_the_disk(
    kept: RegionCopy, office: PackOffice, other: SeenPack
) -> None:
    """Where it answers, its pack is taken and kept, with the day."""
    kept.keep(other)
    keeper = keeper_of(Source(office), kept)
    taken = await keeper.begin()
    assert taken is not None
    assert (taken.pack, taken.confirmed_on) == (SAMPLE, "2026-11-24")
    assert kept.load() == taken


async def test_what_is_on_disk_is_not_sent_again(
    kept: RegionCopy, office: PackOffice, seen: SeenPack
) -> None:
    """The centre confirms it by its tag: the day is today's, the proof the old one."""
    kept.keep(seen)
    source = Source(office)
    keeper = keeper_of(source, kept)
    assert await keeper.begin() == replace(seen, confirmed_on="2026-11-24")
    assert source.sent == 0
    assert kept.load() == keeper.seen


async def test_without_the_centre_the_kept_pack_serves(
    kept: RegionCopy, office: PackOffice, other: SeenPack
) -> None:
    """Unreachable or refusing, the pack of the last day is there; without one there is none."""
    for error in (ServerUnreachable("a test"), ServerRefused(503, "unavailable")):
        source = Source(office, fails=error)
        assert await keeper_of(source, kept).begin() is None
    kept.keep(other)
    assert await keeper_of(source, kept).begin() == other


async def test_a_new_pack_is_there_soon_after_the_centre_is_back(
    kept: RegionCopy,
    office: PackOffice,
    other: SeenPack,
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Asked every few seconds while it is away, then seldom; whoever waits learns of a change."""
    kept.keep(other)
    source = Source(office, fails=ServerUnreachable("a test"))
    keeper = keeper_of(source, kept)
    await keeper.begin()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.run)
        await trio.sleep(RETRY_S * 2.5)
        assert len(source.asked) == 3 and keeper.seen == other
        source.fails = None
        with trio.fail_after(RETRY_S):
            await keeper.changed()
        assert keeper.seen is not None and keeper.seen.pack == SAMPLE
        assert kept.load() == keeper.seen
        with trio.move_on_after(REFRESH_S * 2.5) as waited:
            await keeper.changed()
        assert waited.cancelled_caught, "the same pack again is no change"
        assert (len(source.asked), source.sent) == (6, 1)
        source.pack = replace(SAMPLE, version=99)
        with trio.fail_after(REFRESH_S + 1):
            await keeper.changed()
        nursery.cancel_scope.cancel()
    assert keeper.seen is not None and keeper.seen.pack.version == 99


async def test_what_is_not_believed_changes_nothing_but_the_trouble(
    kept: RegionCopy,
    office: PackOffice,
    seen: SeenPack,
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A replayed older pack: the good one stays, on disk too; asked again, not in haste."""
    newer = replace(SAMPLE, version=SAMPLE.version + 1)
    held = SeenPack(office.believed(newer, LATER), "2026-11-23")
    kept.keep(held)
    source = Source(office)
    keeper = keeper_of(source, kept)
    assert await keeper.begin() == held
    older = Trouble(TroubleReason.PACK_NOT_BELIEVED, PackFault.OLDER.value)
    assert keeper.trouble == older
    assert kept.load() == held
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.run)
        await trio.sleep(DOUBT_S * 2.5)
        assert (len(source.asked), keeper.trouble) == (3, older)
        source.sends = office.sign(newer, LATER)
        await trio.sleep(DOUBT_S)
        nursery.cancel_scope.cancel()
    assert keeper.trouble is None
    assert keeper.seen == replace(held, confirmed_on="2026-11-24")


async def test_without_a_proof_there_is_no_pack(kept: RegionCopy, office: PackOffice) -> None:
    """At the first start too: nothing is better than anybody's word. Away says nothing of it."""
    source = Source(office, fails=PackNotBelieved(PackFault.NOT_SIGNED))
    keeper = keeper_of(source, kept)
    assert await keeper.begin() is None
    assert keeper.trouble == Trouble(TroubleReason.PACK_NOT_BELIEVED, "G-01")
    source.fails = ServerUnreachable("a test")
    await keeper.begin()
    assert keeper.trouble is not None, "the newest answer is still the one not believed"
    source.fails = None
    assert await keeper.begin() is not None
    assert keeper.trouble is None
