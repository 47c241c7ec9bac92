"""The cabinet on gpiozero's pins, driven over the bench's socket as another process would."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from kiosk_bench.devices.cabinet import CabinetRig
from kiosk_bench.devices.socket_pins import REST_VARIABLE, SOCKET_VARIABLE, SocketPinFactory
from kioskd.drivers.cabinet import GpioCabinet
from kioskd.drivers.settings import CabinetSettings
from kioskd.errors import DeviceUnavailable
from tests.patience import PATIENCE_S

SETTINGS = CabinetSettings(lamps={"card": 22, "id": 23}, presence=17, door=27)


@pytest.fixture
def pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CabinetRig]:
    """Give gpiozero the bench's pins, as its own loader would."""
    from gpiozero import Device

    monkeypatch.setenv(SOCKET_VARIABLE, str(tmp_path / "pins"))
    factory = SocketPinFactory()
    monkeypatch.setattr(Device, "pin_factory", factory)
    yield CabinetRig(tmp_path / "pins")
    factory.close()


@asynccontextmanager
async def running(cabinet: GpioCabinet) -> AsyncIterator[None]:
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cabinet.run)
            await trio.testing.wait_all_tasks_blocked()
            yield
            nursery.cancel_scope.cancel()


async def test_presence_and_door_are_followed(pins: CabinetRig) -> None:
    """Each change of the sensors is noticed and ends wait_change."""
    cabinet = GpioCabinet(SETTINGS)
    await pins.wait_ready()
    async with running(cabinet):
        assert (cabinet.somebody_there, cabinet.door_open) == (False, False)
        for change, expected in (
            (lambda: pins.presence(True), (True, False)),
            (lambda: pins.door(True), (True, True)),
            (lambda: pins.presence(False), (False, True)),
            (lambda: pins.door(False), (False, False)),
        ):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(cabinet.wait_change)
                await change()
            assert (cabinet.somebody_there, cabinet.door_open) == expected


async def test_the_door_is_closed_before_anybody_drives_its_contact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kiosk that reads its pins faster than the bench drives them sees a cabinet at rest."""
    from gpiozero import Device

    rig = CabinetRig(tmp_path / "pins")
    monkeypatch.setenv(SOCKET_VARIABLE, rig.environment[SOCKET_VARIABLE])
    monkeypatch.setenv(REST_VARIABLE, rig.environment[REST_VARIABLE])
    monkeypatch.setattr(Device, "pin_factory", factory := SocketPinFactory())
    cabinet = GpioCabinet(SETTINGS)
    async with running(cabinet):
        assert (cabinet.somebody_there, cabinet.door_open) == (False, False)
    factory.close()


async def test_lamps_light_and_go_out(pins: CabinetRig) -> None:
    """A lamp is switched by its slot; a slot without a lamp does nothing."""
    cabinet = GpioCabinet(SETTINGS)
    cabinet.lamp("id", True)
    async with running(cabinet):
        assert await pins.lamp_lit(23)
        cabinet.lamp("card", True)
        cabinet.lamp("id", False)
        cabinet.lamp("receipt", True)
        assert await pins.lamp_lit(22)
        assert not await pins.lamp_lit(23)


async def test_earphones_are_followed(tmp_path: Path, pins: CabinetRig) -> None:
    """A plug pulls the jack's contact low; without a jack nothing is ever plugged in."""
    rig = CabinetRig(tmp_path / "pins", earphones_pin=22)
    await rig.wait_ready()
    cabinet = GpioCabinet(CabinetSettings(earphones=22))
    async with running(cabinet):
        for plugged in (True, False):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(cabinet.wait_change)
                await rig.earphones(plugged)
            assert cabinet.earphones is plugged
    assert not GpioCabinet(SETTINGS).earphones


async def test_a_cut_wire_at_the_door_is_an_open_door(pins: CabinetRig) -> None:
    """With nothing on the contact its pull-up reads as open: tampering is seen, not missed."""
    cabinet = GpioCabinet(SETTINGS)
    async with running(cabinet):
        assert cabinet.door_open


async def test_without_pins_somebody_is_there_and_the_door_closed() -> None:
    """A kiosk with no sensors never thinks its visitor has left."""
    cabinet = GpioCabinet(CabinetSettings())
    async with running(cabinet):
        assert (cabinet.somebody_there, cabinet.door_open) == (True, False)
        cabinet.lamp("card", True)


async def test_a_pin_that_is_none_is_an_unavailable_device(pins: CabinetRig) -> None:
    """A pin number that the board does not have is reported, not a foreign exception."""
    with pytest.raises(DeviceUnavailable):
        await GpioCabinet(CabinetSettings(presence=999)).run()


async def test_pins_are_given_back_when_the_part_restarts(pins: CabinetRig) -> None:
    """After a fall the supervisor can start the cabinet again on the same pins."""
    cabinet = GpioCabinet(SETTINGS)
    for _ in range(2):
        async with running(cabinet):
            pass


async def test_nonsense_to_the_pins_is_answered(pins: CabinetRig) -> None:
    """The bench's socket answers what it does not understand, and goes on."""
    for request in ("", "drive", "drive x 1", "drive 17 2", "state 999"):
        assert (await pins._ask(request)).startswith("error")
    assert await pins._ask("state 17") in ("0", "1")
