"""Who stands at the simulated PIN pad, and the bank behind it."""

from enum import Enum

import trio

BANK_PIN = "888888"
"""Of the bank card that everybody uses at the bench; it is printed on it."""
PIN_DIGITS = range(4, 13)
PRESS_LIMIT_S = 30.0
"""So long a person waits for the PIN pad to ask before giving up."""


class Key(Enum):
    """What a person can do at a PIN pad."""

    CARD = "card"
    PIN = "pin"
    WRONG_PIN = "wrong pin"
    CANCEL = "cancel"


class Customer:
    """The scripted citizen: each call waits until the PIN pad asks for it."""

    def __init__(self) -> None:
        self._asked: Key | None = None
        self._pressed: Key | None = None
        self._typed = ""
        self._moved = trio.Event()

    @property
    def asked(self) -> Key | None:
        """What the PIN pad asks for now: a card, a PIN, or nothing."""
        return self._asked

    @property
    def typed(self) -> int:
        """How many digits of a PIN have been typed by single keys."""
        return len(self._typed)

    async def insert_card(self) -> bool:
        """Put a bank card in; return whether one was asked for in time."""
        return await self._press(Key.CARD, (Key.CARD,))

    async def enter_pin(self, right: bool = True) -> bool:
        """Type the PIN and confirm; return whether it was asked for in time."""
        return await self._press(Key.PIN if right else Key.WRONG_PIN, (Key.PIN,))

    async def press_cancel(self) -> bool:
        """Press the red key, at whatever the PIN pad asks for; return whether it asked in time."""
        return await self._press(Key.CANCEL, (Key.CARD, Key.PIN))

    async def press_key(self, key: str) -> bool:
        """Press one key of the PIN pad: a digit, ``ok``, ``clear`` or ``cancel``.

        Returns whether it had a meaning: nothing waits here until the PIN pad asks.
        """
        await trio.lowlevel.checkpoint()
        if self._asked is None or self._pressed is not None:
            return False
        if key == "cancel":
            self._do(Key.CANCEL)
        elif self._asked is not Key.PIN:
            return False
        elif key == "clear":
            self._typed = ""
        elif key == "ok" and len(self._typed) in PIN_DIGITS:
            self._do(Key.PIN if self._typed == BANK_PIN else Key.WRONG_PIN)
        elif key.isdigit() and len(self._typed) < PIN_DIGITS.stop - 1:
            self._typed += key
        else:
            return False
        return True

    async def answer(self, asked: Key) -> Key:
        """The PIN pad asks for a card or a PIN: return what she does."""
        self._asked, self._pressed, self._typed = asked, None, ""
        self._move()
        try:
            while self._pressed is None:
                await self._moved.wait()
            return self._pressed
        finally:
            self._asked, self._typed = None, ""
            self._move()

    async def _press(self, key: Key, asked: tuple[Key, ...]) -> bool:
        with trio.move_on_after(PRESS_LIMIT_S):
            while self._asked not in asked or self._pressed is not None:
                await self._moved.wait()
            self._do(key)
            return True
        return False

    def _do(self, key: Key) -> None:
        self._pressed = key
        self._move()

    def _move(self) -> None:
        self._moved.set()
        self._moved = trio.Event()


class Host:
    """The bank's decision, as scripted."""

    def __init__(self) -> None:
        self.decline_code: int | None = None
        self.takes_s = 0.0

    def approve(self) -> None:
        """Approve from now on."""
        self.decline_code = None

    def decline(self, code: int) -> None:
        """Decline with this host code (01..63) from now on."""
        self.decline_code = code

    async def decide(self) -> int:
        """Return the result code: 0 approves."""
        await trio.sleep(self.takes_s)
        return self.decline_code or 0
