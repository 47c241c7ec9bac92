"""The demo's hands: words typed on the terminal move cards and press PIN pad keys."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial

import trio

from kiosk_bench import faults
from kiosk_bench.world import World

HELP = """Words:
  card NAME        put NAME's social security card into the slot:
                   zhang, li, wang, zhao, chen, sun or qian
  id NAME          put NAME's resident ID card on the reader, and take it again
  pull             take the card out of the slot
  bank card        put a bank card into the PIN pad
  bank pin         type its PIN at the PIN pad
  bank cancel      press the red key
  fault NAME       let a fault begin (an unknown NAME lists them); heal NAME ends it
  cut | mend       cut or mend the line to the centre
  open | close     open or close the cabinet's door
  leave | come     step away from the kiosk, or before it
  quit"""


class Hands:
    """Obeys one word a line until ``quit`` or the end of input."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "pull": world.card.pull,
            "bank card": world.pin_pad.customer.insert_card,
            "bank pin": world.pin_pad.customer.enter_pin,
            "bank cancel": world.pin_pad.customer.press_cancel,
            "cut": world.line.cut,
            "mend": self._mend,
            "open": partial(world.cabinet.door, True),
            "close": partial(world.cabinet.door, False),
            "leave": partial(world.cabinet.presence, False),
            "come": partial(world.cabinet.presence, True),
        }

    async def obey(self) -> None:
        """Read and obey."""
        people = self._world.people
        print(HELP)
        print(f"The PIN of zhang's social security card is {people.zhang.pin}.")
        async for line in trio.wrap_file(sys.stdin):
            words = line.strip()
            if words == "quit":
                return
            await self._do(words)
        await trio.sleep_forever()  # no terminal: the window stays until the program is ended

    async def _do(self, words: str) -> None:
        verb, _, name = words.partition(" ")
        if verb in ("card", "id") and name in self._world.people.names():
            await self._show(verb, name)
        elif verb in ("fault", "heal"):
            await self._fault(verb, name)
        elif words in self._deeds:
            await self._deeds[words]()
        else:
            print(HELP)

    async def _show(self, verb: str, name: str) -> None:
        card = self._world.people.named(name)
        if verb == "card":
            await self._world.card.insert(card.persona())
            return
        self._world.id_reader.put_card(card.id_card())
        await trio.sleep(2)  # a person's hand: put down, seen, taken
        self._world.id_reader.take_card()

    async def _fault(self, verb: str, name: str) -> None:
        try:
            if verb == "heal":
                faults.end(self._world, name)
            else:
                await faults.begin(self._world, name)
        except faults.UnknownFault as unknown:
            print(unknown)

    async def _mend(self) -> None:
        self._world.line.mend()
