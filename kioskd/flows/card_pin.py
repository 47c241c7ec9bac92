"""Asking for PINs of a social security card: until the card opens, and for a new one.

What she types goes to the card and nowhere else; the last try is never asked for.
"""

import random
from functools import partial

from kioskd import log
from kioskd.contracts import SocialCard
from kioskd.domain.card_pin import weakness_of
from kioskd.domain.secret import CardPin, IdNumber
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import CardNotAccepted, CardRejection, CardUnreadable
from kioskd.flows.kiosk import Kiosk
from kioskd.screens.busy import BusyWith
from kioskd.screens.enter_pin import EnterPin, PinPurpose
from kioskd.screens.problem import Problem

_digits = random.SystemRandom()


async def ask_until_open(kiosk: Kiosk, card: SocialCard, purpose: PinPurpose) -> CardPin | None:
    """Ask until the card is opened; None if she gave up or the last try must not be risked.

    Raises CardNotAccepted(PIN_BLOCKED), CardError, SessionEnded.
    """
    tries_left: int | None = None
    while True:
        pin = await _ask(kiosk, purpose, tries_left=tries_left)
        if pin is None:
            return None
        tries_left = await kiosk.while_busy(BusyWith.CHECKING_PIN, partial(card.verify_pin, pin))
        if tries_left is None:
            return pin
        log.event("card.wrong_pin", tries_left=tries_left)
        if tries_left == 0:
            raise CardNotAccepted(CardRejection.PIN_BLOCKED)
        if tries_left <= kiosk.region.card_pin_tries_warning:
            await kiosk.stage.show(Problem(Trouble(TroubleReason.CARD_PIN_LAST_TRY, "C-04")))
            return None


async def set_new_pin(kiosk: Kiosk, card: SocialCard, old: CardPin, id_number: IdNumber) -> bool:
    """Ask for a new PIN twice and let the card take it; False if she keeps the old one.

    ``old`` has just opened the card. Raises CardError, SessionEnded.
    """
    new = await _ask_new(kiosk, old, id_number)
    if new is None:
        return False
    tries_left = await card.change_pin(old, new)
    if tries_left is not None:  # it has just taken this very PIN: the card contradicts itself
        log.warning("card.pin_not_changed", tries_left=tries_left)
        raise CardUnreadable("PIN")
    log.event("card.pin_changed")
    return True


async def _ask_new(kiosk: Kiosk, old: CardPin, id_number: IdNumber) -> CardPin | None:
    notice = ""
    while True:
        new = await _ask(kiosk, PinPurpose.NEW, notice=notice)
        if new is None:
            return None
        weakness = weakness_of(new, old, id_number)
        if weakness is not None:
            notice = f"pin_weakness.{weakness.value}"
            continue
        again = await _ask(kiosk, PinPurpose.AGAIN)
        if again is None:
            return None
        if again == new:
            return new
        notice = "pin_weakness.differs"


async def _ask(
    kiosk: Kiosk, purpose: PinPurpose, tries_left: int | None = None, notice: str = ""
) -> CardPin | None:
    order = tuple(_digits.sample(range(10), 10))
    tries = kiosk.region.card.pin_tries if kiosk.region.card is not None else 0
    return await kiosk.stage.show(EnterPin(order, tries_left, purpose, notice, tries))
