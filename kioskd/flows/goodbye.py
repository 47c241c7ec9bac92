"""The end of a visit: the card out of its slot, paper out of its tray, then the next visitor."""

import trio

from kioskd import log
from kioskd.contracts import Saying
from kioskd.flows.kiosk import Kiosk
from kioskd.protocols.central_cabinet import CabinetEventKind
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.words import Words

PAPER_SLOTS = ("receipt", "document")
"""Where paper may lie; the lamp stays lit from printing until goodbye."""
VOICE_AGAIN_MAX_S = 300.0


async def say_goodbye(kiosk: Kiosk) -> None:
    """Do not welcome the next visitor before the card is out of the slot."""
    kiosk.voice.hush()  # whatever was being read to her
    if kiosk.social_cards.card_present:
        await _have_card_taken(kiosk)
    papers = any(kiosk.cabinet.is_lit(slot) for slot in PAPER_SLOTS)
    if papers:
        speak(kiosk, "take_paper")
    try:
        async with kiosk.stage.follow(Goodbye(card_in_slot=False, papers=papers)):
            with trio.move_on_after(kiosk.times.paper_s if papers else kiosk.times.goodbye_s):
                await kiosk.social_cards.wait_inserted()
    finally:
        for slot in PAPER_SLOTS:
            kiosk.cabinet.lamp(slot, lit=False)


async def _have_card_taken(kiosk: Kiosk) -> None:
    """Ask for it by lamp, voice and screen; left there, the lamp blinks and the centre is told."""
    async with kiosk.stage.follow(Goodbye(card_in_slot=True)) as screen:
        kiosk.cabinet.lamp("card", lit=True)
        speak(kiosk, "take_card")
        try:
            with trio.move_on_after(kiosk.times.card_left_alarm_s) as patience:
                await kiosk.social_cards.wait_removed()
            if patience.cancelled_caught:
                log.warning("card.left_in_slot")
                screen.update(Goodbye(card_in_slot=True, alarm=True))
                kiosk.cabinet.blink("card")
                await _call_her_back(kiosk)
        finally:
            kiosk.cabinet.lamp("card", lit=False)
            kiosk.voice.hush()


async def _call_her_back(kiosk: Kiosk) -> None:
    """Tell the centre; speak again and again, ever more rarely, until the card is taken."""
    await kiosk.cabinet_book.note(CabinetEventKind.CARD_LEFT)
    pause_s = kiosk.times.voice_again_s
    while kiosk.social_cards.card_present:
        speak(kiosk, "card_left")
        with trio.move_on_after(pause_s):
            await kiosk.social_cards.wait_removed()
        pause_s = min(2 * pause_s, VOICE_AGAIN_MAX_S)


def speak(kiosk: Kiosk, sentence: str) -> None:
    """Say a sentence of ``voice`` in the catalogue, in the language of the visit."""
    language, key = kiosk.stage.language, f"voice.{sentence}"
    kiosk.voice.say((Saying(Words(language)(key), key),), language)
