"""Report a lost card: what stops, what does not, until when, what next; then it is stopped.

This report holds for some days and can be taken back. What cannot is ``reissue_card``.
"""

from datetime import date

from kioskd.domain.card import Application, CardStatus, CardView, MyCard
from kioskd.domain.person import Assurance
from kioskd.domain.trouble import TroubleReason
from kioskd.flows.card_deeds import bank_fields, change_once, her_card, rules_of, tell, tell_done
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.card_terms import CardTerms, Kind, Point, TermsOf
from kioskd.screens.said import Value

WHY_NOT = {
    CardStatus.INACTIVE: TroubleReason.CARD_NOT_ACTIVATED,
    CardStatus.LOST: TroubleReason.CARD_LOST_FOR_GOOD,
    CardStatus.RETURNED: TroubleReason.CARD_EXPIRED,
}


async def report_loss(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    if visit.person.assurance is Assurance.SOCIAL_CARD:
        return await tell(kiosk, TroubleReason.CARD_IN_HAND)
    mine = await her_card(kiosk, visit)
    if mine.card is None:
        return await tell(kiosk, TroubleReason.CARD_NONE)
    if mine.card.status is CardStatus.PRE_REPORTED:
        return await tell_done(kiosk, visit, _standing(kiosk, mine, mine.card))
    if mine.until_if_reported is None:
        return await tell(kiosk, WHY_NOT[mine.card.status])
    if not await kiosk.stage.show(_terms(kiosk, mine, mine.until_if_reported)):
        return True
    application = await change_once(kiosk, lambda ref: kiosk.central.report_loss(visit.token, ref))
    return await tell_done(kiosk, visit, _reported(kiosk, mine, application))


def _terms(kiosk: Kiosk, mine: MyCard, until: date) -> CardTerms:
    rules = rules_of(kiosk)
    points = (
        Point("stops", Kind.STOPS),
        Point("bank", Kind.GOES_ON, bank_fields(kiosk, mine)),
        Point("until", Kind.WHEN, (("until", until), ("count", rules.lapse_days))),
        Point("next" if rules.cancel_allowed else "next_outlet", Kind.NEXT),
    )
    return CardTerms(TermsOf.REPORT_LOSS, points)


def _reported(kiosk: Kiosk, mine: MyCard, application: Application) -> CardDone:
    assert application.until is not None, "a loss report without its last day"
    return CardDone(
        CardDeed.LOSS_REPORTED,
        (
            ("application", application.number),
            ("reported", application.opened),
            ("until", application.until),
            _bank_hotline(kiosk, mine),
        ),
    )


def _standing(kiosk: Kiosk, mine: MyCard, card: CardView) -> CardDone:
    assert card.until is not None, "a loss report without its last day"
    facts = (("until", card.until), _bank_hotline(kiosk, mine))
    return CardDone(CardDeed.LOSS_STANDS, facts, slip=False)


def _bank_hotline(kiosk: Kiosk, mine: MyCard) -> tuple[str, Value]:
    return "bank_hotline", dict(bank_fields(kiosk, mine))["hotline"]
