"""The technician's hands, asked at a terminal; fulfils ``Hands``."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from kioskd.flows.technician.devices import GivenUp
from kioskd.screens.words import Words

Ask = Callable[[str], str]
"""Writes a question and reads one line; raises EOFError where nobody answers."""


class AtTerminal:
    """Says with ``say`` and asks with ``ask``, which blocks and is called in a thread."""

    def __init__(self, words: Words, say: Callable[[str], None], ask: Ask) -> None:
        self._words, self._say, self._ask = words, say, ask

    async def confirms(self, question: str) -> bool:
        """Ask until it is answered by y or n. Raises GivenUp where nobody answers."""
        return await self.agrees(self._words(f"technician.ask.{question}"))

    async def agrees(self, question: str) -> bool:
        """As ``confirms``, with a question in words."""
        answers = {"y": True, "n": False}
        while True:
            try:
                typed = await trio.to_thread.run_sync(self._ask, f"{question} [y/n] ")
            except EOFError:
                raise GivenUp from None
            if typed.strip().lower()[:1] in answers:
                return answers[typed.strip().lower()[:1]]

    @asynccontextmanager
    async def asked_to(self, what: str) -> AsyncIterator[None]:
        self._say(f"... {self._words(f'technician.please.{what}')}")
        yield


class Nobody:
    """Nobody stands before the kiosk; fulfils ``Hands``."""

    async def confirms(self, question: str) -> bool:
        """Nobody looks. Raises GivenUp."""
        await trio.lowlevel.checkpoint()
        raise GivenUp

    @asynccontextmanager
    async def asked_to(self, what: str) -> AsyncIterator[None]:
        """Say nothing."""
        yield
