"""The region pack on the kiosk's disk: whole, or not there; and how it is kept fresh."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import trio
from flow_world import REGION
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_central.region import load_region
from kioskd.domain.region import RegionPack
from kioskd.errors import ServerError, ServerRefused, ServerUnreachable
from kioskd.protocols.central import decode, encode
from kioskd.relay.region_copy import RegionCopy, SeenPack
from kioskd.relay.region_keeper import REFRESH_S, RETRY_S, RegionKeeper

SEEN = SeenPack(load_region(), "2026-11-22")
OTHER = SeenPack(REGION, "2026-11-23")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "region.json"


def test_what_was_kept_is_loaded(file: Path) -> None:
    """The whole pack of the sample city, with the day; the part file is gone."""
    copy = RegionCopy(file)
    assert copy.load() is None
    copy.keep(SEEN)
    assert RegionCopy(file).load() == SEEN
    copy.keep(OTHER)
    assert RegionCopy(file).load() == OTHER
    assert [one.name for one in file.parent.iterdir()] == ["region.json"]


def test_nothing_of_a_citizen_can_be_in_it(file: Path) -> None:
    """The file is the head and the pack as the centre sends it to any kiosk, byte for byte."""
    RegionCopy(file).keep(SEEN)
    head, _, pack = file.read_bytes().partition(b"\n")
    assert pack == encode(SEEN.pack)
    names = set(decode(head, dict[str, Any]))
    assert names == {"format", "contract", "version", "confirmed_on", "size", "sha256"}


def test_a_cut_write_leaves_the_old_pack(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power lost, or the disk full, at any step of writing: the kept pack is the one before."""
    copy = RegionCopy(file)
    copy.keep(SEEN)

    def fails(*_: object) -> None:
        raise OSError(28, "no space left on device")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, step, fails)
            copy.keep(OTHER)
        assert RegionCopy(file).load() == SEEN
    file.with_suffix(".part").write_bytes(b'{"format":1')
    assert RegionCopy(file).load() == SEEN
    copy.keep(OTHER)
    assert RegionCopy(file).load() == OTHER


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_no_copy(file: Path, data: st.DataObject) -> None:
    """Cut anywhere, or one byte changed anywhere: never another pack, never an exception."""
    if not file.with_name("whole").exists():
        RegionCopy(file.with_name("whole")).keep(OTHER)
    whole = file.with_name("whole").read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        file.write_bytes(whole[:at])
    else:
        other = data.draw(st.integers(1, 255))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ other]) + whole[at + 1 :])
    loaded = RegionCopy(file).load()
    assert loaded is None or loaded.pack == OTHER.pack


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole.replace(b'"format":1', b'"format":2', 1),
        lambda whole: whole.replace(b'"contract":1', b'"contract":2', 1),
        lambda whole: whole.partition(b"\n")[2],
        lambda whole: b"",
        lambda whole: b"\x00" * len(whole),
        lambda whole: b"[" * 5000,
    ],
    ids=["format", "contract", "before-this-format", "empty", "zeros", "brackets"],
)
def test_a_file_of_another_kind_is_no_copy(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Another format or contract, the plain pack of an older kioskd, what a bad card leaves."""
    RegionCopy(file).keep(SEEN)
    file.write_bytes(change(file.read_bytes()))
    assert RegionCopy(file).load() is None


def test_a_folder_in_its_place_is_no_copy(file: Path) -> None:
    """Neither reading nor writing raises."""
    file.mkdir()
    RegionCopy(file).keep(SEEN)
    assert RegionCopy(file).load() is None


@dataclass
class Source:
    """A centre with a pack, or with an error."""

    pack: RegionPack = SEEN.pack
    fails: ServerError | None = None
    asked: list[float] = field(default_factory=list)

    async def region(self) -> RegionPack:
        await trio.lowlevel.checkpoint()
        self.asked.append(trio.current_time())
        if self.fails is not None:
            raise self.fails
        return self.pack


async def directly(job: Callable[[], None]) -> None:
    """Do it at once: a thread would let the test's clock jump."""
    job()


def today() -> date:
    return date(2026, 11, 24)


async def test_the_centre_comes_before_the_disk(file: Path) -> None:
    """Where it answers, its pack is taken and kept, with the day."""
    RegionCopy(file).keep(OTHER)
    keeper = RegionKeeper(Source(), RegionCopy(file), today, directly)
    assert await keeper.begin() == SeenPack(SEEN.pack, "2026-11-24")
    assert RegionCopy(file).load() == keeper.seen


async def test_without_the_centre_the_kept_pack_serves(file: Path) -> None:
    """Unreachable or refusing, the pack of the last day is there; without one there is none."""
    for error in (ServerUnreachable("a test"), ServerRefused(503, "unavailable")):
        source = Source(fails=error)
        assert await RegionKeeper(source, RegionCopy(file), today, directly).begin() is None
    RegionCopy(file).keep(OTHER)
    assert await RegionKeeper(source, RegionCopy(file), today, directly).begin() == OTHER


async def test_a_new_pack_is_there_soon_after_the_centre_is_back(
    file: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Asked every few seconds while it is away, then seldom; whoever waits learns of a change."""
    RegionCopy(file).keep(OTHER)
    source = Source(fails=ServerUnreachable("a test"))
    keeper = RegionKeeper(source, RegionCopy(file), today, directly)
    await keeper.begin()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.run)
        await trio.sleep(RETRY_S * 2.5)
        assert len(source.asked) == 3 and keeper.seen == OTHER
        source.fails = None
        with trio.fail_after(RETRY_S):
            await keeper.changed()
        assert keeper.seen == SeenPack(SEEN.pack, "2026-11-24")
        assert RegionCopy(file).load() == keeper.seen
        with trio.move_on_after(REFRESH_S * 2.5) as waited:
            await keeper.changed()
        assert waited.cancelled_caught, "the same pack again is no change"
        assert len(source.asked) == 6
        source.pack = replace(SEEN.pack, version=99)
        with trio.fail_after(REFRESH_S + 1):
            await keeper.changed()
        nursery.cancel_scope.cancel()
    assert keeper.seen is not None and keeper.seen.pack.version == 99
