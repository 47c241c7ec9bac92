"""The serial line, over pseudo-terminals."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trio
import trio.testing

from kioskd.errors import DeviceUnavailable
from kioskd.transports.serial_port import SerialPort, SerialSettings, open_serial
from tests.patience import PATIENCE_S


class Wire:
    """A pseudo-terminal: ``master`` is the device's end, ``path`` the kiosk's."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        self.path = os.ttyname(self._slave)
        os.set_blocking(self.master, False)

    async def read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            await trio.lowlevel.wait_readable(self.master)
            data += os.read(self.master, 65536)
        return data

    def unplug(self) -> None:
        for descriptor in (self._slave, self.master):
            with suppress(OSError):
                os.close(descriptor)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.unplug()


async def opened(wire: Wire, device: str = "id_reader") -> SerialPort:
    return await open_serial(SerialSettings(wire.path, 115200, device=device))


async def test_bytes_go_both_ways_unchanged(wire: Wire) -> None:
    """All 256 byte values pass in both directions, none taken for a control character."""
    every_byte = bytes(range(256))
    with trio.fail_after(PATIENCE_S):
        async with await opened(wire) as port:
            await port.send_all(every_byte)
            assert await wire.read(256) == every_byte
            os.write(wire.master, every_byte)
            received = b""
            while len(received) < 256:
                received += await port.receive_some()
    assert received == every_byte


async def test_what_arrived_before_opening_is_thrown_away(wire: Wire) -> None:
    """A stale answer from before the line was opened never reaches the driver."""
    os.write(wire.master, b"stale")
    with trio.fail_after(PATIENCE_S):
        async with await opened(wire) as port:
            os.write(wire.master, b"fresh")
            assert await port.receive_some() == b"fresh"


async def test_a_missing_node_is_an_unavailable_device(tmp_path: Path) -> None:
    """No device file: DeviceUnavailable that names the role and the system's reason."""
    with pytest.raises(DeviceUnavailable) as caught:
        await open_serial(SerialSettings(str(tmp_path / "none"), 9600, device="receipt"))
    assert caught.value.device == "receipt"
    assert "No such file" in caught.value.detail


async def test_something_that_is_no_terminal_is_an_unavailable_device(tmp_path: Path) -> None:
    """A plain file where the port should be is reported, not a foreign exception."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeviceUnavailable):
        await open_serial(SerialSettings(str(tmp_path / "file"), 9600))


async def test_a_line_is_opened_once_only(wire: Wire) -> None:
    """The second opening of a line fails until the first is closed."""
    async with await opened(wire):
        with pytest.raises(DeviceUnavailable):
            await opened(wire)
    async with await opened(wire):
        pass


async def test_unplugging_wakes_a_waiting_read(wire: Wire) -> None:
    """A read that waits for a device that goes away ends with DeviceUnavailable."""
    outcome: list[str] = []

    async def read(port: SerialPort) -> None:
        with pytest.raises(DeviceUnavailable):
            await port.receive_some()
        outcome.append("ended")

    with trio.fail_after(PATIENCE_S):
        async with await opened(wire) as port, trio.open_nursery() as nursery:
            nursery.start_soon(read, port)
            await trio.testing.wait_all_tasks_blocked()
            wire.unplug()
    assert outcome == ["ended"]


async def test_reading_and_writing_after_unplugging_say_so(wire: Wire) -> None:
    """After the device went, every call raises DeviceUnavailable and closing still works."""
    async with await opened(wire) as port:
        wire.unplug()
        with trio.fail_after(PATIENCE_S):
            with pytest.raises(DeviceUnavailable):
                await port.receive_some()
            with pytest.raises(DeviceUnavailable):
                await port.send_all(b"anybody?")


async def test_a_big_write_waits_for_a_slow_device(wire: Wire) -> None:
    """A write larger than the system's buffer completes in order as the device takes it."""
    data = bytes(number % 251 for number in range(200_000))
    with trio.fail_after(PATIENCE_S):
        async with await opened(wire) as port, trio.open_nursery() as nursery:
            nursery.start_soon(port.send_all, data)
            assert await wire.read(len(data)) == data


async def test_a_write_to_a_stuck_device_can_be_cancelled(wire: Wire) -> None:
    """A device that takes nothing does not hold the writer or the closing."""
    async with await opened(wire) as port:
        with trio.move_on_after(0.05) as scope:
            await port.send_all(bytes(1_000_000))
        assert scope.cancelled_caught


async def test_a_cancelled_read_loses_nothing(wire: Wire) -> None:
    """Bytes that arrive after a cancelled read are given to the next one."""
    with trio.fail_after(PATIENCE_S):
        async with await opened(wire) as port:
            with trio.move_on_after(0):
                await port.receive_some()
            os.write(wire.master, b"later")
            assert await port.receive_some() == b"later"


async def test_closing_wakes_a_reader_and_may_be_repeated(wire: Wire) -> None:
    """A line closed under a reader ends the read with DeviceUnavailable."""
    port = await opened(wire)
    outcome: list[str] = []

    async def read() -> None:
        with pytest.raises(DeviceUnavailable):
            await port.receive_some()
        outcome.append("ended")

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            await port.aclose()
    await port.aclose()
    assert outcome == ["ended"]
