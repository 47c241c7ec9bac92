"""The slot for social security cards: PC/SC reader and card protocol in domain words.

Sends no PIN but the one the visitor typed, and forgets it at once (facts/card-and-id-readers.md
1.6). Fulfils contracts.SocialCardReader and contracts.SocialCard.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import CardPin
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.settings import SocialCardReaderSettings
from kioskd.errors import DeviceUnavailable
from kioskd.log import traffic
from kioskd.protocols import social_card
from kioskd.protocols.iso7816 import Command, Exchange, Response, Status, parse_atr
from kioskd.protocols.social_card import EF05, EF06, Item
from kioskd.transports.pcsc import PcscConnection, PcscReader


class InsertedSocialCard:
    """The card in the slot. Every call raises CardRemoved once it is pulled or swapped.

    Any call may also raise CardUnreadable, or DeviceUnavailable when reader or pcscd goes away.
    """

    def __init__(self, connection: PcscConnection) -> None:
        self._connection = connection
        self._history = parse_atr(connection.atr).history
        self._application_selected = False

    async def read(self) -> SocialCardFacts:
        """Read EF05, EF06 and the ATR. Raises CardUnreadable, CardNotAccepted."""
        self._application_selected = False
        await self._select_application()
        values: dict[Item, bytes] = {}
        for file in (EF05, EF06):
            await self._select_file(file)
            for item in social_card.items_of(file):
                values[item] = await self._read_item(item)
        return social_card.decode_facts(values, self._history)

    async def answer_challenge(self, challenge: bytes) -> bytes:
        """INTERNAL AUTHENTICATE with 16 bytes; return the card's raw 8 bytes for the server."""
        await self._select_application()
        response = await self._ask(social_card.internal_authenticate(challenge))
        return social_card.authentication_answer(response)

    async def verify_pin(self, pin: CardPin) -> int | None:
        """Let the card check the PIN: None if right, else the tries left (0 = blocked).

        Not repeated by the driver: each call may use up a try.
        """
        await self._select_application()
        return await self._with_pin(social_card.verify_pin(pin))

    async def change_pin(self, old: CardPin, new: CardPin) -> int | None:
        """Let the card take a new PIN: None if it has, else the tries left for the old one.

        Not repeated by the driver. CardRemoved leaves open which of the two is the PIN now.
        """
        await self._select_application()
        return await self._with_pin(social_card.change_pin(old, new))

    async def _with_pin(self, apdu: bytearray) -> int | None:
        """Send a command that holds a PIN, out of all logs, and wipe it."""
        try:
            answer = await self._connection.transmit(apdu)
        finally:
            apdu[:] = bytes(len(apdu))
        return social_card.pin_tries_left(Response.parse(answer))

    async def _select_application(self) -> None:
        if not self._application_selected:
            social_card.check_application(await self._ask(social_card.select_application()))
            self._application_selected = True

    async def _select_file(self, file: int) -> None:
        response = await self._ask(social_card.select_file(file))
        if response.status not in (Status.OK, Status.SECURITY_CONDITION):
            response = await self._ask(social_card.select_file(file, p1=0x00))
        social_card.check_file(response, file)

    async def _read_item(self, item: Item) -> bytes:
        response = await self._ask(social_card.read_by_tag(item))
        if social_card.wants_record_number(response):
            response = await self._ask(social_card.read_by_number(item))
        return social_card.item_value(item, response)

    async def _ask(self, command: Command) -> Response:
        exchange = Exchange(command)
        while exchange.response is None:
            apdu = exchange.next_command()
            traffic("card.sent", apdu)
            answer = await self._connection.transmit(apdu)
            traffic("card.received", answer)
            exchange.receive(answer)
        return exchange.response


class SocialCardReaderDriver:
    """The reader at the card slot. ``run`` keeps its view of the slot true."""

    def __init__(self, settings: SocialCardReaderSettings) -> None:
        self._reader = PcscReader(settings.reader)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch the slot until cancelled; started once its state is known."""
        await self._reader.run(task_status)

    async def wait_inserted(self) -> None:
        """Return when a card is in the slot (at once if one is)."""
        await self._reader.wait_inserted()

    async def wait_removed(self) -> None:
        """Return when the card in the slot has left it (at once if the slot is empty)."""
        await self._reader.wait_removed()

    async def wait_change(self) -> None:
        """Return when the reader has come or gone since the call."""
        if self._reader.available:
            await self._reader.wait_unavailable()
        else:
            await self._reader.wait_available()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[InsertedSocialCard]:
        """Connect to the card in the slot. Raises CardRemoved, CardUnreadable, DeviceUnavailable.

        The card is reset when the block is left: what the PIN opened is closed again.
        """
        connection = await self._reader.connect()
        try:
            yield InsertedSocialCard(connection)
        finally:
            await connection.disconnect()

    async def describe(self) -> dict[str, str]:
        """Return the reader's name, which PC/SC makes of maker, model and serial number."""
        await trio.lowlevel.checkpoint()
        return {"model": self._reader.name} if self._reader.name else {}

    @property
    def card_present(self) -> bool:
        return self._reader.card_present

    @property
    def trouble(self) -> Trouble | None:
        if self._reader.available:
            return None
        return Trouble(TroubleReason.CARD_READER_GONE, DeviceUnavailable.operator_code)
