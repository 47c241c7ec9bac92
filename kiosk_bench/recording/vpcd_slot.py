"""A card from elsewhere in a virtual reader: whoever answers for it is asked each time."""

import math
from typing import Protocol

import trio

from kiosk_bench.devices.vpcd import (
    CONTROLS,
    FIRST_POLL_S,
    RETRY_S,
    TELL_ATR,
    receive_message,
    send_message,
)


class CardElsewhere(Protocol):
    """Whatever answers for the card."""

    @property
    def atr(self) -> bytes:
        """Its answer to reset."""

    async def exchange(self, apdu: bytes) -> bytes:
        """Return the answer to one command. Raises CardGone."""

    async def control(self, name: str) -> None:
        """The kiosk's reader switches the card's power or resets it. Raises CardGone."""


class CardGone(Exception):
    """The card has left its slot."""


async def present(port: int, card: CardElsewhere) -> None:
    """Keep the card in the virtual reader at ``port`` until it is gone or this is cancelled."""
    while True:
        with trio.socket.socket() as reader:
            try:
                await reader.connect(("127.0.0.1", port))
                await _serve(reader, card)
            except OSError:
                await trio.lowlevel.checkpoint()  # no reader is there: kioskd's pcscd starts anew
            except CardGone:
                return
        await trio.sleep(RETRY_S)


async def _serve(reader: trio.socket.SocketType, card: CardElsewhere) -> None:
    with trio.move_on_after(FIRST_POLL_S) as noticed:
        while (message := await receive_message(reader)) is not None:
            if message == TELL_ATR:
                noticed.deadline = math.inf
                await send_message(reader, card.atr)
            elif len(message) == 1:
                await card.control(CONTROLS.get(message, "unknown control"))
            else:
                await send_message(reader, await card.exchange(message))
