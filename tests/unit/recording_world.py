"""What tests of recordings share: the drivers that ship, doing with a device what kioskd does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.pcscd import READER_NAME
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.recording.file import Recording
from kiosk_bench.recording.playback import Playback
from kiosk_bench.recording.serial_player import SerialPlayer
from kiosk_bench.recording.zvt import ZvtCodec
from kioskd.domain.money import Money
from kioskd.domain.payment import AuthorisationResult, Decision, TransactionRecord
from kioskd.domain.secret import CardPin
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.drivers.settings import PinPadSettings, SocialCardReaderSettings
from kioskd.drivers.social_card_reader import SocialCardReaderDriver
from tests.patience import PATIENCE_S

AMOUNT = Money(140000)
GOOD = CardPersona.good()
CHALLENGE = bytes(range(16))
REAL, KIOSK = f"{READER_NAME} 00 00", f"{READER_NAME} 00 01"
"""The two slots of one virtual reader: where the card is, and where kioskd looks."""


async def accept(record: TransactionRecord) -> Decision:
    await trio.lowlevel.checkpoint()
    return Decision.ACCEPT


async def pay(port: Path, amount: Money = AMOUNT) -> AuthorisationResult:
    """Charge by the driver that ships, as soon as it has logged on."""
    pad = ZvtPinPad(PinPadSettings(str(port)))
    async with trio.open_nursery() as nursery:
        await nursery.start(pad.run)
        while pad.trouble is not None:
            await trio.sleep(0.01)
        result = await pad.authorise(amount, lambda step: None, accept)
        nursery.cancel_scope.cancel()
    return result


async def played(
    recording: Recording, port: PtyPort, amount: Money = AMOUNT
) -> AuthorisationResult:
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(SerialPlayer(Playback(recording, ZvtCodec()), port, 0).run)
            result = await pay(port.path, amount)
            nursery.cancel_scope.cancel()
    return result


@asynccontextmanager
async def driver() -> AsyncIterator[SocialCardReaderDriver]:
    reader = SocialCardReaderDriver(SocialCardReaderSettings(KIOSK))
    with trio.fail_after(2 * PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(reader.run)
            yield reader
            nursery.cancel_scope.cancel()


async def visit(reader: SocialCardReaderDriver) -> tuple[str, str, bytes, bool]:
    """Read the card, have it prove itself, type the PIN: what kioskd does when she logs in."""
    await reader.wait_inserted()
    async with reader.session() as card:
        facts = await card.read()
        answer = await card.answer_challenge(CHALLENGE)
        left = await card.verify_pin(CardPin(GOOD.pin))
    return facts.name.reveal(), facts.id_number.reveal(), answer, left is None
