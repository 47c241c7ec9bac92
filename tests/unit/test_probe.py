"""The probes of card, ID reader and printers against the workbench's own; and the command."""

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kiosk_bench.cli import main
from kiosk_bench.devices.card_os import CardOs
from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.id_card_layouts import IdCardPersona
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.memory_port import MemoryPort
from kiosk_bench.devices.pcscd import Pcscd
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.devices.social_card import VirtualSocialCard
from kiosk_bench.probe.a4 import probe_a4
from kiosk_bench.probe.card import CardProbe
from kiosk_bench.probe.findings import Finding, Silent, Verdict, table
from kiosk_bench.probe.id_reader import IdReaderProbe
from kiosk_bench.probe.receipt_printer import ReceiptPrinterProbe
from kiosk_bench.probe.tapped import TappedLine
from kiosk_bench.recording.card import CardCodec
from kiosk_bench.recording.escpos import EscposCodec
from kiosk_bench.recording.ipp_proxy import PrinterAddress, address_of
from kiosk_bench.recording.sam_v import SamVCodec
from kiosk_bench.wirelog import WireLog
from tests.patience import PATIENCE_S
from tests.unit.a4_rig import A4Rig

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
GOOD = CardPersona.good()
pytestmark = pytest.mark.xdist_group("a4")


class ServedMemory(MemoryPort):
    """A line in memory whose device converses for as long as it is plugged in."""

    async def serve(self, converse) -> None:
        while True:
            await self.wait_plugged()
            try:
                await converse()
            except Unplugged:
                await trio.lowlevel.checkpoint()


def verdicts(findings: list[Finding]) -> list[Verdict]:
    return [one.verdict for one in findings]


async def probed_reader(folder: Path, *faults: str, card: bool = False) -> list[Finding]:
    port = ServedMemory()
    names = {f"id_reader.{fault}" for fault in faults}
    peer = IdReaderPeer(port, WireLog(folder / "log"), names)
    if card:
        peer.put_card(IdCardPersona("张测试", "000000190001010017"))
    async with trio.open_nursery() as nursery:
        await nursery.start(peer.run)
        findings = await IdReaderProbe(TappedLine(await port.open(), SamVCodec())).ask_all()
        nursery.cancel_scope.cancel()
    return findings


async def test_an_id_reader_tells_its_number(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Status, number and whether a card lies on it; noise before the answers changes nothing."""
    for faults in ((), ("noise",)):
        findings = await probed_reader(tmp_path, *faults, card=True)
        assert verdicts(findings) == [YES, YES, YES]
        assert findings[1].detail == "05.01-20200101-0000012345-0000067890"
        assert findings[2].detail == "a card lies on it"


async def test_an_id_reader_that_is_silent_is_named(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """Nothing comes: said at once, with what to look for."""
    with pytest.RaisesGroup(pytest.RaisesExc(Silent, match="nothing came")):
        await probed_reader(tmp_path, "silent")


async def probed_printer(folder: Path, *faults: str) -> list[Finding]:
    port = ServedMemory()
    names = {f"receipt.{fault}" for fault in faults}
    peer = ReceiptPrinterPeer(port, WireLog(folder / "log"), names)
    async with trio.open_nursery() as nursery:
        await nursery.start(peer.run)
        line = TappedLine(await port.open(), EscposCodec())
        findings = await ReceiptPrinterProbe(line).ask_all()
        nursery.cancel_scope.cancel()
    assert peer.slips == []
    return findings


async def test_a_receipt_printer_tells_its_paper(tmp_path: Path, autojump_clock: MockClock) -> None:
    """All status bytes are answered; without paper it says so, and answers nothing in its turn."""
    assert verdicts(await probed_printer(tmp_path)) == [YES] * 6 + [NO]
    without = await probed_printer(tmp_path, "paper_out")
    assert verdicts(without) == [YES] * 4 + [NO, UNKNOWN, NO]
    assert without[4].detail == "out"


async def test_a_receipt_printer_without_a_return_wire_is_named(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """It prints and never answers: the table would be all no, so the cable is named instead."""
    with pytest.RaisesGroup(pytest.RaisesExc(Silent, match="is the cable right")):
        await probed_printer(tmp_path, "silent")


async def probed_card(persona: CardPersona) -> list[Finding]:
    chip = CardOs(persona)

    async def transmit(apdu: bytes) -> bytes:
        await trio.lowlevel.checkpoint()
        return chip.answer(apdu)

    findings = await CardProbe(transmit, persona.atr, CardCodec()).ask_all()
    assert chip.tries == persona.pin_tries, "no PIN was tried"
    return findings


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        (GOOD, [YES] * 9),
        (GOOD.foreign(), [YES, NO]),
        (GOOD.blank(), [YES] * 8 + [NO]),
    ],
)
async def test_a_card_is_asked_all_but_its_pin(
    persona: CardPersona, expected: list[Verdict]
) -> None:
    """What it supports is told by its status words, and nothing of its holder is shown."""
    findings = await probed_card(persona)
    assert verdicts(findings) == expected
    shown = b"".join(message.data for one in findings for message in one.shown)
    assert persona.id_number.encode() not in shown and bytes.fromhex(persona.code) not in shown


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[A4Rig]:
    rig = A4Rig(tmp_path_factory.mktemp("a4"))
    yield rig
    rig.close()


async def test_an_ipp_printer_tells_what_it_knows(printer: A4Rig) -> None:
    """CUPS's own printer knows all that kioskd asks for, but tells no firmware."""
    with trio.fail_after(PATIENCE_S):
        findings = {one.question: one for one in await probe_a4(address_of(printer.peer.uri))}
    assert findings["takes PDF"].verdict is YES and findings["knows Print-Job"].verdict is YES
    assert findings["tells make and model"].detail != ""
    assert "takes PDF" in table(list(findings.values()))


async def test_what_is_no_ipp_printer_is_named() -> None:
    """Nobody there, and somebody who speaks something else, are told apart."""
    with pytest.raises(Silent, match="cannot be reached"):
        await probe_a4(PrinterAddress("127.0.0.1", 9, "/"))

    async def greet(stream: trio.SocketStream) -> None:
        await stream.send_all(b"220 smtp ready\r\n")

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            serve = partial(trio.serve_tcp, greet, 0, host="127.0.0.1")
            (listener,) = await nursery.start(serve)
            port = listener.socket.getsockname()[1]
            with pytest.raises(Silent, match="speaks no HTTP"):
                await probe_a4(PrinterAddress("127.0.0.1", port, "/"))
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize(("typed", "charged"), [("0.01\n", True), ("yes\n", False), ("", False)])
async def test_the_command_charges_only_when_the_amount_is_typed(
    tmp_path: Path, typed: str, charged: bool
) -> None:
    """Anything but the very amount leaves the card alone."""
    peer = PinPadPeer(tmp_path / "pad", tmp_path / "books", set(), WireLog(tmp_path / "log"))
    words = ["probe", "pinpad", "--port", str(tmp_path / "pad"), "--charge-fen", "1"]
    command = [sys.executable, "-m", "kiosk_bench", *words]

    async def use_card() -> None:
        while not any(one["committed"] for one in peer.books.charges_json()):
            await peer.customer.insert_card()
            await peer.customer.enter_pin()

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(peer.run)
            if charged:
                nursery.start_soon(use_card)
            done = await trio.run_process(
                command, stdin=typed.encode(), capture_stdout=True, env=dict(os.environ)
            )
            nursery.cancel_scope.cancel()
    text = done.stdout.decode()
    assert "takes currency 156" in text and "terminal: 29001006" in text
    assert ("charges (06 01)" in text) is charged
    assert bool(peer.books.charges_json()) is charged


async def test_the_command_asks_the_card_in_a_real_reader(tmp_path: Path) -> None:
    """By its own process over PC/SC: the table comes out, and no PIN was tried."""
    async with Pcscd(tmp_path) as pcscd, trio.open_nursery() as nursery:
        slot = VirtualSocialCard(pcscd.port, WireLog(tmp_path / "log"), set())
        await nursery.start(slot.run)
        nursery.start_soon(slot.insert, GOOD)
        command = [sys.executable, "-m", "kiosk_bench", "probe", "card", "--reader", "00 00"]
        env = {**os.environ, **pcscd.env}
        with trio.fail_after(PATIENCE_S):
            done = await trio.run_process(command, capture_stdout=True, env=env)
        tries = slot.chip_of(GOOD).tries
        nursery.cancel_scope.cancel()
    assert "answers the centre's challenge (INTERNAL AUTHENTICATE)  yes" in done.stdout.decode()
    assert tries == GOOD.pin_tries


def test_a_port_that_is_not_there_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Code 2, the port's name, no traceback."""
    assert main(["probe", "pinpad", "--port", "/dev/no-such-port"]) == 2
    assert "/dev/no-such-port" in capsys.readouterr().err
