"""Report a card lost for good and apply for a new one: where, from which day, for how much.

It cannot be taken back, so it is asked twice: once with everything that follows, once with the
outlet and the day. Nothing is done before the second yes.
"""

from kioskd import log
from kioskd.domain.calendar import WorkingDay
from kioskd.domain.card import Application, CardStatus, CardView, MyCard
from kioskd.domain.region import Outlet
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import NotGenuine, ServerError
from kioskd.flows.card_deeds import (
    bank_fields,
    change_once,
    her_card,
    outlet_named,
    outlets_that_hand_out,
    rules_of,
    tell,
    tell_done,
)
from kioskd.flows.documents import print_document
from kioskd.flows.handling.report_loss import WHY_NOT
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.troubles import trouble_for
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.card_terms import CardTerms, Kind, Point, TermsOf
from kioskd.screens.choose_outlet import ChooseOutlet
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem


async def reissue_card(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    mine = await her_card(kiosk, visit)
    if mine.card is None:
        return await tell(kiosk, TroubleReason.CARD_NONE)
    if mine.collect_if_applied is None:
        reason = WHY_NOT.get(mine.card.status, TroubleReason.CARD_STATE)
        return await tell(kiosk, reason)
    outlet = await _ask_twice(kiosk, mine, mine.card, mine.collect_if_applied)
    if outlet is None:
        return True
    application = await change_once(
        kiosk, lambda ref: kiosk.central.reissue(visit.token, ref, outlet.name.zh)
    )
    await _print_certificate(kiosk, visit, application)
    return await tell_done(kiosk, visit, _applied(kiosk, application))


async def _print_certificate(kiosk: Kiosk, visit: Visit, application: Application) -> None:
    """Print 领卡证明 where papers can be printed now; the slip that follows comes out anyway."""
    if kiosk.health.trouble_of("seal", "document_printer") is not None:
        return
    wanted = DocumentRequest(DocumentKind.CARD_CERTIFICATE, subject=application.number)
    try:
        await print_document(kiosk, visit, wanted)
    except (NotGenuine, ServerError) as error:  # what she has applied for stands all the same
        log.warning("reissue.no_certificate", code=error.operator_code)
        await kiosk.stage.show(Problem(trouble_for(error)))


async def _ask_twice(
    kiosk: Kiosk, mine: MyCard, card: CardView, collect_on: WorkingDay
) -> Outlet | None:
    """Return the outlet she chose and has said yes to twice; None if she went back."""
    while True:
        if not await kiosk.stage.show(_terms(kiosk, mine, collect_on)):
            return None
        outlet = await kiosk.stage.show(ChooseOutlet(outlets_that_hand_out(kiosk)))
        if isinstance(outlet, Navigation):
            continue
        if await kiosk.stage.show(_sure(kiosk, card, outlet, collect_on)):
            return outlet


def _terms(kiosk: Kiosk, mine: MyCard, collect_on: WorkingDay) -> CardTerms:
    rules = rules_of(kiosk)
    reported = mine.card is not None and mine.card.status is CardStatus.PRE_REPORTED
    points = (
        Point("final", Kind.STOPS),
        Point("day", Kind.WHEN, (("day", collect_on), ("count", rules.collect_working_days))),
        Point("fee" if rules.fee else "no_fee", Kind.COSTS, (("fee", rules.fee),)),
        Point("meanwhile", Kind.CARE),
        Point("bank", Kind.GOES_ON, bank_fields(kiosk, mine)),
        Point("reported" if reported else "first", Kind.NEXT),
    )
    return CardTerms(TermsOf.REISSUE, points)


def _sure(kiosk: Kiosk, card: CardView, outlet: Outlet, collect_on: WorkingDay) -> CardTerms:
    points = (
        Point("final", Kind.STOPS, (("card", card.number),)),
        Point("day", Kind.WHEN, (("day", collect_on),)),
        Point("where", Kind.WHERE, (("outlet", outlet.name), ("address", outlet.address))),
    )
    return CardTerms(TermsOf.REISSUE_SURE, points)


def _applied(kiosk: Kiosk, application: Application) -> CardDone:
    assert application.collect_on is not None, "an application for a card without its day"
    return CardDone(
        CardDeed.REISSUED,
        (
            ("application", application.number),
            ("collect_on", application.collect_on),
            ("outlet", outlet_named(kiosk, application.outlet)),
            ("fee", application.fee),
        ),
    )
