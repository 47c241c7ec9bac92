"""What can be tried with each device, and how it is told whether it went well.

Nothing is charged, and nothing of a card that is read is kept or shown: only that it was read.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from uuid import uuid4

import trio

from kioskd.contracts import Saying
from kioskd.domain.document import LineStyle, PrintProgress, Receipt, ReceiptLine
from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Result
from kioskd.errors import CardError, DeviceError, DeviceRefused, ServerError
from kioskd.flows.technician.devices import Devices, GivenUp, Hands

SOUND_S = 3.0
"""How long a sentence of the voice is given before it is asked whether it was heard."""
SHOWN_S = 20
SAYING = {"zh_CN": "语音测试。一，二，三。", "en": "Voice test. One, two, three."}


async def read_card(devices: Devices, hands: Hands) -> Result:
    """A social security card is put in and read."""
    async with hands.asked_to("insert_card"):
        await devices.social_cards.wait_inserted()
        try:
            async with devices.social_cards.session() as card:
                await card.read()
        except (CardError, DeviceError):
            return Result.FAIL
    async with hands.asked_to("take_card"):
        await devices.social_cards.wait_removed()
    return Result.PASS


async def read_id_card(devices: Devices, hands: Hands) -> Result:
    """A resident ID card is put on the reader and read."""
    async with hands.asked_to("put_id_card"):
        try:
            await devices.id_reader.wait_card()
        except (CardError, DeviceError):
            return Result.FAIL
        return Result.PASS


@asynccontextmanager
async def _pin_pad(devices: Devices, hands: Hands) -> AsyncIterator[None]:
    """Have the PIN pad to oneself. Raises GivenUp while its books are wanted for a payment."""
    async with hands.asked_to("wait"), devices.pin_pad_turn:
        if devices.money_in_doubt():
            raise GivenUp
        yield


async def ask_pin_pad(devices: Devices, hands: Hands) -> Result:
    """The PIN pad says that it is ready."""
    async with _pin_pad(devices, hands):
        try:
            return Result.FAIL if await devices.pin_pad.status() else Result.PASS
        except DeviceError:
            return Result.FAIL


async def show_on_pin_pad(devices: Devices, hands: Hands) -> Result:
    """The PIN pad shows a text; one that does not take texts has no such deed."""
    async with _pin_pad(devices, hands):
        try:
            await devices.pin_pad.show(("KIOSK TEST", "1234567890"), SHOWN_S)
        except DeviceRefused:
            return Result.ABSENT
        except DeviceError:
            return Result.FAIL
    return _seen(await hands.confirms("pin_pad_text"))


async def reach_bank(devices: Devices, hands: Hands) -> Result:
    """The PIN pad reaches the bank's host: its own diagnosis, which charges nothing."""
    async with _pin_pad(devices, hands):
        try:
            await devices.pin_pad.diagnose()
        except DeviceError:
            return Result.FAIL
        return Result.PASS


async def print_slip(devices: Devices, hands: Hands) -> Result:
    """A slip comes out, whole and legible."""
    async with hands.asked_to("wait"):
        printed = await devices.receipt_printer.print(TEST_SLIP)
    if printed is not Printed.YES:
        return Result.FAIL
    return _seen(await hands.confirms("slip"))


async def print_page(devices: Devices, hands: Hands) -> Result:
    """The alignment page comes out, with the seal's circle where it belongs."""
    pages = devices.alignment_page()
    async with hands.asked_to("wait"):
        end = await devices.document_printer.print(
            pages, f"{pages.ref}-{uuid4().hex[:8]}", _nothing
        )
    if end.printed is not Printed.YES:
        return Result.FAIL
    return _seen(await hands.confirms("page"))


def _nothing(_: PrintProgress) -> None:
    """The printer's own count is not shown here."""


async def light_lamps(devices: Devices, hands: Hands) -> Result:
    """Each lamp is lit, and nothing else."""
    for slot in sorted(devices.cabinet.fitted & LAMPS):
        devices.cabinet.lamp(slot, lit=True)
        try:
            if not await hands.confirms(f"lamp_{slot}"):
                return Result.FAIL
        finally:
            devices.cabinet.lamp(slot, lit=False)
    return Result.PASS


LAMPS = frozenset({"card", "id", "pinpad", "receipt", "document"})


async def move_door(devices: Devices, hands: Hands) -> Result:
    """The door contact notices that the door is moved, both ways."""
    cabinet = devices.cabinet
    ways = ((True, "open_door"), (False, "close_door"))
    ways = ways[::-1] if cabinet.door_open else ways
    return await _noticed(devices, hands, lambda: cabinet.door_open, ways)


async def step_away(devices: Devices, hands: Hands) -> Result:
    """The presence sensor notices that nobody is there, and that somebody is again."""
    ways = ((False, "step_away"), (True, "come_back"))
    return await _noticed(devices, hands, lambda: devices.cabinet.somebody_there, ways)


async def plug_earphones(devices: Devices, hands: Hands) -> Result:
    """The jack notices earphones."""
    ways = ((True, "plug_in"), (False, "plug_out"))
    return await _noticed(devices, hands, lambda: devices.cabinet.earphones, ways)


async def _noticed(
    devices: Devices, hands: Hands, sensed: Callable[[], bool], ways: Iterable[tuple[bool, str]]
) -> Result:
    """Ask for each change, and wait until the cabinet has sensed it."""
    for wanted, what in ways:
        async with hands.asked_to(what):
            while sensed() is not wanted:
                await devices.cabinet.wait_change()
    return Result.PASS


async def speak(devices: Devices, hands: Hands) -> Result:
    """The voice is heard."""
    language = devices.stage.language if devices.stage is not None else "zh_CN"
    devices.voice.say((Saying(SAYING[language]),), language)
    async with hands.asked_to("listen"):
        await trio.sleep(SOUND_S)
    return _seen(await hands.confirms("voice"))


async def reach_centre(devices: Devices, hands: Hands) -> Result:
    """The centre answers."""
    async with hands.asked_to("wait"):
        try:
            await devices.central.hold()
        except ServerError:
            return Result.FAIL
        return Result.PASS


def _seen(yes: bool) -> Result:
    return Result.PASS if yes else Result.FAIL


TEST_SLIP = Receipt(
    (
        ReceiptLine("测试 TEST", style=LineStyle.HEADING),
        ReceiptLine(style=LineStyle.RULE),
        ReceiptLine("社保 ABC 0123456789", "￥1,234.50"),
        ReceiptLine("㐂 䶮 龘 犇 生僻字", style=LineStyle.STRONG),
        ReceiptLine("非缴费凭证 NOT A RECEIPT", style=LineStyle.CENTRED),
    ),
    qr=b"TEST",
)
