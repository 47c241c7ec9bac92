"""The command ``probe``: tell what the device at this port supports."""

import argparse
import sys
from pathlib import Path

import trio

from kiosk_bench.probe.a4 import probe_a4
from kiosk_bench.probe.card import CardProbe
from kiosk_bench.probe.findings import Finding, Silent, table
from kiosk_bench.probe.id_reader import IdReaderProbe
from kiosk_bench.probe.pinpad import PinPadProbe
from kiosk_bench.probe.pinpad_talk import PinPadTalk
from kiosk_bench.probe.receipt_printer import ReceiptPrinterProbe
from kiosk_bench.probe.tapped import TappedLine
from kiosk_bench.recording.card import CardCodec
from kiosk_bench.recording.command import Commands, guarded
from kiosk_bench.recording.escpos import EscposCodec
from kiosk_bench.recording.ipp_proxy import address_of
from kiosk_bench.recording.pcsc_card import find_slot
from kiosk_bench.recording.sam_v import SamVCodec
from kiosk_bench.recording.serial_device import PARITIES, SerialDevice, SerialLine, open_device
from kiosk_bench.recording.vpcd_slot import CardGone
from kiosk_bench.recording.zvt import ZvtCodec
from kioskd.domain.money import Money

CARD_WITHIN_S = 60.0
SHORTEST_BLOCK = 2
"""06 and 15 may be noise; a block has a checksum."""


def add_to(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Add the command to the workbench's own."""
    probe = commands.add_parser("probe", help="tell what a real device supports")
    kinds = probe.add_subparsers(required=True)
    pinpad = kinds.add_parser("pinpad", help="a ZVT PIN pad")
    _add_line(pinpad, 9600, 2)
    pinpad.add_argument("--password", type=Path, help="a file with the bank's six digits")
    pinpad.add_argument("--charge-fen", type=int, help="charge a test card so much, and undo it")
    pinpad.set_defaults(run=guarded(_pinpad))
    id_reader = kinds.add_parser("id-reader", help="a SAM_V reader of resident ID cards")
    _add_line(id_reader, 115200, 1)
    id_reader.set_defaults(run=guarded(_id_reader))
    printer = kinds.add_parser("receipt-printer", help="an ESC/POS receipt printer")
    _add_line(printer, 115200, 1)
    printer.set_defaults(run=guarded(_receipt_printer))
    card = kinds.add_parser("card", help="the card in a PC/SC reader")
    card.add_argument("--reader", default="", help="part of the reader's name")
    card.set_defaults(run=guarded(_card))
    a4 = kinds.add_parser("a4", help="an IPP printer")
    a4.add_argument("--uri", required=True)
    a4.set_defaults(run=guarded(_a4))


def _add_line(parser: argparse.ArgumentParser, baud: int, stop_bits: int) -> None:
    parser.add_argument("--port", required=True)
    parser.add_argument("--baud", type=int, default=baud)
    parser.add_argument("--parity", choices=list(PARITIES), default="none")
    parser.add_argument("--stop-bits", type=int, choices=(1, 2), default=stop_bits)


def _opened(options: argparse.Namespace) -> SerialDevice:
    return open_device(SerialLine(options.port, options.baud, options.parity, options.stop_bits))


async def _pinpad(options: argparse.Namespace) -> None:
    line = TappedLine(_opened(options), ZvtCodec(), SHORTEST_BLOCK)
    password = options.password.read_text("ascii").strip() if options.password else "000000"
    probe = PinPadProbe(PinPadTalk(line), password)
    _print(await probe.ask_all(), line.identity)
    if options.charge_fen is None:
        print("Whether it charges, reverses and can be aborted is unknown: see --charge-fen.")
    elif await _confirmed(Money(options.charge_fen)):
        _print(await probe.charge(Money(options.charge_fen)), {})


async def _confirmed(amount: Money) -> bool:
    """Ask for the amount to be typed: a test card at a real bank costs real money."""
    print(f"This charges the card that is put in {amount} yuan, and then reverses it.")
    print("Put no card in for the first request: it is aborted.")
    print(f"Type the amount, {amount}, to go on: ", end="", flush=True)
    typed: str = (await trio.to_thread.run_sync(sys.stdin.readline)).strip()
    if typed != str(amount):
        print("Nothing is charged.")
    return typed == str(amount)


async def _id_reader(options: argparse.Namespace) -> None:
    line = TappedLine(_opened(options), SamVCodec())
    _print(await IdReaderProbe(line).ask_all(), line.identity)


async def _receipt_printer(options: argparse.Namespace) -> None:
    line = TappedLine(_opened(options), EscposCodec())
    _print(await ReceiptPrinterProbe(line).ask_all(), line.identity)


async def _card(options: argparse.Namespace) -> None:
    slot = await find_slot(options.reader)
    print(f"Waiting for a card in {slot.name}", flush=True)
    with trio.move_on_after(CARD_WITHIN_S):
        card = await slot.wait_card()
        try:
            _print(await CardProbe(card.exchange, card.atr, CardCodec()).ask_all(), {})
        except CardGone as gone:
            raise Silent("the card was pulled") from gone
        finally:
            await card.close()
        return
    raise Silent(f"no card came, or none that answers, in {CARD_WITHIN_S:.0f} s")


async def _a4(options: argparse.Namespace) -> None:
    _print(await probe_a4(address_of(options.uri)), {})


def _print(findings: list[Finding], identity: dict[str, str]) -> None:
    print(table(findings))
    for what, said in identity.items():
        print(f"{what}: {said}")
