"""The commands ``record``, ``playback`` and ``vectors``."""

import argparse
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import trio

from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.probe.a4 import probe_a4
from kiosk_bench.probe.findings import Silent
from kiosk_bench.recording.card_player import CardPlayer
from kiosk_bench.recording.card_proxy import CardProxy
from kiosk_bench.recording.file import (
    BadRecording,
    Header,
    Recorder,
    Recording,
    now_utc,
    read_recording,
)
from kiosk_bench.recording.ipp_player import IppPlayer
from kiosk_bench.recording.ipp_proxy import BadAddress, IppProxy, PrinterAddress, address_of
from kiosk_bench.recording.pcsc_card import NoReader, find_slot
from kiosk_bench.recording.playback import Mismatch, Playback
from kiosk_bench.recording.serial_device import PARITIES, NoDevice, SerialLine, described_port
from kiosk_bench.recording.serial_player import SerialPlayer
from kiosk_bench.recording.serial_proxy import SerialProxy
from kiosk_bench.recording.vectors import vectors_of
from kiosk_bench.recording.wires import SERIAL_WIRES, UnknownWire, codec_of

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no other name
BAD_INPUT = 2
VPCD_PORT = 0x8C7B
"""Where the virtual reader of vsmartcard listens unless it is told otherwise."""
PLACES = "a link for serial lines; the virtual reader's port for cards; a port for printers"


class Running(Protocol):
    """A proxy or a player."""

    async def run(self) -> None:
        """Run until cancelled."""


def add_to(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add the commands to the workbench's own."""
    record = commands.add_parser("record", help="record a real device while kioskd uses it")
    kinds = record.add_subparsers(required=True)
    _add_serial(kinds)
    _add_card(kinds)
    _add_ipp(kinds)
    playback = commands.add_parser("playback", help="be the device that was recorded")
    playback.add_argument("recording", type=Path)
    playback.add_argument("--for", dest="place", required=True, help=PLACES)
    playback.add_argument("--pace", type=float, default=1.0, help="1 as recorded, 0 at once")
    playback.set_defaults(run=guarded(_playback))
    vectors = commands.add_parser("vectors", help="turn a recording into a file of tests/vectors")
    vectors.add_argument("recording", type=Path)
    vectors.add_argument("--out", type=Path, required=True, help="tests/vectors/test_....py")
    vectors.set_defaults(run=guarded(_vectors))


def _add_serial(kinds: "Commands[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("serial", help="PIN pad, ID reader or receipt printer")
    parser.add_argument("--device", required=True, help="the real device's port")
    parser.add_argument("--wire", choices=list(SERIAL_WIRES), required=True)
    parser.add_argument("--baud", type=int, required=True)
    parser.add_argument("--parity", choices=list(PARITIES), default="none")
    parser.add_argument("--stop-bits", type=int, choices=(1, 2), default=1)
    parser.add_argument("--for", dest="link", type=Path, required=True, help="what kioskd opens")
    _add_out(parser, _record_serial)


def _add_card(kinds: "Commands[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("card", help="the card in a real PC/SC reader")
    parser.add_argument("--reader", required=True, help="part of the real reader's name")
    parser.add_argument("--for", dest="port", type=int, default=VPCD_PORT, help="vpcd's port")
    _add_out(parser, _record_card)


def _add_ipp(kinds: "Commands[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("ipp", help="an A4 printer")
    parser.add_argument("--uri", required=True, help="the real printer's address")
    parser.add_argument("--port", type=int, required=True, help="where kioskd finds it instead")
    _add_out(parser, _record_ipp)


Command = Callable[[argparse.Namespace], Awaitable[None]]


def _add_out(parser: argparse.ArgumentParser, command: Command) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the recording, a new file")
    parser.add_argument("--about", default="", help="maker, model, firmware, in your words")
    parser.set_defaults(run=guarded(command))


async def _record_serial(options: argparse.Namespace) -> None:
    line = SerialLine(options.device, options.baud, options.parity, options.stop_bits)
    device = {
        **described_port(options.device),
        "line": f"{line.baud} baud, parity {line.parity}, {line.stop_bits} stop bits",
    }
    with _recorder(options, options.wire, device) as recorder:
        _say(f"kioskd's port is {options.link}, as soon as {options.device} is there")
        await _until_stopped(SerialProxy(line, PtyPort(options.link), recorder))
    _say(f"{recorder.messages} messages in {options.out}")


async def _record_card(options: argparse.Namespace) -> None:
    slot = await find_slot(options.reader)
    with _recorder(options, "card", {"reader": slot.name}) as recorder:
        _say(f"a card in {slot.name} is in the virtual reader at port {options.port} too")
        await _until_stopped(CardProxy(slot, options.port, recorder))
    _say(f"{recorder.messages} messages in {options.out}")


async def _record_ipp(options: argparse.Namespace) -> None:
    printer = address_of(options.uri)
    with _recorder(options, "ipp", {"uri": options.uri, **await _model(printer)}) as recorder:
        _say(f"kioskd's printer is ipp://localhost:{options.port}{printer.path}")
        await _until_stopped(IppProxy(printer, options.port, recorder))
    _say(f"{recorder.messages} messages in {options.out}")


async def _model(printer: PrinterAddress) -> dict[str, str]:
    """Ask the printer what it is: kioskd itself does not."""
    try:
        findings = await probe_a4(printer)
    except Silent as silent:
        return {"when it was asked what it is": str(silent)}
    return {one.question: one.detail for one in findings if one.detail}


def _recorder(options: argparse.Namespace, wire: str, device: dict[str, str]) -> Recorder:
    known = {**device, **({"about": options.about} if options.about else {})}
    program = f"kiosk-bench {version('kioskd')}"
    return Recorder(options.out, Header(wire, known, now_utc(), program), codec_of(wire))


async def _playback(options: argparse.Namespace) -> None:
    recording = read_recording(options.recording)
    _say(f"{len(recording.messages)} messages, recorded {recording.header.began}")
    await _until_stopped(_player(recording, options.place, options.pace))


def _player(recording: Recording, place: str, pace: float) -> Running:
    playback = Playback(recording, codec_of(recording.header.wire))
    if recording.header.wire in SERIAL_WIRES:
        return SerialPlayer(playback, PtyPort(Path(place)), pace)
    if not place.isdigit():
        raise BadAddress(f"{place}: a recording of {recording.header.wire} is played at a port")
    player = CardPlayer if recording.header.wire == "card" else IppPlayer
    return player(playback, int(place), pace)


async def _vectors(options: argparse.Namespace) -> None:
    text = vectors_of(read_recording(options.recording))
    await trio.lowlevel.checkpoint()
    with options.out.open("x", encoding="utf-8") as file:
        file.write(text)


def _say(text: str) -> None:
    print(text, flush=True)  # whoever started this in the background reads it from a pipe


async def _until_stopped(job: Running) -> None:
    """Run a job until Ctrl-C or SIGTERM: a recording is closed properly either way."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(job.run)
            async for _ in signals:
                nursery.cancel_scope.cancel()


def guarded(command: Command) -> Callable[[argparse.Namespace], int]:
    """Return a command that ends with a sentence and a code where its input is bad."""

    def run(options: argparse.Namespace) -> int:
        code = 0
        try:
            trio.run(command, options)
        except* (Mismatch, Silent) as found:
            code = _told(found, 1)
        except* (BadRecording, UnknownWire, BadAddress, NoReader, NoDevice, OSError) as found:
            code = _told(found, BAD_INPUT)
        return code

    return run


def _told(found: BaseExceptionGroup[BaseException], code: int) -> int:
    one: BaseException = found
    while isinstance(one, BaseExceptionGroup):
        one = one.exceptions[0]
    print(one, file=sys.stderr)
    return code
