"""The cabinet: lamps, presence sensor, door contact, earphone jack. The only home of gpiozero.

gpiozero calls back from threads of its own; such a call only posts into trio, where the pins are
read again. Which chip drives the pins is gpiozero's affair and set in its environment.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import trio

from kioskd import log
from kioskd.drivers.settings import CabinetSettings
from kioskd.errors import DeviceUnavailable

DEVICE = "cabinet"
BLINK_S = 0.4


class GpioCabinet:
    """Fulfils ``contracts.Cabinet``. Until ``run`` has the pins: somebody is there, door closed."""

    def __init__(self, settings: CabinetSettings) -> None:
        self._settings = settings
        self._lit: set[str] = set()
        self._blinking: set[str] = set()
        self._lamps: dict[str, Any] = {}
        self._presence: Any = None
        self._jack: Any = None
        self._contacts: list[Any] = []
        self._somebody_there = True
        self._door_open = False
        self._earphones = False
        self._changed = trio.Event()

    @property
    def fitted(self) -> frozenset[str]:
        """What is wired: the slots that have lamps, ``presence``, ``door``, ``earphones``."""
        pins = self._settings
        contacts = {
            "presence": pins.presence is not None,
            "door": (pins.door, pins.tamper) != (None, None),
            "earphones": pins.earphones is not None,
        }
        return frozenset({*pins.lamps, *(name for name, wired in contacts.items() if wired)})

    @property
    def somebody_there(self) -> bool:
        """Whether the presence sensor sees somebody; True where there is no sensor."""
        return self._somebody_there

    @property
    def door_open(self) -> bool:
        """Whether the door or the tamper contact is open; False where there is neither."""
        return self._door_open

    @property
    def earphones(self) -> bool:
        """Whether earphones are plugged in; False where there is no jack."""
        return self._earphones

    async def wait_change(self) -> None:
        """Return when presence, door or earphones have changed."""
        await self._changed.wait()

    def lamp(self, slot: str, lit: bool) -> None:
        """Switch the lamp at a slot; no lamp there: no effect. Remembered until ``run`` has it."""
        self._blinking.discard(slot)
        self._note(slot, lit)
        if slot in self._lamps:
            self._lamps[slot].value = lit

    def blink(self, slot: str) -> None:
        """Let the lamp at a slot blink until it is switched."""
        self._blinking.add(slot)
        self._note(slot, lit=True)
        if slot in self._lamps:
            self._lamps[slot].blink(BLINK_S, BLINK_S)

    def is_lit(self, slot: str) -> bool:
        """Tell whether the lamp at a slot was switched on, or blinks, lamp or no lamp."""
        return slot in self._lit

    def _note(self, slot: str, lit: bool) -> None:
        if lit:
            self._lit.add(slot)
        else:
            self._lit.discard(slot)

    async def run(self) -> None:
        """Hold the pins; never returns. Raises DeviceUnavailable when they cannot be had."""
        token = trio.lowlevel.current_trio_token()
        with ExitStack() as pins:
            if self._settings != CabinetSettings():
                with _pins_faults():
                    self._open(pins, partial(_post, token, self._read))
            pins.callback(self._forget)
            self._read()
            log.event("cabinet.ready", lamps=len(self._lamps))
            await trio.sleep_forever()

    def _open(self, pins: ExitStack, post: Any) -> None:
        # 0.12 s, and no kiosk without pins needs it.
        import gpiozero  # noqa: PLC0415

        settings = self._settings
        for slot, pin in settings.lamps.items():
            lit = slot in self._lit
            self._lamps[slot] = pins.enter_context(gpiozero.LED(pin, initial_value=lit))
            if slot in self._blinking:
                self._lamps[slot].blink(BLINK_S, BLINK_S)
        if settings.presence is not None:
            sensor = gpiozero.DigitalInputDevice(settings.presence, pull_up=False)
            self._presence = self._watched(pins, sensor, post)
        if settings.earphones is not None:
            jack = gpiozero.DigitalInputDevice(settings.earphones, pull_up=True)
            self._jack = self._watched(pins, jack, post)
        for contact_pin in (settings.door, settings.tamper):
            if contact_pin is not None:
                contact = gpiozero.DigitalInputDevice(contact_pin, pull_up=True)
                self._contacts.append(self._watched(pins, contact, post))

    @staticmethod
    def _watched(pins: ExitStack, device: Any, post: Any) -> Any:
        pins.enter_context(device)
        device.when_activated = device.when_deactivated = post
        return device

    def _read(self) -> None:
        before = (self._somebody_there, self._door_open, self._earphones)
        if self._presence is not None:
            self._somebody_there = bool(self._presence.value)
        if self._jack is not None:
            self._earphones = bool(self._jack.value)
        if self._contacts:
            self._door_open = not all(contact.value for contact in self._contacts)
        after = (self._somebody_there, self._door_open, self._earphones)
        if before != after:
            somebody, door_open, earphones = after
            log.event(
                "cabinet.changed", somebody=somebody, door_open=door_open, earphones=earphones
            )
            self._changed.set()
            self._changed = trio.Event()

    def _forget(self) -> None:
        self._lamps, self._presence, self._jack, self._contacts = {}, None, None, []


def _post(token: trio.lowlevel.TrioToken, read: Any) -> None:
    # From a thread of gpiozero's; a call that comes after the end finds nobody.
    try:
        token.run_sync_soon(read, idempotent=True)
    except trio.RunFinishedError:
        return


@contextmanager
def _pins_faults() -> Iterator[None]:
    from gpiozero import GPIOZeroError  # noqa: PLC0415

    try:
        yield
    except (GPIOZeroError, OSError) as fault:
        raise DeviceUnavailable(DEVICE, type(fault).__name__) from fault
