"""The commands ``record``, ``playback`` and ``vectors``."""

import argparse
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import trio

from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.recording.playback import Mismatch, Playback
from kiosk_bench.recording.serial_device import PARITIES, SerialLine, described_port
from kiosk_bench.recording.serial_player import SerialPlayer
from kiosk_bench.recording.serial_proxy import SerialProxy
from kiosk_bench.recording.tape import BadRecording, Header, Recorder, Tape, now_utc, read_tape
from kiosk_bench.recording.wires import SERIAL_WIRES, UnknownWire, codec_of

Job = Callable[[], Awaitable[None]]
BAD_INPUT = 2


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the workbench's own."""
    record = commands.add_parser("record", help="record a real device while kioskd uses it")
    kinds = record.add_subparsers(required=True)
    _add_serial(kinds)
    playback = commands.add_parser("playback", help="be the device that was recorded")
    playback.add_argument("recording", type=Path)
    playback.add_argument("--for", dest="place", required=True, help=PLACES)
    playback.add_argument("--pace", type=float, default=1.0, help="1 as recorded, 0 at once")
    playback.set_defaults(run=_guarded(_playback))


PLACES = "the link that kioskd opens"


def _add_serial(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = kinds.add_parser("serial", help="a device on a serial line")
    parser.add_argument("--device", required=True, help="the real device's port")
    parser.add_argument("--wire", choices=list(SERIAL_WIRES), required=True)
    parser.add_argument("--baud", type=int, required=True)
    parser.add_argument("--parity", choices=list(PARITIES), default="none")
    parser.add_argument("--stop-bits", type=int, choices=(1, 2), default=1)
    parser.add_argument("--for", dest="link", type=Path, required=True, help=PLACES)
    _add_out(parser)
    parser.set_defaults(run=_guarded(_record_serial))


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the recording, a new file")
    parser.add_argument("--about", default="", help="maker, model, firmware, in your words")


async def _record_serial(options: argparse.Namespace) -> None:
    line = SerialLine(options.device, options.baud, options.parity, options.stop_bits)
    device = {
        **described_port(options.device),
        "line": f"{line.baud} baud, parity {line.parity}, {line.stop_bits} stop bits",
    }
    with _recorder(options, options.wire, device) as recorder:
        proxy = SerialProxy(line, PtyPort(options.link), recorder)
        print(f"Waiting for {options.device}; kioskd's port is {options.link}")
        await _until_stopped(proxy.run)
    print(f"{recorder.messages} messages in {options.out}")


def _recorder(options: argparse.Namespace, wire: str, device: dict[str, str]) -> Recorder:
    known = {**device, **({"about": options.about} if options.about else {})}
    program = f"kiosk-bench {version('kioskd')}"
    header = Header(wire, known, began=now_utc(), program=program)
    return Recorder(options.out, header, codec_of(wire))


async def _playback(options: argparse.Namespace) -> None:
    tape = read_tape(options.recording)
    await _until_stopped(_player(tape, options).run)


def _player(tape: Tape, options: argparse.Namespace) -> SerialPlayer:
    playback = Playback(tape, codec_of(tape.header.wire))
    return SerialPlayer(playback, PtyPort(Path(options.place)), options.pace)


async def _until_stopped(job: Job) -> None:
    """Run a job until Ctrl-C or SIGTERM: a recording is closed properly either way."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(job)
            async for _ in signals:
                nursery.cancel_scope.cancel()


def _guarded(command: Callable[[argparse.Namespace], Awaitable[None]]) -> Callable[..., int]:
    """Return a command that ends with a sentence and a code where its input is bad."""

    def run(options: argparse.Namespace) -> int:
        code = 0
        try:
            trio.run(command, options)
        except* Mismatch as found:
            code = _told(found, 1)
        except* (BadRecording, UnknownWire, OSError) as found:
            code = _told(found, BAD_INPUT)
        return code

    return run


def _told(found: BaseExceptionGroup[BaseException], code: int) -> int:
    one: BaseException = found
    while isinstance(one, BaseExceptionGroup):
        one = one.exceptions[0]
    print(one, file=sys.stderr)
    return code
