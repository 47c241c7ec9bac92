"""The rig's devices as stories know devices. What a real one cannot tell or do is NotOffered."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Never

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.id_card_layouts import IdCardPersona
from kiosk_bench.needs import NotOffered
from kiosk_bench.rig.charges import Allowance
from kiosk_bench.rig.file import CabinetTable, CardTable, IdReaderTable, PinPadTable, Words
from kiosk_bench.rig.hand import Hand

if TYPE_CHECKING:
    from kiosk_bench.rig.world import RigWorld

Act = Callable[[], Awaitable[None]]
FLAWS = ("", "cloned", "foreign", "blank", "damaged")
SHOWN_BY_LOG = {
    "authorisation_received": "intended",
    "approval_acknowledged": "approved",
    "completion_sent": "confirmed",
}
"""Moments at the PIN pad, and the journal's step that the kiosk's log tells about then."""


class RigPart:
    """What is asked of it beyond its methods is not offered, by name."""

    name = "part of the rig"

    def __getattr__(self, asked: str) -> Never:
        raise NotOffered(f"on a rig a story cannot use {asked.strip('_')} of the {self.name}")


class Absent(RigPart):
    """Stands where the rig has nothing."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __getattr__(self, asked: str) -> Never:
        raise NotOffered(self.reason)


class RigCard(RigPart):
    """The slot for social security cards."""

    name = "card reader"

    def __init__(self, table: CardTable, hand: Hand, world: "RigWorld") -> None:
        self._table, self._hand, self._world = table, hand, world
        self.is_inserted = False

    async def insert(self, persona: CardPersona) -> None:
        """Put the test card that is this persona's into the slot."""
        card = self._card_of(persona)
        label = self._table.labels.get(card)
        if label is None:
            raise NotOffered(f"the rig has no card {card!r}: it is missing in card.labels")
        what = f"Put {label} into the social security card slot"
        await self._hand.do("card.insert", self._table.insert, what, card=card)
        self.is_inserted = True

    async def pull(self) -> None:
        """Take the card out."""
        what = "Take the card out of the social security card slot"
        await self._hand.do("card.pull", self._table.pull, what)
        self.is_inserted = False

    def _card_of(self, persona: CardPersona) -> str:
        found = (
            f"{card.key} {flaw}".strip()
            for card in self._world.people.cards
            for flaw in FLAWS
            if card.persona(flaw) == persona
        )
        card = next(found, None)
        if card is None:
            raise NotOffered("no test card is like the one that the story makes up")
        return card


class RigIdReader(RigPart):
    """The plate for resident ID cards. A story does not wait for the hand: it waits for screens."""

    name = "ID reader"

    def __init__(self, table: IdReaderTable, hand: Hand, world: "RigWorld") -> None:
        self._table, self._hand, self._world = table, hand, world

    def put_card(self, persona: IdCardPersona) -> None:
        """Put her test card on the reader."""
        cards = self._world.people.cards
        card = next((one.key for one in cards if one.id_card() == persona), "")
        label = self._table.labels.get(card)
        if label is None:
            raise NotOffered(f"the rig has no ID card {card!r}: it is missing in id_reader.labels")
        self._begin("id_reader.put", self._table.put, f"Put {label} on the ID reader", card)

    async def seen_empty(self) -> None:
        """A hand is slower than the kiosk's look at the plate."""
        await trio.lowlevel.checkpoint()

    def take_card(self) -> None:
        """Take it away."""
        self._begin("id_reader.take", self._table.take, "Take the card off the ID reader")

    def _begin(self, key: str, words: Words | None, what: str, card: str = "") -> None:
        async def do_it() -> None:
            await self._hand.do(key, words, what, card=card)

        self._world.nursery.start_soon(do_it)


class RigCustomer:
    """The citizen at the PIN pad, with the test bank card."""

    def __init__(self, allowance: Allowance, hand: Hand, world: "RigWorld") -> None:
        self._allowance, self._hand, self._world = allowance, hand, world
        self._table: PinPadTable = allowance.pad

    async def insert_card(self) -> bool:
        """Put the bank card in, if what the kiosk asks for may be charged. Raises ChargeRefused."""
        try:
            self._allowance.take(await self._world.amount_asked_fen())
        except StoryFailed:
            await self.press_cancel()
            raise
        what = f"Put {self._table.label} into the PIN pad"
        await self._hand.do("pin_pad.insert", self._table.insert, what)
        return True

    async def enter_pin(self, right: bool = True) -> bool:
        """Type the PIN, or a wrong one."""
        if not right:
            raise NotOffered("a wrong PIN is not typed on a rig: it could lock the test card")
        what = f"Type the PIN of {self._table.label} at the PIN pad and confirm"
        await self._hand.do("pin_pad.pin", self._table.pin, what)
        return True

    async def press_cancel(self) -> bool:
        """Press the red key."""
        what = "Press the red key of the PIN pad"
        await self._hand.do("pin_pad.cancel", self._table.cancel, what)
        return True


class RigHost(RigPart):
    """The bank behind a real PIN pad decides by itself."""

    name = "bank"
    takes_s = 0.0
    """A wish that nobody hears."""


class RigPinPad(RigPart):
    """The PIN pad."""

    name = "PIN pad"

    def __init__(self, allowance: Allowance, hand: Hand, world: "RigWorld") -> None:
        self.customer = RigCustomer(allowance, hand, world)
        self.host = RigHost()
        self._world = world

    def at(self, point: str, act: Act) -> None:
        """Await ``act`` when the kiosk's log tells of the step that follows ``point``."""
        if point not in SHOWN_BY_LOG:
            raise NotOffered(f"a rig does not see {point} at the PIN pad")
        self._world.rig_kiosk.at_step(SHOWN_BY_LOG[point], act)


class RigCabinet(RigPart):
    """The cabinet's contacts."""

    name = "cabinet"

    def __init__(self, table: CabinetTable, hand: Hand) -> None:
        self._table, self._hand = table, hand

    async def presence(self, somebody: bool) -> None:
        """Let somebody stand before the kiosk, or nobody."""
        what = "Stand before the kiosk" if somebody else "Step away from the kiosk"
        key, words = "cabinet.set_presence", self._table.set_presence
        await self._hand.do(key, words, what, state=int(somebody))

    async def door(self, is_open: bool) -> None:
        """Open or close the cabinet."""
        what = "Open the cabinet's door" if is_open else "Close the cabinet's door"
        await self._hand.do("cabinet.set_door", self._table.set_door, what, state=int(is_open))

    async def earphones(self, plugged: bool) -> None:
        """Put a plug into the jack, or pull it out."""
        what = "Plug the earphones in" if plugged else "Pull the earphones out"
        key, words = "cabinet.set_earphones", self._table.set_earphones
        await self._hand.do(key, words, what, state=int(plugged))
