"""The probe of a PIN pad against the workbench's own, honest and faulty, on virtual time."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kiosk_bench.devices.memory_port import MemoryPort
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.port import Port
from kiosk_bench.probe.findings import Finding, Silent, Verdict, table
from kiosk_bench.probe.pinpad import PinPadProbe
from kiosk_bench.probe.pinpad_talk import PinPadTalk
from kiosk_bench.probe.tapped import TappedLine
from kiosk_bench.recording.zvt import ZvtCodec
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
Ask = Callable[[PinPadProbe], Awaitable[list[Finding]]]


async def probed(
    folder: Path, *faults: str, ask: Ask = PinPadProbe.ask_all
) -> dict[str, tuple[Verdict, str]]:
    """Probe a PIN pad that has these faults; return what was found by question."""
    port = MemoryPort()
    names = {f"pinpad.{fault}" for fault in faults}
    peer = PinPadPeer(port, folder / "books.json", names, WireLog(folder / "wire.log"))
    async with trio.open_nursery() as nursery:
        await nursery.start(peer.run)
        nursery.start_soon(peer.customer.insert_card)
        talk = PinPadTalk(TappedLine(await port.open(), ZvtCodec(), 2))
        findings = await ask(PinPadProbe(talk, "000000"))
        nursery.cancel_scope.cancel()
    assert peer.books.charges_json() == [] or ask is not PinPadProbe.ask_all
    return {one.question: (one.verdict, one.detail) for one in findings}


async def test_an_honest_pin_pad(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Everything it can do is a yes, what it leaves out a no; nothing is charged."""
    found = await probed(tmp_path)
    assert found == {
        "tells its status (05 01)": (YES, "terminal status 00"),
        "logs on (06 00)": (YES, "approved"),
        "numbers messages (1F73)": (NO, ""),
        "takes currency 156": (YES, "it says 156"),
        "tells its totals (06 10)": (YES, "1 transactions, 0.01"),
        "shows its last transaction (06 20)": (YES, "receipt 0001"),
        "gives transaction ids (1F1F)": (NO, "its last transaction has none"),
        "takes an abort while idle (06 B0)": (YES, ""),
        "reaches its host (06 70)": (YES, ""),
    }


@pytest.mark.parametrize(
    ("fault", "question", "verdict"),
    [
        ("no_repeat_receipt", "shows its last transaction (06 20)", NO),
        ("no_repeat_receipt", "gives transaction ids (1F1F)", UNKNOWN),
        ("no_totals", "tells its totals (06 10)", NO),
        ("sync_ids", "gives transaction ids (1F1F)", YES),
        ("sequence_ids", "numbers messages (1F73)", YES),
        ("wrong_currency_at_registration", "takes currency 156", NO),
        ("wrong_currency_at_registration", "logs on (06 00)", NO),
        ("slow_answers", "reaches its host (06 70)", YES),
        ("noise", "tells its totals (06 10)", YES),
    ],
)
async def test_what_it_cannot_do_is_said(
    tmp_path: Path, autojump_clock: MockClock, fault: str, question: str, verdict: Verdict
) -> None:
    """Each weakness of a PIN pad shows in its own line of the table."""
    assert (await probed(tmp_path, fault))[question][0] is verdict


async def test_a_silent_pin_pad_is_named(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Nothing comes: the probe ends and says where to look."""
    with pytest.RaisesGroup(pytest.RaisesExc(Silent, match="nothing came")):
        await probed(tmp_path, "silent")


@pytest.mark.parametrize(
    "garbage",
    [b"\xf0\x0f" * 50, b"AT\r\nERROR\r\n", b"\x10\x02" * 40, b"\x06\x15\xf0"],
    ids=["noise", "modem", "beginnings", "signals"],
)
async def test_a_device_that_talks_garbage_is_named(
    autojump_clock: MockClock, garbage: bytes
) -> None:
    """However much of it comes, the probe ends and says that this is no PIN pad."""
    port = MemoryPort()
    port.plug()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_babble, port, garbage)
        probe = PinPadProbe(PinPadTalk(TappedLine(await port.open(), ZvtCodec(), 2)), "000000")
        with pytest.raises(Silent, match="none of its protocol"):
            await probe.ask_all()
        nursery.cancel_scope.cancel()


async def _babble(port: Port, garbage: bytes) -> None:
    while True:
        await port.send_all(garbage)
        await trio.sleep(0.5)


async def test_a_charge_is_aborted_made_and_given_back(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """With the tester's card the money part is probed too, and nothing stays charged."""
    port = MemoryPort()
    peer = PinPadPeer(port, tmp_path / "books.json", set(), WireLog(tmp_path / "wire.log"))
    async with trio.open_nursery() as nursery:
        await nursery.start(peer.run)
        talk = PinPadTalk(TappedLine(await port.open(), ZvtCodec(), 2))
        probe = PinPadProbe(talk, "000000")
        await probe.ask_all()

        async def use_card() -> None:
            await trio.sleep(5)  # after the one that is aborted
            await peer.customer.insert_card()
            await peer.customer.enter_pin()

        nursery.start_soon(use_card)
        findings = await probe.charge(Money(1))
        nursery.cancel_scope.cancel()
    assert [(one.question, one.verdict) for one in findings] == [
        ("lets a charge be aborted (06 B0)", YES),
        ("charges (06 01)", YES),
        ("reverses (06 30)", YES),
    ]
    (charge,) = peer.books.charges_json()
    assert (charge["committed"], charge["reversed"]) == (True, True)


async def test_the_table_shows_the_bytes_masked(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Under each line stands what went over the wire, without the card's number."""
    port = MemoryPort()
    peer = PinPadPeer(port, tmp_path / "books.json", set(), WireLog(tmp_path / "wire.log"))
    async with trio.open_nursery() as nursery:
        await nursery.start(peer.run)
        talk = PinPadTalk(TappedLine(await port.open(), ZvtCodec(), 2))
        text = table(await PinPadProbe(talk, "135790").ask_all())
        nursery.cancel_scope.cancel()
    assert "    > 10 02 06 20" in text and "    < 10 02 04 0f" in text
    assert "    < 06\n" not in text and "    < 10 02 80 00 00" in text, "of the abort alone"
    assert "62 28 48" not in text and "13 57 90" not in text
