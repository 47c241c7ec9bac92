"""My card: the medical-insurance number with its barcode, the card's status, its bank."""

from kioskd.flows.card_deeds import bank_of, her_card
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.screens.my_card import MyCardScreen


async def show_my_card(kiosk: Kiosk, visit: Visit) -> bool:
    """Show her present card until she goes back. Raises ServerError, SessionEnded."""
    mine = await her_card(kiosk, visit)
    bank = bank_of(kiosk, mine)
    await kiosk.stage.show(MyCardScreen(mine.card, bank.name if bank is not None else None))
    return True
