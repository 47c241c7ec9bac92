"""The ZVT link: one block at a time, acknowledged by ``06``, refused by ``15``. Sans-IO, symmetric.

The same link serves the kiosk and a PIN pad in the workbench. It has no sequence numbers: a block
whose acknowledgement was lost arrives twice, so the layer above must expect duplicates. A refused
block is sent again (three times in all). On silence a block is sent again only if its sender
allows it: a command that moves money may have been taken, and is never repeated blindly.

Source: PA00P016 rev 04, 3.4 and 3.5; facts/pin-pad-and-payments.md 1.4 and 4.3 row 7.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from kioskd.protocols.zvt_frames import (
    ACK,
    APDU_MAX_BYTES,
    NAK,
    Block,
    Damaged,
    Deframer,
    LineEvent,
    Signal,
    encode_block,
)

_ANSWER_CLASSES = (0x80, 0x84)


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Timers in seconds and the number of sends (PA00P016 3.4)."""

    gap_s: float = 0.2
    """T1: between two bytes of a block."""
    acknowledge_s: float = 5.0
    """T2: from a block to its ``06`` or ``15``."""
    sends: int = 3
    apdu_max_bytes: int = APDU_MAX_BYTES


@dataclass(frozen=True, slots=True)
class ApduReceived:
    """A block arrived and was acknowledged."""

    apdu: bytes


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The peer sent ``06`` for our block: a hint, since noise can fake it."""

    apdu: bytes


class FailureCause(Enum):
    """Why a block was given up."""

    REFUSED = "refused"
    """Every send was answered with ``15``."""
    SILENCE = "silence"
    """Neither ``06`` nor ``15`` came: the peer may or may not have the block."""


@dataclass(frozen=True, slots=True)
class TransmissionFailed:
    """Our block was given up."""

    apdu: bytes
    cause: FailureCause


@dataclass(frozen=True, slots=True)
class BlockDamaged:
    """A block of the peer's could not be used and was refused with ``15``."""

    reason: str


LinkEvent = ApduReceived | Acknowledged | TransmissionFailed | BlockDamaged


@dataclass(slots=True)
class _Pending:
    apdu: bytes
    repeat_on_silence: bool
    sends: int
    due: float


class ZvtLink:
    """Bytes and ``now`` in; bytes, events and the next deadline out. ``now`` in seconds."""

    def __init__(self, limits: LinkLimits | None = None) -> None:
        self._limits = limits or LinkLimits()
        self._deframer = Deframer(self._limits.apdu_max_bytes)
        self._outbox = bytearray()
        self._events: deque[LinkEvent] = deque()
        self._pending: _Pending | None = None
        self._gap_due: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a block of ours still waits for its acknowledgement."""
        return self._pending is not None

    @property
    def held_bytes(self) -> int:
        """How many bytes of an unfinished block are kept."""
        return self._deframer.held_bytes

    def send(self, apdu: bytes, now: float, *, repeat_on_silence: bool = True) -> None:
        """Send ``apdu``. While one is pending only an answer (80, 84) may be sent.

        An answer takes the pending block's place: the peer has spoken since, and its next ``15``
        is about the answer.
        """
        assert not self.busy or apdu[0] in _ANSWER_CLASSES, "one command at a time"
        self._outbox += encode_block(apdu)
        self._pending = _Pending(apdu, repeat_on_silence, 1, now + self._limits.acknowledge_s)

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes from the line. Acknowledges whole blocks at once. Never raises."""
        if self._gap_due is not None and now >= self._gap_due:
            self._note_gap(now)
        for event in self._deframer.receive(data):
            self._take(event, now)
        inside = self._deframer.inside
        self._gap_due = now + self._limits.gap_s if inside else None

    def tick(self, now: float) -> None:
        """Let time pass: a cut block is refused, an unacknowledged one repeated or given up."""
        if self._gap_due is not None and now >= self._gap_due:
            self._note_gap(now)
        pending = self._pending
        if pending is None or now < pending.due:
            return
        if pending.repeat_on_silence and pending.sends < self._limits.sends:
            self._repeat(pending, now)
        else:
            self._fail(pending, FailureCause.SILENCE)

    def bytes_to_send(self) -> bytes:
        """Return, once, what must go on the line."""
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def deadline(self) -> float | None:
        """Return when ``tick`` is due, or None."""
        dues = [self._gap_due, self._pending.due if self._pending else None]
        return min((due for due in dues if due is not None), default=None)

    def next_event(self) -> LinkEvent | None:
        """Return the next event, or None."""
        return self._events.popleft() if self._events else None

    def _note_gap(self, now: float) -> None:
        if self._deframer.give_up() is not None:
            self._refuse("block was cut")
        self._gap_due = now + self._limits.gap_s if self._deframer.inside else None

    def _take(self, event: LineEvent, now: float) -> None:
        match event:
            case Block(apdu):
                self._take_block(apdu)
            case Damaged(reason, ended):
                # While the rest of a bad block still comes, 15 would be drowned: T1 sends it,
                # unless a new block has begun by then.
                if ended:
                    self._refuse(reason)
            case Signal.ACKNOWLEDGED if self._pending is not None:
                self._events.append(Acknowledged(self._pending.apdu))
                self._pending = None
            case Signal.REFUSED if self._pending is not None:
                self._take_refusal(self._pending, now)
            case _:
                pass  # 06 or 15 with nothing pending: noise

    def _take_block(self, apdu: bytes) -> None:
        self._outbox.append(ACK)
        pending = self._pending
        # Half duplex: an answer ends the wait for its command's 06, and a peer that speaks has
        # taken our answer or asks again; either way that block is not worth repeating.
        if pending and (apdu[:1] in _ANSWERS or pending.apdu[0] in _ANSWER_CLASSES):
            self._pending = None
        self._events.append(ApduReceived(apdu))

    def _refuse(self, reason: str) -> None:
        self._outbox.append(NAK)
        self._events.append(BlockDamaged(reason))

    def _take_refusal(self, pending: _Pending, now: float) -> None:
        if pending.sends < self._limits.sends:
            self._repeat(pending, now)
        else:
            self._fail(pending, FailureCause.REFUSED)

    def _repeat(self, pending: _Pending, now: float) -> None:
        pending.sends += 1
        pending.due = now + self._limits.acknowledge_s
        self._outbox += encode_block(pending.apdu)

    def _fail(self, pending: _Pending, cause: FailureCause) -> None:
        self._pending = None
        self._events.append(TransmissionFailed(pending.apdu, cause))


_ANSWERS = tuple(bytes([klass]) for klass in _ANSWER_CLASSES)
