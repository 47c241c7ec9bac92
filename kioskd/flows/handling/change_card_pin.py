"""Change the PIN of the card in the slot. The card does it; nobody else learns of either PIN."""

from kioskd.domain.card import CardStatus
from kioskd.domain.trouble import TroubleReason
from kioskd.flows.card_deeds import tell, tell_done
from kioskd.flows.card_in_slot import card_in_slot, judged
from kioskd.flows.card_pin import ask_until_open, set_new_pin
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.enter_pin import PinPurpose
from kioskd.screens.put_card import PutWhat


async def change_card_pin(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit.

    Raises CardError, ServerError, SessionEnded.
    """
    if not await card_in_slot(kiosk, PutWhat.OWN_CARD):
        return True
    async with kiosk.social_cards.session() as card:
        _, view = await judged(kiosk, visit, card)
        if view.status is CardStatus.INACTIVE:
            return await tell(kiosk, TroubleReason.CARD_NOT_ACTIVATED)
        old = await ask_until_open(kiosk, card, PinPurpose.OLD)
        if old is None or not await set_new_pin(kiosk, card, old, visit.person.id_number):
            return True
    done = CardDone(CardDeed.PIN_CHANGED, (("card", view.number),), slip=False)
    return await tell_done(kiosk, visit, done)
