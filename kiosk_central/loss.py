"""Losing a card: report it for some days, take that back, or lose it for good and get a new one.

All functions that change something are jobs for the writer, done once per reference. The days are
the citizens' (UTC+8), by the centre's clock.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk_central.applications import (
    StoredApplication,
    Wanted,
    advance,
    coming_card,
    lapse,
    open_application,
    open_application_of,
)
from kiosk_central.card_acts import Asked, once
from kiosk_central.card_rows import BY_THE_CLOCK, StoredCard, move, present_card
from kiosk_central.card_states import CARD, ApplicationEvent, CardEvent
from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kioskd.domain.calendar import WorkingCalendar, WorkingDay
from kioskd.domain.card import Application, ApplicationKind, CardStatus, MyCard
from kioskd.domain.region import RegionPack
from kioskd.domain.region_card import CardRules
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cards import ReissueRequest


@dataclass(frozen=True, slots=True)
class Terms:
    """What the region lays down, applied to one day."""

    rules: CardRules
    calendar: WorkingCalendar
    today: date

    @property
    def until(self) -> date:
        """The last day on which a loss reported today holds."""
        return self.today + timedelta(days=self.rules.lapse_days)

    def may_renew(self, expires: date) -> bool:
        """Tell whether a card whose last day is ``expires`` may be exchanged today."""
        return self.today >= expires - timedelta(days=self.rules.renew_days)

    @property
    def collect_on(self) -> WorkingDay:
        """When a new card applied for today can be fetched."""
        return self.calendar.add_working_days(self.today, self.rules.collect_working_days)


def terms_of(region: RegionPack, today: date) -> Terms:
    """Return the terms of a day. Raises Refused(NOT_FOUND) where the region has none for cards."""
    if region.card is None:
        raise Refused(ProblemCode.NOT_FOUND, "no rules about cards")
    return Terms(region.card, WorkingCalendar(region.calendar), today)


def my_card(connection: Connection, terms: Terms, person_id: int) -> MyCard:
    """Return her present card and what she may do about it today."""
    card = present_card(connection, person_id, terms.today)
    if card is None:
        return MyCard(None)
    status = card.status_on(terms.today)
    coming = coming_card(connection, card.code)
    may_lose = (status, CardEvent.LOSE) in CARD
    return MyCard(
        card.view(terms.today),
        terms.until if (status, CardEvent.PRE_REPORT) in CARD else None,
        terms.rules.cancel_allowed and status is CardStatus.PRE_REPORTED,
        terms.collect_on if may_lose else None,
        coming.view() if coming is not None else None,
    )


def report_loss(desk: Desk, terms: Terms, asked: Asked) -> Application:
    """Stop the settlement of her present card for some days; a standing report stays as it is.

    Raises Refused: REFERENCE_REUSED, CARD_STATE (no card, not activated, lost for good).
    """
    return once(desk, asked, Application, lambda: _report_loss(desk, terms, asked))


def _report_loss(desk: Desk, terms: Terms, asked: Asked) -> Application:
    return stop_card(desk, terms, asked.person_id, asked.ref).view()


def stop_card(desk: Desk, terms: Terms, person_id: int, by: str) -> StoredApplication:
    """Do ``report_loss`` for whoever ``by`` is; her lock is held. Raises Refused(CARD_STATE)."""
    card = card_now(desk, person_id)
    if card.status is CardStatus.PRE_REPORTED:
        return _standing(desk, card)
    moved = move(desk, card, CardEvent.PRE_REPORT, by, terms.until.isoformat())
    wanted = Wanted(ApplicationKind.LOSS, person_id, moved.code, until=terms.until)
    return open_application(desk, wanted, by)


def cancel_loss(desk: Desk, terms: Terms, asked: Asked) -> Application:
    """Take the standing report back. Raises Refused: REFERENCE_REUSED, CARD_STATE.

    Where the region wants this done at an outlet, NOT_FOUND.
    """
    if not terms.rules.cancel_allowed:
        raise Refused(ProblemCode.NOT_FOUND, "only at an outlet")
    return once(
        desk, asked, Application, lambda: start_card(desk, asked.person_id, asked.ref).view()
    )


def start_card(desk: Desk, person_id: int, by: str) -> StoredApplication:
    """Take the standing report back; her lock is held. Raises Refused(CARD_STATE)."""
    card = card_now(desk, person_id)
    move(desk, card, CardEvent.CANCEL, by)
    return advance(desk, _standing(desk, card), ApplicationEvent.CANCEL, by)


def request_reissue(desk: Desk, terms: Terms, asked: Asked, request: ReissueRequest) -> Application:
    """Take her present card out of use for good and apply for a new one.

    Raises Refused: BAD_REQUEST (no such outlet), REFERENCE_REUSED, CARD_STATE.
    """
    refuse_other_outlet(terms, request.outlet)
    return once(
        desk,
        asked,
        Application,
        lambda: end_card(desk, terms, asked.person_id, request.outlet, asked.ref).view(),
    )


def refuse_other_outlet(terms: Terms, outlet: str) -> None:
    """Raise Refused(BAD_REQUEST) for an outlet that hands out no cards."""
    if outlet not in terms.rules.hand_out:
        raise Refused(ProblemCode.BAD_REQUEST, "no outlet that hands out cards")


def end_card(desk: Desk, terms: Terms, person_id: int, outlet: str, by: str) -> StoredApplication:
    """Do ``request_reissue`` for whoever ``by`` is, her lock held. Raises Refused(CARD_STATE)."""
    card = card_now(desk, person_id)
    if card.status is CardStatus.PRE_REPORTED:
        advance(desk, _standing(desk, card), ApplicationEvent.MAKE_FORMAL, by)
    move(desk, card, CardEvent.LOSE, by)
    return apply_for_new(desk, terms, card, outlet, by)


def apply_for_new(
    desk: Desk,
    terms: Terms,
    card: StoredCard,
    outlet: str,
    by: str,
    kind: ApplicationKind = ApplicationKind.REISSUE,
) -> StoredApplication:
    """Open the application for a card in place of one. Raises Refused(CARD_STATE): one is open."""
    wanted = Wanted(
        kind,
        card.person_id,
        card.code,
        collect_on=terms.collect_on,
        outlet=outlet,
        fee=terms.rules.fee,
    )
    return open_application(desk, wanted, by)


def card_now(desk: Desk, person_id: int) -> StoredCard:
    """Return her present card with its status true to the clock. Raises Refused(CARD_STATE)."""
    today = local_date(desk.now)
    card = present_card(desk.connection, person_id, today)
    if card is None:
        raise Refused(ProblemCode.CARD_STATE, "no card")
    if card.status_on(today) is not card.status:
        lapse(desk, _standing(desk, card))
        card = move(desk, card, CardEvent.LAPSE, BY_THE_CLOCK)
    return card


def _standing(desk: Desk, card: StoredCard) -> StoredApplication:
    """Return the loss report of a card that is pre-reported: there is one, by construction."""
    found = open_application_of(desk.connection, card.code, ApplicationKind.LOSS)
    assert found is not None, "a pre-reported card without its report"
    return found
