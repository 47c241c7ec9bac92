"""Keeps a kiosk logged on to its ZVT PIN pad: the line, the registration, the terminal status.

It logs on after each reconnect, and when the PIN pad has forgotten it; asks an idle PIN pad for its
status; and logs off when it is cancelled, after what is under way.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import trio

from kioskd import log
from kioskd.domain.payment import Outcome
from kioskd.drivers.pinpad_line import PinPadLine
from kioskd.drivers.pinpad_trouble import PinPadTrouble
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import (
    DeviceError,
    DeviceRefused,
    DeviceTimeout,
    DeviceUnavailable,
    ProtocolViolation,
)
from kioskd.protocols.zvt_commands import CNY, Command, LogOff, Registration, StatusEnquiry
from kioskd.protocols.zvt_events import (
    Failed,
    FailureKind,
    Finished,
    Registered,
    SessionEvent,
    SessionLimits,
    Stepped,
)
from kioskd.protocols.zvt_sequence import ASKING, sequence_object
from kioskd.protocols.zvt_words import NOT_REGISTERED, PLEASE_WAIT, UNSUPPORTED, WRONG_CURRENCY
from kioskd.transports.contract import ByteStream

DEVICE = "pinpad"
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 5.0
"""Back-off between attempts to open the line and log on."""
WATCH_S, WATCH_TROUBLED_S = 30.0, 3.0
"""How often an idle PIN pad is asked for its status: well, and in trouble."""
FIRST_ATTEMPT_S = 25.0
"""How long a call waits for the driver's first attempt to log on."""
TURN_S = 20.0
"""How long a call waits for a PIN pad that is busy with itself."""
LOG_OFF_S = 1.0

OpenLine = Callable[[], Awaitable[ByteStream]]


async def ignore(_: SessionEvent) -> None:
    """React to nothing."""
    await trio.lowlevel.checkpoint()


class PinPadConnection:
    """The way to the PIN pad; ``run`` must run beside the calls, which wait for each other."""

    def __init__(self, settings: PinPadSettings, open_line: OpenLine) -> None:
        self.terminal_id = ""
        self.trouble = PinPadTrouble()
        self._settings, self._open_line = settings, open_line
        self._limits = SessionLimits(
            command_s=settings.command_limit_s, completion_s=settings.completion_limit_s
        )
        self._turn = trio.Lock()
        self._attempted = trio.Event()
        self._current: PinPadLine | None = None
        self._beside: trio.Nursery

    @property
    def line(self) -> PinPadLine | None:
        """Return the line while the kiosk is logged on."""
        return self._current

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the line open and the kiosk logged on, for ever; reconnects with back-off.

        When cancelled it lets a payment under way end, logs off and ends within ``LOG_OFF_S``.
        """
        task_status.started()
        delay = RETRY_FIRST_S
        while True:
            try:
                async with AsyncExitStack() as stack:
                    stream = await self._open_line()
                    stack.push_async_callback(stream.aclose)
                    await self._serve(stream)
                delay = RETRY_FIRST_S
                self._note(DeviceUnavailable(DEVICE, "the line is gone"))
            except DeviceError as fault:
                self._note(fault)
            self._attempted.set()
            await trio.sleep(delay)
            delay = min(delay * 2, RETRY_MOST_S)

    async def _serve(self, stream: ByteStream) -> None:
        """Log on and stay so until the line is gone. Raises DeviceError if it never came so far."""
        line = PinPadLine(stream, self._limits)
        refused: DeviceError | None = None
        async with trio.open_nursery() as self._beside:
            self._beside.start_soon(line.run)
            try:
                async with self._turn:
                    await self._register(line)
                    self._current = line
                self._attempted.set()
                await self._watch(line)
            except DeviceError as fault:
                refused = fault
            except trio.Cancelled:
                with trio.CancelScope(shield=True):
                    await self._leave(line)
                raise
            finally:
                self._current = None
                line.drop()
        if refused is not None:
            raise refused

    async def _leave(self, line: PinPadLine) -> None:
        """Log off, after whatever is using the line: a payment outlives an order to stop."""
        if self._current is None:
            return
        async with self._turn:
            self._current = None
            with trio.move_on_after(LOG_OFF_S):
                await line.converse(LogOff(), ignore)

    async def _watch(self, line: PinPadLine) -> None:
        while not line.gone:
            troubled = self.trouble.shown is not None
            with trio.move_on_after(WATCH_TROUBLED_S if troubled else WATCH_S):
                await line.wait_gone()
            if line.gone or self._turn.locked():
                continue
            async with self._turn:
                if self.trouble.wants_retest(trio.current_time()):
                    await self._register(line)
                await self._fall_into_step(line)
                await self._ask_status(line)

    def _note(self, fault: DeviceError) -> None:
        self.trouble.note(fault, trio.current_time())

    async def register(self) -> None:
        """Log on; idempotent. Raises DeviceError."""
        async with self.connected() as line:
            await self._register(line)

    async def _register(self, line: PinPadLine) -> None:
        heard: list[Registered] = []

        async def note(event: SessionEvent) -> None:
            await trio.lowlevel.checkpoint()
            if isinstance(event, Registered):
                heard.append(event)

        objects = sequence_object(ASKING) if self._settings.sequence_ids else None
        await self.done(line, Registration(self._settings.password, tlv_objects=objects), note)
        registered = heard[-1]
        if registered.currency not in (None, CNY):
            raise DeviceRefused(DEVICE, WRONG_CURRENCY, "another currency")
        self.terminal_id = registered.terminal_id
        self.trouble.logged_on()
        log.event("pinpad.registered", terminal=self.terminal_id)
        await self._ask_status(line)

    async def _fall_into_step(self, line: PinPadLine) -> None:
        """Log on again where only the PIN pad numbers messages. Raises DeviceError."""
        if line.out_of_step and self._settings.sequence_ids:
            log.warning("pinpad.out_of_step")
            await self._register(line)

    async def status(self) -> int:
        """Return the terminal status byte (0 = ready). Raises DeviceError.

        A PIN pad may use the question to look after itself, for minutes: DeviceTimeout after
        ``TURN_S``, and it is left to it.
        """
        with trio.move_on_after(FIRST_ATTEMPT_S):
            await self._attempted.wait()
        if self._current is None or self._current.gone:
            raise DeviceUnavailable(DEVICE, "not connected")
        answered = trio.Event()
        found: list[int | DeviceError] = []
        self._beside.start_soon(self._ask_beside, self._current, found, answered)
        with trio.move_on_after(TURN_S):
            await answered.wait()
        if not answered.is_set():
            raise DeviceTimeout(DEVICE, "busy with itself")
        status = found[0] if found else DeviceUnavailable(DEVICE, "stopping")
        if isinstance(status, DeviceError):
            raise status
        return status

    async def _ask_beside(
        self, line: PinPadLine, found: list[int | DeviceError], answered: trio.Event
    ) -> None:
        try:
            async with self._turn:
                await self._fall_into_step(line)
                found.append(await self._ask_status(line))
        except DeviceError as fault:
            found.append(fault)
        finally:
            answered.set()

    async def _ask_status(self, line: PinPadLine) -> int:
        async def note(event: SessionEvent) -> None:
            await trio.lowlevel.checkpoint()
            if isinstance(event, Stepped):
                self._note(DeviceRefused(DEVICE, PLEASE_WAIT, "busy with itself"))

        try:
            # With the password, for only behind it may a sequence id follow.
            end = await self.done(line, StatusEnquiry(self._settings.password), note)
        except DeviceRefused as refused:
            if refused.code != UNSUPPORTED:
                self._note(refused)
                return refused.code
            status = 0
        else:
            if end.status is None:
                raise ProtocolViolation(DEVICE, "status enquiry without a status")
            status = end.status
        if status:
            self._note(DeviceRefused(DEVICE, status, "terminal status"))
        else:
            self.trouble.well()
        return status

    def note_refusal(self, line: PinPadLine, end: Finished) -> None:
        """Show why a command was refused; who is no longer logged on has to begin anew."""
        self._note(DeviceRefused(DEVICE, end.code or PLEASE_WAIT))
        if end.code == NOT_REGISTERED:
            line.drop()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[PinPadLine]:
        """Wait for one's turn on the line. Raises DeviceError."""
        with trio.move_on_after(FIRST_ATTEMPT_S):
            await self._attempted.wait()
        with trio.move_on_after(TURN_S) as waiting:
            await self._turn.acquire()
        if waiting.cancelled_caught:
            raise DeviceTimeout(DEVICE, "busy with itself")
        try:
            if self._current is None or self._current.gone:
                raise DeviceUnavailable(DEVICE, "not connected")
            await self._fall_into_step(self._current)
            yield self._current
        finally:
            self._turn.release()

    async def done(
        self,
        line: PinPadLine,
        command: Command,
        react: Callable[[SessionEvent], Awaitable[None]] = ignore,
    ) -> Finished:
        """Run a command that is no charge to its good end. Raises DeviceError."""
        end = await line.converse(command, react)
        if isinstance(end, Failed):
            raise _error_of(end.kind)
        if end.outcome is Outcome.UNKNOWN:
            raise DeviceTimeout(DEVICE, "the end is unknown")
        if end.outcome is not Outcome.APPROVED:
            if end.code is None:
                raise DeviceUnavailable(DEVICE, "not sent")
            if end.code == NOT_REGISTERED:
                self.note_refusal(line, end)
            raise DeviceRefused(DEVICE, end.code)
        return end


def _error_of(kind: FailureKind) -> DeviceError:
    if kind is FailureKind.LINE_LOST:
        return DeviceUnavailable(DEVICE, kind.value)
    if kind is FailureKind.NONSENSE:
        return ProtocolViolation(DEVICE, kind.value)
    return DeviceTimeout(DEVICE, kind.value)
