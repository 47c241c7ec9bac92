"""The card in a real PC/SC reader, asked in worker threads; exclusive, as a kiosk would have it."""

from dataclasses import dataclass

import trio
from smartcard import scard

from kiosk_bench.recording.vpcd_slot import CardGone

WAIT_MS = 200
"""So long a thread waits for a change before it looks whether it is still wanted."""
PAUSE_S = 0.5
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
RESETS = ("power off", "reset")


class NoReader(Exception):
    """No reader with this name, or no card service; the text says which readers there are."""


class PcscCard:
    """A powered card. Raises CardGone from any call once it has left."""

    def __init__(self, context: int, handle: int, protocol: int, atr: bytes) -> None:
        self.atr = atr
        self._context, self._handle, self._protocol = context, handle, protocol
        self._disposition: int = scard.SCARD_RESET_CARD

    async def exchange(self, apdu: bytes) -> bytes:
        """Send one command; return data and status word. Not abandoned once begun."""
        code, answer = await trio.to_thread.run_sync(self._transmit, apdu)
        if code != scard.SCARD_S_SUCCESS or len(answer) < 2:
            self.lose()
            raise CardGone
        return bytes(answer)

    async def control(self, name: str) -> None:
        """Pass a reset on, that no verified PIN outlives a visit at the kiosk."""
        if name in RESETS and await trio.to_thread.run_sync(self._reset) != scard.SCARD_S_SUCCESS:
            self.lose()
            raise CardGone

    def lose(self) -> None:
        """The card is gone: ``close`` resets nothing.

        A reset that fails would make pcscd overlook a card that comes before its next poll.
        """
        self._disposition = scard.SCARD_LEAVE_CARD

    async def close(self) -> None:
        """Reset the card, if it is still there, and let it go."""
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(self._close)

    def _transmit(self, apdu: bytes) -> tuple[int, list[int]]:
        t1 = self._protocol == scard.SCARD_PROTOCOL_T1
        pci = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0
        code, answer = scard.SCardTransmit(self._handle, pci, list(apdu))
        return int(code), list(answer)

    def _reset(self) -> int:
        code, self._protocol = scard.SCardReconnect(
            self._handle, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS, scard.SCARD_RESET_CARD
        )
        return int(code)

    def _close(self) -> None:
        scard.SCardDisconnect(self._handle, self._disposition)
        scard.SCardReleaseContext(self._context)


@dataclass(frozen=True, slots=True)
class PcscSlot:
    """A reader by its name in PC/SC."""

    name: str

    async def wait_card(self) -> PcscCard:
        """Return the card in the reader as soon as one can be powered."""
        while True:
            card = await trio.to_thread.run_sync(_power, self.name)
            if card is not None:
                return card
            await trio.sleep(WAIT_MS / 1000)

    async def wait_empty(self) -> None:
        """Return when no card is in the reader, or the reader is gone."""
        while await trio.to_thread.run_sync(_is_occupied, self.name):
            await trio.lowlevel.checkpoint()


async def find_slot(part: str) -> PcscSlot:
    """Return the first reader whose name holds ``part``. Raises NoReader."""
    names = await trio.to_thread.run_sync(_names)
    for name in names:
        if part in name:
            return PcscSlot(name)
    raise NoReader(f"no reader is called {part!r}; there are {', '.join(names) or 'none'}")


def _names() -> list[str]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if code != scard.SCARD_S_SUCCESS:
        raise NoReader(f"the card service does not answer: {code & 0xFFFFFFFF:08X}")
    try:
        code, names = scard.SCardListReaders(context, [])
        return list(names) if code == scard.SCARD_S_SUCCESS else []
    finally:
        scard.SCardReleaseContext(context)


def _power(name: str) -> PcscCard | None:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if code != scard.SCARD_S_SUCCESS:
        return None
    shared = scard.SCARD_SHARE_EXCLUSIVE
    code, handle, protocol = scard.SCardConnect(context, name, shared, _PROTOCOLS)
    if code == scard.SCARD_S_SUCCESS:
        code, _, _, protocol, atr = scard.SCardStatus(handle)
        if code == scard.SCARD_S_SUCCESS and atr:
            return PcscCard(context, handle, protocol, bytes(atr))
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    return None


def _is_occupied(name: str) -> bool:
    """Wait a moment for the card to go; return whether it is still there."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if code != scard.SCARD_S_SUCCESS:
        return False
    try:
        known = [(name, scard.SCARD_STATE_PRESENT)]
        code, states = scard.SCardGetStatusChange(context, 0, known)
        if code in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT) and states:
            state = states[0][1]
            if not state & scard.SCARD_STATE_PRESENT:
                return False
            scard.SCardGetStatusChange(context, WAIT_MS, [(name, state)])
            return True
        return False
    finally:
        scard.SCardReleaseContext(context)
