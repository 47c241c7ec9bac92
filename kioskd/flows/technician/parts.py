"""The parts of a kiosk in the order of the test: what each is, and what can be tried with it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType

import trio

from kioskd import log
from kioskd.contracts import DocumentPrinter
from kioskd.domain.selftest import Finding, Result
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import DeviceError, ServerError
from kioskd.flows.technician import deeds, panel
from kioskd.flows.technician.devices import Described, Devices, GivenUp, Hands

Deed = Callable[[Devices, Hands], Awaitable[Result]]
DEED_S = 90.0
"""No deed takes longer; whoever did not do it by then did not do it."""
DESCRIBE_S = 10.0


def _always(_: Devices) -> bool:
    return True


async def _nothing(_: Devices) -> Described:
    await trio.lowlevel.checkpoint()
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its role on the health board, and its deeds by their names in the catalogues."""

    name: str
    deeds: Mapping[str, Deed]
    describe: Callable[[Devices], Awaitable[Described]] = _nothing
    is_fitted: Callable[[Devices], bool] = _always

    async def look(self, devices: Devices, before: Finding | None = None) -> Finding:
        """Say how it stands, without trying anything; what was tried ``before`` is kept."""
        found = before or Finding(self.name, deeds=tuple(self.deeds))
        if not self.is_fitted(devices):
            return replace(found, fitted=False, trouble="", reason="")
        facts: Described = {}
        with trio.move_on_after(DESCRIBE_S):
            try:
                facts = await self.describe(devices)
            except (DeviceError, ServerError) as fault:
                log.event("selftest.not_described", part=self.name, code=fault.operator_code)
        trouble = devices.troubles().get(self.name)
        code, reason = (trouble.code, trouble.reason.value) if trouble is not None else ("", "")
        told = tuple(facts.items())
        return replace(found, fitted=True, trouble=code, reason=reason, facts=told)

    async def try_it(self, devices: Devices, hands: Hands, found: Finding, deed: str) -> Finding:
        """Do one deed, and return the finding with how it went."""
        result = Result.UNKNOWN
        with trio.move_on_after(DEED_S), suppress(GivenUp):
            result = await self.deeds[deed](devices, hands)
        log.event("selftest.tried", part=self.name, deed=deed, result=result)
        return replace(found, done=MappingProxyType({**found.done, deed: result}))


def _with(*names: str) -> Callable[[Devices], bool]:
    return lambda devices: bool(devices.cabinet.fitted & {*names})


def has_a4(printer: DocumentPrinter) -> bool:
    """Tell whether this kiosk is made with an A4 printer, well or not."""
    trouble = printer.trouble
    return trouble is None or trouble.reason is not TroubleReason.DOCUMENT_PRINTER_NONE


PARTS = (
    Part("card_reader", {"read_card": deeds.read_card}, lambda at: at.social_cards.describe()),
    Part("id_reader", {"read_id_card": deeds.read_id_card}, lambda at: at.id_reader.describe()),
    Part(
        "pin_pad",
        {
            "ask_pin_pad": deeds.ask_pin_pad,
            "show_on_pin_pad": deeds.show_on_pin_pad,
            "reach_bank": deeds.reach_bank,
        },
        lambda at: at.pin_pad.describe(),
    ),
    Part(
        "receipt_printer",
        {"print_slip": deeds.print_slip},
        lambda at: at.receipt_printer.describe(),
    ),
    Part(
        "document_printer",
        {"print_page": deeds.print_page},
        lambda at: at.document_printer.describe(),
        lambda at: has_a4(at.document_printer),
    ),
    Part("lamps", {"light_lamps": deeds.light_lamps}, is_fitted=_with(*deeds.LAMPS)),
    Part("door", {"move_door": deeds.move_door}, is_fitted=_with("door")),
    Part("presence", {"step_away": deeds.step_away}, is_fitted=_with("presence")),
    Part("earphones", {"plug_earphones": deeds.plug_earphones}, is_fitted=_with("earphones")),
    Part("voice", {"speak": deeds.speak}, is_fitted=lambda at: at.voice.fitted),
    Part("central", {"reach_centre": deeds.reach_centre}),
)
"""What the command line can try too."""
UNATTENDED = frozenset({"ask_pin_pad", "reach_bank", "reach_centre"})
"""Deeds that need neither eyes nor hands, and no paper."""
PANEL = (
    Part("touch", {"touch_crosses": panel.touch_crosses}),
    Part("keys", {"press_keys": panel.press_keys}),
    Part("panel", {"look_at_colours": panel.look_at_colours}),
)
"""What only the screen can try."""


def by_name(name: str) -> Part:
    """Return a part."""
    return next(part for part in (*PARTS, *PANEL) if part.name == name)
