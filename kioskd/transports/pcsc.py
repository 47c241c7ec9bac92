"""PC/SC: the one home of pyscard. Bytes to and from whatever card is in one reader.

Own loop on SCardGetStatusChange instead of pyscard's CardMonitor, which stops for ever when pcscd
restarts (facts/devices.md 1). Every call that may block runs in a worker thread; a transmission is
never abandoned. The PC/SC library takes its daemon's socket from PCSCLITE_CSOCK_NAME, and reads it
once a process.
"""

import math
from collections.abc import Callable
from typing import Any

import trio
from smartcard import scard

from kioskd.errors import CardRemoved, CardUnreadable, DeviceUnavailable, KioskError
from kioskd.log import event, warning

DEVICE = "card"
STATUS_TIMEOUT_MS = 1000
"""Longest time a worker thread waits for a change before it looks whether it is still wanted."""
NO_READER_PAUSE_S = 0.5
DOUBT_PAUSE_S = 0.5
"""After a failed transmission: longer than the 400 ms between two looks of pcscd at its reader."""
BACKOFF_FIRST_S, BACKOFF_LAST_S = 0.05, 2.0
NOT_ALLOWED = f"PC/SC {scard.SCARD_W_SECURITY_VIOLATION & 0xFFFFFFFF:08X}"
"""The detail where the card service does not serve who asks."""
_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_NO_CARD = frozenset((scard.SCARD_W_REMOVED_CARD, scard.SCARD_E_NO_SMARTCARD))
_MUTE_CARD = frozenset(
    (
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_W_UNSUPPORTED_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_E_PROTO_MISMATCH,
    )
)
_LOST_CARD = _NO_CARD | {
    scard.SCARD_S_SUCCESS,  # with an empty answer: the card went in the middle of it
    scard.SCARD_E_NOT_TRANSACTED,
    scard.SCARD_W_RESET_CARD,
}


class PcscConnection:
    """One powered card, held exclusively until ``disconnect``."""

    def __init__(
        self, context: int, handle: int, protocol: int, atr: bytes, on_doubt: Callable[[], None]
    ) -> None:
        self.atr = atr
        self._context, self._handle, self._protocol = context, handle, protocol
        self._on_doubt = on_doubt
        self._disposition: int = scard.SCARD_RESET_CARD

    async def transmit(self, apdu: bytes | bytearray) -> bytes:
        """Send one APDU; return at least the two status bytes. Not cancellable once begun.

        Raises CardRemoved (pulled, swapped or reset behind our back), CardUnreadable (mute),
        DeviceUnavailable (reader or pcscd gone). After any of them the connection is of no use.
        """
        code, answer = await trio.to_thread.run_sync(self._transmit, apdu)
        if code == scard.SCARD_S_SUCCESS and len(answer) >= 2:
            return bytes(answer)
        # A reset that fails would make pcscd overlook a card that comes before its next poll.
        self._disposition = scard.SCARD_LEAVE_CARD
        self._on_doubt()
        raise _failure(code)

    async def disconnect(self) -> None:
        """Reset the card, so that no verified PIN outlives the visit, and let it go."""
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(self._disconnect)

    def _transmit(self, apdu: bytes | bytearray) -> tuple[int, list[int]]:
        t1 = self._protocol == scard.SCARD_PROTOCOL_T1
        pci = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0
        code, answer = scard.SCardTransmit(self._handle, pci, list(apdu))
        return _code(code), answer

    def _disconnect(self) -> None:
        scard.SCardDisconnect(self._handle, self._disposition)
        scard.SCardReleaseContext(self._context)


class PcscReader:
    """The first reader whose PC/SC name contains ``name_contains``; comes and goes with pcscd."""

    def __init__(self, name_contains: str = "") -> None:
        self._name_contains = name_contains
        self._name: str | None = None
        self._context: int | None = None
        self._present = False
        self._doubt = False
        self._counter = 0
        self._removals = 0
        self._changed = trio.Event()

    @property
    def available(self) -> bool:
        """Whether the reader is there."""
        return self._name is not None

    @property
    def name(self) -> str | None:
        """What PC/SC calls it; None while it is away."""
        return self._name

    @property
    def card_present(self) -> bool:
        """Whether a card is in the reader; False while the reader is gone."""
        return self._present

    async def wait_inserted(self) -> None:
        """Return when a card is in the reader (at once if one is)."""
        while not self._present:
            await self._changed.wait()

    async def wait_removed(self) -> None:
        """Return when the card now in the reader has left it (at once if there is none).

        A card that was swapped for another has left; so has one whose reader went away.
        """
        removals = self._removals
        while self._present and self._removals == removals:
            await self._changed.wait()

    async def wait_available(self) -> None:
        """Return when the reader is there."""
        while self._name is None:
            await self._changed.wait()

    async def wait_unavailable(self) -> None:
        """Return when the reader is not there."""
        while self._name is not None:
            await self._changed.wait()

    async def connect(self) -> PcscConnection:
        """Power the card. Raises CardRemoved, CardUnreadable (no ATR), DeviceUnavailable."""
        if self._name is None:
            raise DeviceUnavailable(DEVICE, "no reader")
        code, opened = await trio.to_thread.run_sync(_open, self._name)
        if opened is not None:
            return PcscConnection(*opened, on_doubt=self._suspect_removal)
        if code not in _MUTE_CARD:
            self._suspect_removal()
        raise _failure(code)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Watch reader and card for ever; started once their state is known."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._end_wait_when_cancelled)
            await self._watch_again_and_again(_Once(task_status))

    async def _watch_again_and_again(self, known: "_Once") -> None:
        pause = BACKOFF_FIRST_S
        while True:
            code, self._context = await trio.to_thread.run_sync(_establish)
            if self._context is not None:
                try:
                    code, seen = await self._watch(self._context, known)
                finally:
                    await self._release()
                pause = BACKOFF_FIRST_S if seen else pause
            self._note_gone(f"{code:08X}")
            known.tell()
            await trio.sleep(pause)
            pause = min(pause * 2, BACKOFF_LAST_S)

    async def _watch(self, context: int, known: "_Once") -> tuple[int, bool]:
        """Follow the reader until the service fails; return why, and if the reader was seen."""
        state, seen = scard.SCARD_STATE_UNAWARE, False
        while True:
            if self._doubt:
                await trio.sleep(DOUBT_PAUSE_S)
                self._doubt, state = False, scard.SCARD_STATE_UNAWARE
            if self._name is None:
                code, state = await self._find(context), scard.SCARD_STATE_UNAWARE
            if self._name is None:
                if code != scard.SCARD_S_SUCCESS:
                    return code, seen
                known.tell()
                await trio.sleep(NO_READER_PAUSE_S)
                continue
            code, states = await trio.to_thread.run_sync(_wait_change, context, self._name, state)
            if code == scard.SCARD_S_SUCCESS:
                state, seen = states[0][1], True
                self._note_state(state)
                known.tell()
            elif code == scard.SCARD_E_UNKNOWN_READER:
                self._note_gone(f"{code:08X}")
            elif code not in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
                return code, seen

    async def _find(self, context: int) -> int:
        code, names = await trio.to_thread.run_sync(_list_readers, context)
        self._name = next((name for name in names if self._name_contains in name), None)
        if self._name is not None:
            event("card.reader_found", reader=self._name)
            self._tell()
        return code

    def _note_state(self, state: int) -> None:
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            self._note_gone("unavailable")
            return
        if self._doubt:
            return  # perhaps older than the failure: the watch looks again after a pause
        present = bool(state & scard.SCARD_STATE_PRESENT)
        counter = state >> 16
        swapped = present and self._present and counter != self._counter
        if self._present and (swapped or not present):
            self._removals += 1
        if present != self._present or swapped:
            event("card.inserted" if present else "card.removed")
        self._present, self._counter = present, counter
        self._tell()

    def _note_gone(self, code: str) -> None:
        if self._name is not None:
            warning("card.reader_gone", reader=self._name, code=code)
        self._removals += self._present
        self._name, self._present, self._doubt = None, False, False
        self._tell()

    def _suspect_removal(self) -> None:
        """Hold the slot for empty until the watch has looked again."""
        self._removals += self._present
        self._present, self._doubt = False, True
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    async def _release(self) -> None:
        context, self._context = self._context, None
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(scard.SCardReleaseContext, context)

    async def _end_wait_when_cancelled(self) -> None:
        try:
            await trio.sleep(math.inf)
        finally:
            if self._context is not None:
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(scard.SCardCancel, self._context)


def reader_names() -> list[str]:
    """Return all readers that the service knows; talks to no card. Blocks.

    Raises DeviceUnavailable if the service cannot be asked, with NOT_ALLOWED if it does not want.
    """
    code, context = _establish()
    if context is None:
        raise _failure(code)
    try:
        code, names = _list_readers(context)
    finally:
        scard.SCardReleaseContext(context)
    if code != scard.SCARD_S_SUCCESS:
        raise _failure(code)
    return names


class _Once:
    """Reports a task as started, however often it is told."""

    def __init__(self, task_status: trio.TaskStatus[None]) -> None:
        self._task_status: trio.TaskStatus[None] | None = task_status

    def tell(self) -> None:
        if self._task_status is not None:
            self._task_status.started()
            self._task_status = None


def _code(code: int) -> int:
    return code & 0xFFFFFFFF


def _failure(code: int) -> KioskError:
    if code in _LOST_CARD:
        return CardRemoved()
    if code in _MUTE_CARD:
        return CardUnreadable("ATR")
    return DeviceUnavailable(DEVICE, f"PC/SC {code:08X}")


def _establish() -> tuple[int, int | None]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    return _code(code), context if code == scard.SCARD_S_SUCCESS else None


def _list_readers(context: int) -> tuple[int, list[str]]:
    code, names = scard.SCardListReaders(context, [])
    if _code(code) == scard.SCARD_E_NO_READERS_AVAILABLE:
        return scard.SCARD_S_SUCCESS, []
    return _code(code), names if code == scard.SCARD_S_SUCCESS else []


def _wait_change(context: int, name: str, state: int) -> tuple[int, Any]:
    code, states = scard.SCardGetStatusChange(context, STATUS_TIMEOUT_MS, [(name, state)])
    return _code(code), states


def _open(name: str) -> tuple[int, tuple[int, int, int, bytes] | None]:
    """Connect exclusively and reset the card; return context, handle, protocol and ATR.

    Exclusively, so that nobody else talks to a card whose PIN was verified here. The reset makes
    the ATR that of the card in the slot: pcscd may not have noticed a swap (facts/devices.md 1).
    """
    code, context = _establish()
    if context is None:
        return code, None
    code, handle, protocol = scard.SCardConnect(
        context, name, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS
    )
    if code == scard.SCARD_S_SUCCESS:
        code, protocol = scard.SCardReconnect(
            handle, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS, scard.SCARD_RESET_CARD
        )
        if code == scard.SCARD_S_SUCCESS:
            code, _, _, _, atr = scard.SCardStatus(handle)
        if code == scard.SCARD_S_SUCCESS:
            return code, (context, handle, protocol, bytes(atr))
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    return _code(code), None
