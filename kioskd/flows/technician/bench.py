"""At work: the parts of the kiosk, one after the other, and the sheet at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import trio

from kioskd.contracts.stage import Followed
from kioskd.contracts.technician import Workshop
from kioskd.domain.selftest import Finding
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged, KioskError
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.technician.devices import IDLE_S, Devices, GivenUp
from kioskd.flows.technician.doctor import look_at_everything
from kioskd.flows.technician.parts import PANEL, PARTS, by_name
from kioskd.flows.technician.sheet import hand_out_sheet
from kioskd.payments.contract import PaymentJournal
from kioskd.race import first_of
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem
from kioskd.screens.technician_ask import TechnicianAsk, TechnicianDo
from kioskd.screens.technician_part import TechnicianPart
from kioskd.screens.technician_parts import PartsChoice, TechnicianParts

NOT_NOW = Trouble(TroubleReason.TECHNICIAN_NOT_NOW, "T-03")
PIN_PAD = "pin_pad"
Findings = dict[str, Finding]


class AtScreen:
    """The technician's hands, asked by the kiosk's screen; fulfils ``Hands``."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._stage = kiosk.stage

    async def confirms(self, question: str) -> bool:
        return await self._stage.show(TechnicianAsk(question), IDLE_S)

    @asynccontextmanager
    async def asked_to(self, what: str) -> AsyncIterator[None]:
        fault: KioskError | None = None  # raised plain, not inside an exception group
        async with self._stage.follow(TechnicianDo(what)) as followed, trio.open_nursery() as both:
            gave_up = trio.Event()
            both.start_soon(self._until_given_up, followed, gave_up, both.cancel_scope)
            try:
                yield
            except KioskError as error:
                fault = error
            both.cancel_scope.cancel()
        if fault is not None:
            raise fault
        if gave_up.is_set():
            raise GivenUp

    async def _until_given_up(
        self, followed: Followed[None], gave_up: trio.Event, waiting: trio.CancelScope
    ) -> None:
        """Her button, or the end of the session by the header's."""
        await first_of(followed.answered, self._stage.visit_ended)
        gave_up.set()
        waiting.cancel()


async def work_at_parts(kiosk: Kiosk, workshop: Workshop, until: str) -> None:
    """Let her look at parts, try them, take the sheet, until she ends. Raises SessionEnded."""
    devices, findings = devices_of(kiosk, workshop), await _looked(devices_of(kiosk, workshop), {})
    screen = TechnicianParts(tuple(findings.values()), until)
    while True:
        choice = await kiosk.stage.show(screen, IDLE_S)
        if choice is PartsChoice.END:
            return
        if choice is PartsChoice.SHEET:
            findings = await _looked(devices, findings)
            await hand_out_sheet(kiosk, workshop, tuple(findings.values()))
        elif choice is PartsChoice.DOCTOR:
            await look_at_everything(kiosk, workshop, until)
        elif isinstance(choice, str):
            findings[choice] = await _work_at(kiosk, devices, findings[choice], until)
        screen = replace(_shown(kiosk, screen), findings=tuple(findings.values()))


def _shown(kiosk: Kiosk, screen: TechnicianParts) -> TechnicianParts:
    """Return the list as she has turned its pages."""
    shown = kiosk.stage.shown
    return shown[0] if shown is not None and isinstance(shown[0], TechnicianParts) else screen


async def _looked(devices: Devices, before: Findings) -> Findings:
    """Look at every part, all at once."""
    findings = {part.name: before.get(part.name) for part in (*PARTS, *PANEL)}

    async def look(name: str) -> None:
        findings[name] = await by_name(name).look(devices, findings[name])

    async with trio.open_nursery() as looking:
        for name in findings:
            looking.start_soon(look, name)
    return {name: finding for name, finding in findings.items() if finding is not None}


async def _work_at(kiosk: Kiosk, devices: Devices, finding: Finding, until: str) -> Finding:
    """Let her try one part, as often as she likes. Raises SessionEnded."""
    part = by_name(finding.part)
    while True:
        finding = await part.look(devices, finding)
        choice = await kiosk.stage.show(TechnicianPart(finding, until), IDLE_S)
        if choice is Navigation.BACK:
            return finding
        if part.name == PIN_PAD and devices.money_in_doubt():
            await kiosk.stage.show(Problem(NOT_NOW), IDLE_S)
            continue
        finding = await part.try_it(devices, AtScreen(kiosk), finding, str(choice))


def _in_doubt(journal: PaymentJournal) -> bool:
    """Tell whether a payment is open; a journal that cannot be read may hold one."""
    try:
        return bool(journal.open_payments())
    except JournalDamaged:
        return True


def devices_of(kiosk: Kiosk, workshop: Workshop) -> Devices:
    """Return the kiosk's parts as the self-test sees them."""
    return Devices(
        kiosk.social_cards,
        kiosk.id_reader,
        kiosk.pin_pad,
        kiosk.receipt_printer,
        kiosk.document_printer,
        kiosk.cabinet,
        kiosk.voice,
        kiosk.central,
        kiosk.desk.turn,
        partial(_in_doubt, kiosk.desk.journal),
        kiosk.health.all,
        workshop.alignment_page,
        kiosk.stage,
    )
