"""The resident ID reader: a SAM_V module on a serial line.

``run`` keeps the line: it opens it, registers the module's number, watches the line while nobody
asks and opens it again when it is gone. ``wait_card`` polls: find, select, read. What this reader
says is plain data that no server can verify; see docs/threat-model.md.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import date

import trio

from kioskd import log
from kioskd.domain.person import IdCardFacts
from kioskd.domain.secret import IdNumber
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.sam_v_line import SamVLine
from kioskd.drivers.settings import IdReaderSettings
from kioskd.errors import (
    CardUnreadable,
    DeviceError,
    DeviceRefused,
    DeviceTimeout,
    DeviceUnavailable,
    ProtocolViolation,
)
from kioskd.protocols.sam_v import DEVICE, Command, Status, sam_id, text_block
from kioskd.protocols.sam_v_cards import facts_of
from kioskd.race import first_of
from kioskd.transports.serial_port import SerialSettings, open_serial

READ_ATTEMPTS = 2
WATCH_INTERVAL_S = 10.0
FIRST_RECONNECT_S = 0.5
LONGEST_RECONNECT_S = 10.0


class SamVIdReader:
    """Fulfils ``contracts.IdReader``."""

    def __init__(self, settings: IdReaderSettings, today: Callable[[], date] = date.today) -> None:
        self._settings = settings
        self._today = today
        self._line: SamVLine | None = None
        self._fault: DeviceError | None = DeviceUnavailable(DEVICE, "not opened yet")
        self._left_lying = _LeftLying()

    @property
    def trouble(self) -> Trouble | None:
        """ID_READER_GONE while the line or the module behind it does not answer."""
        if self._fault is None:
            return None
        return Trouble(TroubleReason.ID_READER_GONE, self._fault.operator_code)

    async def run(self) -> None:
        """Keep the reader connected; never returns."""
        delay_s = FIRST_RECONNECT_S
        while True:
            try:
                await self._stay_connected()
            except DeviceError as fault:
                if self._fault is None:
                    delay_s = FIRST_RECONNECT_S
                    log.warning("id_reader.gone", detail=fault.detail, code=fault.operator_code)
                self._fault = fault
            await trio.sleep(delay_s)
            delay_s = min(LONGEST_RECONNECT_S, 2 * delay_s)

    async def _stay_connected(self) -> None:
        settings = self._settings
        serial = SerialSettings(settings.port, settings.baud, device=DEVICE)
        async with await open_serial(serial) as port:
            line = SamVLine(port)
            await first_of(line.receive, lambda: self._serve(line))

    async def _serve(self, line: SamVLine) -> None:
        module = sam_id(await line.ask(Command.SAM_ID))
        log.event("id_reader.connected", module=module)
        self._line, self._fault = line, None
        try:
            while True:
                await line.wait_failed(WATCH_INTERVAL_S)
                state = await line.ask(Command.SAM_STATUS)
                if state.status != Status.OK:
                    raise DeviceRefused(DEVICE, state.status, "self-test")
        finally:
            self._line = None

    async def sam_id(self) -> str:
        """Return the module's number. Raises DeviceError."""
        return sam_id(await self._connected().ask(Command.SAM_ID))

    async def describe(self) -> dict[str, str]:
        """Return the module's number, to compare with what the centre has, and the port."""
        return {"port": self._settings.port, "serial": await self.sam_id()}

    async def wait_card(self) -> IdCardFacts:
        """Poll until a card is put down and read. Raises CardUnreadable; DeviceError when gone.

        A card that stays where it was is reported once, also when it could not be read. May be
        cancelled at any point: the answer still on its way is taken off the line by the next
        question.
        """
        while True:
            facts = await self._look()
            if facts is not None:
                return facts
            await trio.sleep(self._settings.poll_interval_s)

    async def _look(self) -> IdCardFacts | None:
        line = self._connected()
        try:
            found = await line.ask(Command.FIND_CARD)
        except (DeviceTimeout, ProtocolViolation) as fault:
            # One missing or ruined answer is noise; the line gives up after some in a row.
            line.raise_if_failed(fault)
            return None
        if found.status != Status.CARD_FOUND:
            self._left_lying.taken_away()
            return None
        if self._left_lying.was_unreadable:
            return None
        return await self._read_found_card(line)

    async def _read_found_card(self, line: SamVLine) -> IdCardFacts | None:
        facts = await self._read(line)
        if self._left_lying.is_holder_of(facts.id_number):
            return None
        self._left_lying.reported(facts.id_number)
        log.event("id_reader.card_read", kind=facts.kind.name)
        return facts

    async def _read(self, line: SamVLine) -> IdCardFacts:
        item = "card"
        for attempt in range(READ_ATTEMPTS):
            try:
                if attempt:
                    await line.ask(Command.FIND_CARD)
                selected = await line.ask(Command.SELECT_CARD)
                item = f"status {selected.status:02X}"
                if selected.status != Status.OK:
                    continue
                reading = await line.ask(Command.READ_TEXT_AND_PHOTO)
                item = f"status {reading.status:02X}"
                if reading.status == Status.OK:
                    return facts_of(text_block(reading), self._today())
            except DeviceUnavailable:
                raise
            except DeviceError as fault:
                line.raise_if_failed(fault)
                item = fault.detail or type(fault).__name__
        self._left_lying.unreadable()
        log.warning("id_reader.card_unreadable", item=item)
        raise CardUnreadable(item)

    def _connected(self) -> SamVLine:
        if self._line is None:
            raise DeviceUnavailable(DEVICE, self._fault.detail if self._fault else "gone")
        return self._line


class _LeftLying:
    """Remembers the card that was reported, as a keyed digest that dies with the process.

    Whether a reader finds a card again that it has read is not settled, so a card counts as new
    when "no card" was seen in between, or when its number differs.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._digest: bytes | None = None
        self.was_unreadable = False

    def taken_away(self) -> None:
        self._digest = None
        self.was_unreadable = False

    def reported(self, number: IdNumber) -> None:
        self._digest = self._digest_of(number)

    def unreadable(self) -> None:
        self.was_unreadable = True

    def is_holder_of(self, number: IdNumber) -> bool:
        return self._digest == self._digest_of(number)

    def _digest_of(self, number: IdNumber) -> bytes:
        return hashlib.blake2b(number.reveal().encode(), key=self._key).digest()
