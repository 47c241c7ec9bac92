"""Take a loss report back: the card is found, and works again at once."""

from kioskd.domain.card import CardStatus
from kioskd.domain.trouble import TroubleReason
from kioskd.flows.card_deeds import bank_fields, change_once, her_card, rules_of, tell, tell_done
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.card_terms import CardTerms, Kind, Point, TermsOf


async def cancel_loss(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    if not rules_of(kiosk).cancel_allowed:
        return await tell(kiosk, TroubleReason.CANCEL_AT_OUTLET)
    mine = await her_card(kiosk, visit)
    if mine.card is None:
        return await tell(kiosk, TroubleReason.CARD_NONE)
    if not mine.may_cancel:
        lost = mine.card.status is CardStatus.LOST
        reason = TroubleReason.CARD_LOST_FOR_GOOD if lost else TroubleReason.CARD_NOT_REPORTED
        return await tell(kiosk, reason)
    points = (
        Point("found", Kind.CARE),
        Point("works", Kind.WORKS),
        Point("bank", Kind.GOES_ON, bank_fields(kiosk, mine)),
    )
    if not await kiosk.stage.show(CardTerms(TermsOf.CANCEL_LOSS, points)):
        return True
    application = await change_once(kiosk, lambda ref: kiosk.central.cancel_loss(visit.token, ref))
    facts = (("application", application.number), ("card", mine.card.number))
    return await tell_done(kiosk, visit, CardDone(CardDeed.LOSS_CANCELLED, facts))
