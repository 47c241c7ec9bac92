"""The resident ID reader's driver: against the bench's reader on a pseudo-terminal, and alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
import trio
import trio.testing

from kiosk_bench.devices.id_card_layouts import IdCardPersona
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.wirelog import WireLog
from kioskd.domain.person import IdCardFacts
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.id_reader import SamVIdReader
from kioskd.drivers.sam_v_line import SamVLine
from kioskd.drivers.settings import IdReaderSettings
from kioskd.errors import CardUnreadable, DeviceError, DeviceTimeout, DeviceUnavailable
from kioskd.protocols.sam_v import Command, Status
from tests.patience import PATIENCE_S

ZHANG = IdCardPersona("张三丰", "000000190001010025")
WANG = IdCardPersona("王样例", "00000019700101006X")


@dataclass
class Rig:
    """A driver and the bench's reader that it is connected to."""

    driver: SamVIdReader
    peer: IdReaderPeer
    port: PtyPort
    wire: Path
    faults: set[str] = field(default_factory=set)

    async def well(self) -> None:
        while self.driver.trouble is not None:
            await trio.sleep(0.005)

    async def in_trouble(self) -> None:
        while self.driver.trouble is None:
            await trio.sleep(0.005)

    async def asked(self, body: str, times: int = 1) -> None:
        """Wait until the reader has been asked ``body`` so many times more."""
        goal = self.wire.read_text().count(f"> {body}") + times
        while self.wire.read_text().count(f"> {body}") < goal:
            await trio.sleep(0.005)

    async def nothing_is_read(self) -> None:
        """Wait for a card while the reader is polled three times: none may be reported."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._fail_on_card)
            await self.asked("20 01", times=3)
            nursery.cancel_scope.cancel()

    async def _fail_on_card(self) -> None:
        await self.driver.wait_card()
        raise AssertionError("a card was reported")


@asynccontextmanager
async def rig(folder: Path, found_again: bool = True) -> AsyncIterator[Rig]:
    port = PtyPort(folder / "id-reader")
    faults: set[str] = set()
    peer = IdReaderPeer(port, WireLog(folder / "wire.log"), faults, found_again)
    settings = IdReaderSettings(str(port.path), poll_interval_s=0.01)
    driver = SamVIdReader(settings, today=lambda: date(2026, 11, 22))
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(peer.run)
            nursery.start_soon(driver.run)
            made = Rig(driver, peer, port, folder / "wire.log", faults)
            await made.well()
            yield made
            nursery.cancel_scope.cancel()
            port.unplug()


async def test_a_card_is_read_with_what_the_kiosk_needs(tmp_path: Path) -> None:
    """A resident's card put down while waiting gives name, number and validity."""
    async with rig(tmp_path) as bench:
        seen: list[IdCardFacts] = []

        async def wait() -> None:
            seen.append(await bench.driver.wait_card())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await bench.asked("20 01")
            bench.peer.put_card(ZHANG)
    assert seen[0].name.reveal() == "张三丰"
    assert seen[0].id_number.reveal() == "000000190001010025"
    assert seen[0].valid_until is None


async def test_the_module_number_is_reported(tmp_path: Path) -> None:
    """The reader's security module number comes in the form in which it is registered."""
    async with rig(tmp_path) as bench:
        assert await bench.driver.sam_id() == "05.01-20200101-0000012345-0000067890"


@pytest.mark.parametrize("found_again", [True, False])
async def test_a_card_left_in_place_is_reported_once(tmp_path: Path, found_again: bool) -> None:
    """Left lying it is not reported again; taken away and put back it is, on both readers."""
    async with rig(tmp_path, found_again) as bench:
        bench.peer.put_card(ZHANG)
        await bench.driver.wait_card()
        await bench.nothing_is_read()
        bench.peer.take_card()
        await bench.nothing_is_read()
        bench.peer.put_card(ZHANG)
        assert (await bench.driver.wait_card()).name.reveal() == "张三丰"


async def test_another_card_in_its_place_is_reported(tmp_path: Path) -> None:
    """A card swapped between two polls is told by its number."""
    async with rig(tmp_path) as bench:
        bench.peer.put_card(ZHANG)
        await bench.driver.wait_card()
        bench.peer.put_card(WANG)
        assert (await bench.driver.wait_card()).id_number.reveal() == "00000019700101006X"


async def test_a_number_that_fails_its_check_is_unreadable(tmp_path: Path) -> None:
    """A damaged card is not a login; it is reported once and may be tried again after taking it."""
    async with rig(tmp_path) as bench:
        bench.peer.put_card(replace(ZHANG, number="000000190001010026"))
        with pytest.raises(CardUnreadable):
            await bench.driver.wait_card()
        await bench.nothing_is_read()
        bench.peer.take_card()
        await bench.nothing_is_read()
        bench.peer.put_card(ZHANG)
        await bench.driver.wait_card()


async def test_spoilt_readings_are_an_unreadable_card(tmp_path: Path) -> None:
    """Readings with a wrong checksum end as CardUnreadable, and the reader stays well."""
    async with rig(tmp_path) as bench:
        bench.faults.add("id_reader.wrong_checksum")
        bench.peer.put_card(ZHANG)
        with pytest.raises(CardUnreadable):
            await bench.driver.wait_card()
        assert bench.driver.trouble is None


async def test_noise_between_answers_does_no_harm(tmp_path: Path) -> None:
    """Rubbish and a false preamble before each answer: the card is read all the same."""
    async with rig(tmp_path) as bench:
        bench.faults.add("id_reader.noise")
        bench.peer.put_card(ZHANG)
        assert (await bench.driver.wait_card()).name.reveal() == "张三丰"


async def test_a_torn_reading_is_repeated(tmp_path: Path) -> None:
    """A reading that loses its second half is read again once its time is over."""
    async with rig(tmp_path) as bench:
        bench.faults.add("id_reader.torn_frame")
        bench.peer.put_card(ZHANG)

        async def mend() -> None:
            await bench.asked("30 01")
            bench.faults.clear()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(mend)
            assert (await bench.driver.wait_card()).name.reveal() == "张三丰"


async def test_unplugging_is_trouble_and_replugging_heals_it(tmp_path: Path) -> None:
    """A pulled cable ends the waiting, greys the service, and plugging in again brings it back."""
    async with rig(tmp_path) as bench:
        ended: list[DeviceError] = []

        async def wait() -> None:
            with pytest.raises(DeviceUnavailable) as caught:
                await bench.driver.wait_card()
            ended.append(caught.value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await bench.asked("20 01", times=2)
            bench.port.unplug()
        await bench.in_trouble()
        trouble = bench.driver.trouble
        assert trouble is not None and trouble.reason is TroubleReason.ID_READER_GONE
        assert ended[0].device == "id_reader"
        with pytest.raises(DeviceUnavailable):
            await bench.driver.wait_card()
        bench.port.plug()
        await bench.well()
        bench.peer.put_card(ZHANG)
        await bench.driver.wait_card()


async def test_a_wait_cancelled_anywhere_leaves_the_line_clean(tmp_path: Path) -> None:
    """Cancelled at many moments of a reading, the next wait still reads the right card."""
    async with rig(tmp_path) as bench:
        for step in range(12):
            bench.peer.put_card(ZHANG if step % 2 else WANG)
            with trio.move_on_after(step * 0.0005):
                await bench.driver.wait_card()
            bench.peer.take_card()
            await bench.nothing_is_read()
            bench.peer.put_card(ZHANG)
            assert (await bench.driver.wait_card()).name.reveal() == "张三丰"
            bench.peer.take_card()
            await bench.nothing_is_read()


async def test_nothing_personal_is_in_the_wire_log(tmp_path: Path) -> None:
    """The bench's own log of a reading holds neither name nor number."""
    async with rig(tmp_path) as bench:
        bench.peer.put_card(ZHANG)
        await bench.driver.wait_card()
        text = bench.wire.read_text()
    assert "张三丰" not in text and "000000190001010025" not in text
    assert "90 and 1284 bytes" in text


class ScriptedReader:
    """A line whose answers the test gives by hand."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._speak, self._hear = trio.open_memory_channel[bytes](10)

    async def receive_some(self) -> bytes:
        return await self._hear.receive()

    async def send_all(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.asked.append(data)

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()

    def answer(self, status: int) -> None:
        self._speak.send_nowait(bytes.fromhex("AAAAAA9669 0004 0000") + bytes([status, 4 ^ status]))


async def test_a_late_answer_is_not_taken_for_the_next(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The answer to a cancelled question is thrown away, and the next question gets its own."""
    stream = ScriptedReader()
    line = SamVLine(stream)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.receive)
        with trio.move_on_after(0.2):
            await line.ask(Command.FIND_CARD)

        async def late() -> None:
            await trio.sleep(0.3)
            stream.answer(Status.CARD_FOUND)
            await trio.sleep(0.1)
            stream.answer(Status.SELECT_FAILED)

        nursery.start_soon(late)
        answer = await line.ask(Command.SELECT_CARD)
        assert answer.status == Status.SELECT_FAILED
        nursery.cancel_scope.cancel()


async def test_a_silent_reader_is_given_up_after_three_questions(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Three questions without an answer, a second each, and the line counts as dead."""
    line = SamVLine(ScriptedReader())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.receive)
        started = trio.current_time()
        for _ in range(3):
            await line.wait_failed(0)
            with pytest.raises(DeviceTimeout):
                await line.ask(Command.FIND_CARD)
        assert trio.current_time() - started == pytest.approx(3.0)
        with pytest.raises(DeviceUnavailable):
            await line.wait_failed(60)
        nursery.cancel_scope.cancel()


async def test_a_reader_that_falls_silent_is_trouble(tmp_path: Path) -> None:
    """A reader whose line is there but says nothing ends the waiting and is in trouble."""
    async with rig(tmp_path) as bench:
        bench.faults.add("id_reader.silent")
        with pytest.raises(DeviceError):
            await bench.driver.wait_card()
        await bench.in_trouble()
        bench.faults.clear()
        await bench.well()
