"""A PIN pad recorded between its line and the real driver, and played back to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.recording.codec import GONE, NO_MESSAGE, THERE, TO_DEVICE
from kiosk_bench.recording.file import BadRecording, Header, Recorder, read_recording
from kiosk_bench.recording.playback import Mismatch
from kiosk_bench.recording.serial_device import NoDevice, SerialLine, open_device
from kiosk_bench.recording.serial_proxy import SerialProxy
from kiosk_bench.recording.zvt import ZvtCodec
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money
from kioskd.domain.payment import AuthorisationResult, Outcome
from tests.patience import PATIENCE_S
from tests.unit.recording_world import pay, played

CARD = bytes.fromhex("622848")


class Bench:
    """A PIN pad on one line, the kiosk's line, and a recording between them."""

    def __init__(self, folder: Path) -> None:
        self.faults: set[str] = set()
        self.peer = PinPadPeer(
            folder / "device", folder / "books.json", self.faults, WireLog(folder / "wire.log")
        )
        self.kiosk = PtyPort(folder / "kiosk")
        self.recording = folder / "pinpad.rec"

    async def use_card(self) -> None:
        await self.peer.customer.insert_card()
        await self.peer.customer.enter_pin()


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[Bench]:
    bench = Bench(folder)
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(bench.peer.run)
            with Recorder(bench.recording, Header("zvt"), ZvtCodec()) as recorder:
                line = SerialLine(str(folder / "device"), 9600, stop_bits=2)
                async with trio.open_nursery() as inner:
                    await inner.start(SerialProxy(line, bench.kiosk, recorder).run)
                    yield bench
                    inner.cancel_scope.cancel()
            nursery.cancel_scope.cancel()


async def pay_once(bench: Bench) -> AuthorisationResult:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bench.use_card)
        return await pay(bench.kiosk.path)


async def test_a_payment_is_recorded_and_played_back(tmp_path: Path) -> None:
    """The driver pays through the proxy, and again from the recording; no card number is in it."""
    async with recorded(tmp_path) as bench:
        first = await pay_once(bench)
    assert first.outcome is Outcome.APPROVED
    assert [one["committed"] for one in bench.peer.books.charges_json()] == [True]
    recording = read_recording(bench.recording)
    assert recording.identity == {"terminal": "29001006"}
    assert CARD not in b"".join(one.message.data for one in recording.messages)
    again = await played(recording, PtyPort(tmp_path / "again"))
    assert again.outcome is Outcome.APPROVED
    assert (again.record, again.code) == (first.record, first.code)


async def test_playback_names_the_first_request_that_differs(tmp_path: Path) -> None:
    """Another amount must not be approved by a recording of this one: message and byte are told."""
    async with recorded(tmp_path) as bench:
        await pay_once(bench)
    mismatch = pytest.RaisesExc(Mismatch, match=r"message \d+ at .*, byte 10: .*140000.*140100")
    with pytest.RaisesGroup(mismatch, flatten_subgroups=True):
        await played(read_recording(bench.recording), PtyPort(tmp_path / "again"), Money(140100))


async def test_a_pulled_cable_takes_the_kiosks_line_with_it_and_brings_it_back(
    tmp_path: Path,
) -> None:
    """Both lines come and go together, the recording says so, and the driver pays afterwards."""
    async with recorded(tmp_path) as bench:
        await bench.peer.pull_cable()
        while bench.kiosk.plugged:
            await trio.sleep(0.01)
        with pytest.raises(NoDevice):
            open_device(SerialLine(str(bench.kiosk.path), 9600))
        await bench.peer.plug_in()
        await bench.kiosk.wait_plugged()
        assert (await pay_once(bench)).outcome is Outcome.APPROVED
    events = [
        one.message.note for one in read_recording(bench.recording).messages if not one.message.data
    ]
    assert events[:3] == [THERE, GONE, THERE]


async def test_garbage_is_passed_on_and_counted(tmp_path: Path) -> None:
    """A device that talks garbage: the kiosk gets it all, the recording how much it was."""
    device = PtyPort(tmp_path / "device")
    device.plug()
    kiosk, path = PtyPort(tmp_path / "kiosk"), tmp_path / "recording"
    garbage = bytes(range(0x80, 0x100)) * 80
    with trio.fail_after(PATIENCE_S), Recorder(path, Header("zvt"), ZvtCodec()) as recorder:
        async with trio.open_nursery() as nursery:
            line = SerialLine(str(device.path), 9600)
            await nursery.start(SerialProxy(line, kiosk, recorder).run)
            end = open_device(SerialLine(str(kiosk.path), 9600))
            nursery.start_soon(device.send_all, garbage)
            heard = b""
            while len(heard) < len(garbage):
                heard += await end.receive_some()
            end.close()
            nursery.cancel_scope.cancel()
    device.unplug()
    assert heard == garbage
    noise = [one.message for one in read_recording(path).messages if one.message.data]
    assert sum(len(one.data) for one in noise) == len(garbage)
    assert all(one.note.startswith(NO_MESSAGE) and not any(one.data) for one in noise)


@pytest.mark.parametrize(
    ("text", "place"),
    [("", ":1: the file is empty"), ("{}\n", ":1:"), ("no\n", ":1:")],
)
def test_what_is_no_recording_is_named(tmp_path: Path, text: str, place: str) -> None:
    """A bad file is refused with its name and the line."""
    path = tmp_path / "bad.rec"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRecording, match=place):
        read_recording(path)


async def test_a_bad_line_is_named(tmp_path: Path) -> None:
    """A line that was edited wrongly is told by its number; one that was cut off is no matter."""
    path = tmp_path / "a.rec"
    with Recorder(path, Header("zvt"), ZvtCodec()) as recorder:
        recorder.took(TO_DEVICE, b"\x06")
    good = path.read_text(encoding="utf-8")
    path.write_text("\n".join(good.splitlines()[:-1]), encoding="utf-8")
    assert len(read_recording(path).messages) == 1
    path.write_text(good.replace('"06"', '"zz"'), encoding="utf-8")
    with pytest.raises(BadRecording, match=":2:"):
        read_recording(path)


async def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    path = tmp_path / "a.rec"
    path.touch()
    with pytest.raises(FileExistsError):
        Recorder(path, Header("zvt"), ZvtCodec())
