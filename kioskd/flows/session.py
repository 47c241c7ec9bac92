"""One visitor from welcome to goodbye, and the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from kioskd import log
from kioskd.domain.person import IdCardFacts
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    CardUnreadable,
    DeviceError,
    KioskError,
    ServerRefused,
    SessionEnded,
    VisitorLeft,
)
from kioskd.flows.cabinet_guard import wait_until_closed
from kioskd.flows.convenience.check_paper import check_paper
from kioskd.flows.convenience.hotlines import show_hotlines
from kioskd.flows.convenience.outlets import show_outlets
from kioskd.flows.goodbye import say_goodbye
from kioskd.flows.handling.activate_card import ask_for_id_card
from kioskd.flows.home import be_at_home, do_service
from kioskd.flows.kiosk import Kiosk, Updates, Visit
from kioskd.flows.login import log_in_by_card, log_in_by_id_card, log_out
from kioskd.flows.policy.policies import read_policies
from kioskd.flows.technician.session import serve_technician
from kioskd.flows.troubles import trouble_for
from kioskd.flows.updating import make_way
from kioskd.protocols.central import ProblemCode
from kioskd.race import first_of
from kioskd.screens.problem import Problem
from kioskd.screens.welcome import Welcome, WelcomeChoice


class CardInserted:
    """A card is in the slot."""


class HealthChanged:
    """A device has come or gone: the welcome screen must say so."""


class RegionChanged:
    """There is another region pack: the next visitor shall have it."""


@dataclass(frozen=True, slots=True)
class UpdateDue:
    """New software waits for its trial, and nobody is here."""

    updates: Updates


class TechnicianCalled:
    """Somebody made the technicians' sign."""


Arrival = (
    CardInserted
    | IdCardFacts
    | Trouble
    | WelcomeChoice
    | HealthChanged
    | RegionChanged
    | UpdateDue
    | TechnicianCalled
)


async def serve_visitors(newest: Callable[[], Kiosk]) -> None:
    """Serve one visitor after the other, for ever; each with the newest region pack."""
    while True:
        await serve_one_visitor(newest())


async def serve_one_visitor(kiosk: Kiosk) -> None:
    """Welcome somebody, do her business, say goodbye. Nothing of her is left when it returns."""
    called = await wait_until_closed(kiosk)
    arrival = TechnicianCalled() if called else await _welcome(kiosk)
    if isinstance(arrival, TechnicianCalled) and kiosk.workshop is not None:
        await serve_technician(kiosk, kiosk.workshop)
        return
    if isinstance(arrival, UpdateDue):
        await make_way(kiosk.stage, arrival.updates)
        return
    if isinstance(arrival, HealthChanged | RegionChanged) or kiosk.cabinet.door_open:
        return
    kiosk.stage.begin_visit()
    log.event("visit.began", by=type(arrival).__name__)
    async with trio.open_nursery() as watchers:
        if isinstance(arrival, CardInserted):
            watchers.start_soon(_end_when_card_is_pulled, kiosk)
        watchers.start_soon(end_when_nobody_is_there, kiosk)
        await _receive(kiosk, arrival)
        watchers.cancel_scope.cancel()
    await say_goodbye(kiosk)


async def _welcome(kiosk: Kiosk) -> Arrival:
    screen = Welcome(
        card=kiosk.health.trouble_of("card_reader", "central"),
        id_card=kiosk.health.trouble_of("id_reader", "central"),
        centre=kiosk.health.trouble_of("central"),
        held=kiosk.health.trouble_of("held"),
        tickets=kiosk.health.tickets(),
    )
    kiosk.cabinet.lamp("card", lit=screen.card is None)
    kiosk.cabinet.lamp("id", lit=screen.id_card is None)

    async def choice() -> Arrival:
        return await kiosk.stage.show(screen)

    async def card() -> Arrival:
        await kiosk.social_cards.wait_inserted()
        return CardInserted()

    async def health() -> Arrival:
        await kiosk.health.changed()
        return HealthChanged()

    async def region() -> Arrival:
        await kiosk.region_changed()
        return RegionChanged()

    async def update() -> Arrival:
        if kiosk.updates is None:
            await trio.sleep_forever()
        await kiosk.updates.due()
        return UpdateDue(kiosk.updates)

    async def technician() -> Arrival:
        await kiosk.technician_called()
        return TechnicianCalled()

    try:
        others = (health, region, update, technician)
        return await first_of(choice, card, lambda: _id_card(kiosk), *others)
    finally:
        kiosk.cabinet.lamp("card", lit=False)
        kiosk.cabinet.lamp("id", lit=False)


async def _id_card(kiosk: Kiosk) -> Arrival:
    while True:
        try:
            return await kiosk.id_reader.wait_card()
        except CardUnreadable:
            return Trouble(TroubleReason.ID_CARD_UNREADABLE, CardUnreadable.operator_code)
        except DeviceError:
            await kiosk.health.changed()  # the reader is gone: the board will say when it is back


async def _receive(kiosk: Kiosk, arrival: Arrival) -> None:
    """Do what she came for; every named fault ends on a screen that says it."""
    try:
        await _serve(kiosk, arrival)
    except SessionEnded as end:
        log.event("visit.ended", why=type(end).__name__)
    except KioskError as error:
        log.warning("visit.failed", error=type(error).__name__, code=error.operator_code)
        await _tell(kiosk, trouble_for(error))


async def _serve(kiosk: Kiosk, arrival: Arrival) -> None:
    match arrival:
        case CardInserted():
            await _with_card(kiosk)
        case IdCardFacts() as facts:
            await _with_login(kiosk, lambda: log_in_by_id_card(kiosk, facts))
        case Trouble() as trouble:
            await kiosk.stage.show(Problem(trouble))
        case WelcomeChoice.POLICIES:
            await read_policies(kiosk, None)
        case WelcomeChoice.OUTLETS:
            await show_outlets(kiosk, None)
        case WelcomeChoice.HOTLINES:
            await show_hotlines(kiosk, None)
        case WelcomeChoice.CHECK_PAPER:
            await check_paper(kiosk, None)


async def _with_card(kiosk: Kiosk) -> None:
    """Log in by the card; one that is not activated yet leads to its activation instead."""
    try:
        await _with_login(kiosk, lambda: log_in_by_card(kiosk))
    except ServerRefused as refused:
        if refused.code != ProblemCode.CARD_NOT_ACTIVATED.value:
            raise
        await _activate_first(kiosk)


async def _activate_first(kiosk: Kiosk) -> None:
    """Ask for the ID card, and go straight to the activation of the card in the slot."""
    log.event("visit.activates_first")
    facts = await ask_for_id_card(kiosk)
    visit = await log_in_by_id_card(kiosk, facts) if facts is not None else None
    if visit is None:
        return
    try:
        if await do_service(kiosk, visit, "activate-card"):
            await be_at_home(kiosk, visit)
    finally:
        await log_out(kiosk, visit)


async def _with_login(kiosk: Kiosk, log_in: Callable[[], Awaitable[Visit | None]]) -> None:
    visit = await log_in()
    if visit is None:
        return
    try:
        await be_at_home(kiosk, visit)
    finally:
        await log_out(kiosk, visit)


async def _tell(kiosk: Kiosk, trouble: Trouble) -> None:
    try:
        await kiosk.stage.show(Problem(trouble))
    except SessionEnded as end:
        log.event("visit.ended", why=type(end).__name__)


async def _end_when_card_is_pulled(kiosk: Kiosk) -> None:
    await kiosk.social_cards.wait_removed()
    kiosk.stage.end_visit(VisitorLeft("card pulled"))


async def end_when_nobody_is_there(kiosk: Kiosk) -> None:
    """End the visit once nobody has been before the presence sensor for long enough."""
    while True:
        with trio.move_on_after(kiosk.times.absence_s) as absence:
            await kiosk.cabinet.wait_change()
        if absence.cancelled_caught and not kiosk.cabinet.somebody_there:
            kiosk.stage.end_visit(VisitorLeft("nobody there"))
            return
