"""What the services about cards share: her card as it stands, a change, its result on paper."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from kioskd import log
from kioskd.domain.card import MyCard
from kioskd.domain.region import Outlet
from kioskd.domain.region_card import CardBank, CardRules
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ServerUnreachable
from kioskd.flows.card_papers import card_slip
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.printing import print_behind, show_result
from kioskd.screens.busy import BusyWith
from kioskd.screens.card_done import CardDone, CardDoneChoice
from kioskd.screens.problem import Problem
from kioskd.screens.said import Value, Word

T = TypeVar("T")


async def her_card(kiosk: Kiosk, visit: Visit) -> MyCard:
    """Fetch her card and what she may do about it. Raises ServerError."""
    return await kiosk.while_busy(BusyWith.LOADING, lambda: kiosk.central.my_card(visit.token))


async def change_once(kiosk: Kiosk, change: Callable[[str], Awaitable[T]]) -> T:
    """Do a change under a new reference; an answer that is lost is asked for once more under it.

    Raises ServerError. After ServerUnreachable it may have been done all the same.
    """
    ref = uuid.uuid4().hex

    async def twice() -> T:
        try:
            return await change(ref)
        except ServerUnreachable:
            log.event("card.asked_again")
            return await change(ref)

    return await kiosk.while_busy(BusyWith.CHANGING_CARD, twice)


async def tell(kiosk: Kiosk, reason: TroubleReason, code: str = "C-05") -> bool:
    """Say why it cannot be done; True, for it goes home from there."""
    await kiosk.stage.show(Problem(Trouble(reason, code)))
    return True


async def tell_done(kiosk: Kiosk, visit: Visit, done: CardDone) -> bool:
    """Print the slip where there is one and show the result; False if she ends the visit."""
    if done.slip:
        printed = await print_behind(kiosk, done, card_slip(kiosk, visit, done))
        log.event("card.slip", deed=done.deed, printed=printed)
        done = replace(done, printed=printed)
    return await show_result(kiosk, done) is not CardDoneChoice.END


def rules_of(kiosk: Kiosk) -> CardRules:
    """Return the region's rules about cards; the centre offers no such service without them."""
    assert kiosk.region.card is not None, "a service about cards in a region without rules"
    return kiosk.region.card


def bank_of(kiosk: Kiosk, mine: MyCard) -> CardBank | None:
    """Return the bank that issued her card; None where the region does not know it."""
    return rules_of(kiosk).bank(mine.card.bank) if mine.card is not None else None


def bank_fields(kiosk: Kiosk, mine: MyCard) -> tuple[tuple[str, Value], ...]:
    """Return name and hotline of her card's bank, or plain words where they are not known."""
    bank = bank_of(kiosk, mine)
    name: Value = bank.name if bank is not None else Word("card_terms.a_bank")
    number = bank.hotline if bank is not None else ""
    return ("bank", name), ("hotline", number or Word("card_terms.on_the_card"))


def outlet_named(kiosk: Kiosk, name: str) -> Text:
    """Return an outlet's name in both languages."""
    found = next((one for one in kiosk.region.outlets if one.name.zh == name), None)
    return found.name if found is not None else Text(name, name)


def outlets_that_hand_out(kiosk: Kiosk) -> tuple[Outlet, ...]:
    """Return the outlets where a new card can be fetched, in the region's order."""
    wanted = rules_of(kiosk).hand_out
    return tuple(outlet for outlet in kiosk.region.outlets if outlet.name.zh in wanted)
