"""Stories of cards that must not let anybody in, and of cards left behind."""

from kiosk_bench import faults
from kiosk_bench.console import Shown
from kiosk_bench.stories.story import (
    Expected,
    Story,
    insert_card,
    log_in_by_card,
    take_card,
    type_pin,
)
from kiosk_bench.world import World


async def wrong_card_pin(world: World) -> str:
    """She mistypes her PIN, is told how many tries are left, and gives up."""
    card = world.people.zhang
    await insert_card(world, card)
    await world.console.screen("enter-pin")
    await type_pin(world, "000000" if card.pin != "000000" else "111111")
    await world.console.tap("enter-pin", "cancel")
    await take_card(world)
    return "not-logged-in"


async def cloned_card(world: World) -> str:
    """A blank card with copied records but without the key: the centre refuses it."""
    return await _refused(world, flaw="cloned")


async def foreign_card(world: World) -> str:
    """A bank card in the slot: a named reason, nothing else."""
    return await _refused(world, flaw="foreign")


async def blank_card(world: World) -> str:
    """A card that was never personalised."""
    return await _refused(world, flaw="blank")


async def expired_card(world: World) -> str:
    """A card past its date."""
    await insert_card(world, world.people.zhao)
    return await _told_and_gone(world)


async def lost_card(world: World) -> str:
    """A card that was reported lost."""
    await insert_card(world, world.people.wang)
    return await _told_and_gone(world)


async def damaged_card(world: World) -> str:
    """A record on the card does not make sense."""
    return await _refused(world, flaw="damaged")


async def _refused(world: World, flaw: str) -> str:
    await insert_card(world, world.people.zhang, flaw=flaw)
    return await _told_and_gone(world)


async def _told_and_gone(world: World) -> str:
    await world.console.tap("problem", "ok")
    await take_card(world)
    return "refused"


async def card_pulled_while_read(world: World) -> str:
    """She pulls her card while it is being read: the next visitor is welcomed."""
    await faults.begin(world, "card.pull_mid_apdu")
    await world.console.screen("welcome")
    first = len(world.console.shown)
    await world.card.insert(world.people.zhang.persona())

    def read_and_welcomed(shown: Shown) -> bool:
        """A device that comes up late changes the first welcome: only one after reading counts."""
        since = world.console.shown[first:]
        return shown.screen == "welcome" and any(s.screen == "busy-reading-card" for s in since)

    await world.console.wait_for(read_and_welcomed, "the next welcome", 30)
    return "left"


async def card_left(world: World) -> str:
    """She ends but leaves her card: the kiosk insists, and welcomes nobody before it is out."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "end")
    await world.console.screen("take-card")
    first = len(world.console.shown)
    await world.console.wait_for(
        lambda shown: shown.screen == "take-card" and shown.serial > first, "the alarm", 20
    )
    await world.card.pull()
    await world.console.screen("welcome")
    return "card-taken-late"


async def walk_away(world: World) -> str:
    """She walks away: the kiosk asks, counts down, forgets her and asks for the card."""
    await log_in_by_card(world, world.people.zhang)
    await take_card(world)
    return "timed-out"


async def walk_away_unseen(world: World) -> str:
    """The presence sensor loses her: the visit ends at once, her card is asked for."""
    await log_in_by_card(world, world.people.zhang)
    await world.cabinet.presence(False)
    await take_card(world)
    return "left"


REFUSED = Expected("refused", screens=("welcome", "problem", "take-card", "welcome"))
STORIES = (
    Story(
        "wrong-card-pin",
        "A wrong PIN: she is told the tries left and gives up.",
        wrong_card_pin,
        Expected("not-logged-in", screens=("enter-pin", "take-card", "welcome")),
    ),
    Story("cloned-card", "Copied records without the key log nobody in.", cloned_card, REFUSED),
    Story("foreign-card", "A bank card in the slot is refused politely.", foreign_card, REFUSED),
    Story("blank-card", "A blank card is refused by name.", blank_card, REFUSED),
    Story("expired-card", "A card past its date is refused.", expired_card, REFUSED),
    Story("lost-card", "A card reported lost is refused.", lost_card, REFUSED),
    Story("damaged-card", "A damaged record is named.", damaged_card, REFUSED),
    Story(
        "card-pulled-while-read",
        "She pulls her card while it is being read.",
        card_pulled_while_read,
        Expected("left", screens=("welcome", "busy-reading-card", "welcome")),
    ),
    Story(
        "card-left",
        "She leaves her card: the kiosk insists until it is taken.",
        card_left,
        Expected("card-taken-late", screens=("home", "take-card", "welcome")),
        {"visit": {"card_left_alarm_s": 1.0}},
    ),
    Story(
        "walk-away",
        "She walks away: asked, counted down, forgotten.",
        walk_away,
        Expected("timed-out", screens=("home", "take-card", "welcome")),
        {"screen": {"idle_limit_s": 3.0, "warning_s": 1.5}},
    ),
    Story(
        "walk-away-unseen",
        "The presence sensor loses her: the visit ends before the time is up.",
        walk_away_unseen,
        Expected("left", screens=("home", "take-card", "welcome")),
        {"visit": {"absence_s": 1.0}},
    ),
)
