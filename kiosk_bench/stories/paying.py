"""Stories of paying that go well, and those that the bank or the citizen ends."""

from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_and_review,
    end_and_take_card,
    log_in_and_pay,
    log_in_by_card,
    log_in_by_id_card,
    pay_at_pin_pad,
    receipt_is_out,
    take_card,
)
from kiosk_bench.world import World

BANK_TAKES_S = 2.0
PAYING = ("choose-scheme", "choose-grade", "choose-months", "review", "follow-pin-pad")


async def pay_by_card(world: World) -> str:
    """Log in by card, look at the insurance, pay two months, take receipt and card."""
    world.pin_pad.host.takes_s = BANK_TAKES_S
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "service-insurance")
    await world.console.tap("insurance", "back")
    await choose_and_review(world)
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the end of printing", 30)
    await end_and_take_card(world, "paid")
    return "paid"


async def pay_by_id_card(world: World) -> str:
    """The same, logged in by resident ID card, in English."""
    await world.console.tap("welcome", "language")
    await log_in_by_id_card(world, world.people.zhang)
    await choose_and_review(world)
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the end of printing", 30)
    await world.console.tap("paid", "end")
    await world.console.screen("goodbye")
    await world.console.screen("welcome")
    return "paid"


async def declined(world: World) -> str:
    """The bank says no: nothing is charged, the months are free again."""
    world.pin_pad.host.decline(0x05)
    await log_in_and_pay(world)
    await end_and_take_card(world, "not-paid")
    return "declined"


async def cancelled_at_pin_pad(world: World) -> str:
    """She presses the red key instead of putting her bank card in."""
    await log_in_by_card(world, world.people.zhang)
    await choose_and_review(world)
    await world.console.tap("review", "pay")
    await world.console.screen("follow-pin-pad")
    await world.pin_pad.customer.press_cancel()
    await end_and_take_card(world, "not-paid")
    return "cancelled"


async def ends_in_the_middle(world: World) -> str:
    """She thinks better of it at the review: one touch ends the visit, the months are free."""
    await log_in_by_card(world, world.people.zhang)
    await choose_and_review(world)
    await world.console.tap("review", "end-visit")
    await take_card(world)
    (assessment,) = (await world.centre.ledger())["assessments"]
    return f"ended, assessment {assessment['state']}"


STORIES = (
    Story(
        "pay-by-card",
        "She logs in by social security card, pays two months, takes her receipt.",
        pay_by_card,
        Expected("paid", 1, 1, ("welcome", "enter-pin", "home", *PAYING, "paid", "take-card"), 1),
    ),
    Story(
        "pay-by-id-card",
        "She logs in by resident ID card, in English, and pays two months.",
        pay_by_id_card,
        Expected("paid", 1, 1, ("welcome", "home", *PAYING, "paid", "goodbye"), 1),
    ),
    Story(
        "declined",
        "The bank declines: nothing is charged.",
        declined,
        Expected("declined", 0, 0, (*PAYING, "not-paid", "take-card")),
    ),
    Story(
        "ends-in-the-middle",
        "She ends the visit from the review in one touch: nothing is kept, the months are free.",
        ends_in_the_middle,
        Expected("ended, assessment released", 0, 0, ("review", "take-card", "welcome")),
    ),
    Story(
        "cancelled-at-pin-pad",
        "She presses cancel at the PIN pad: nothing is charged.",
        cancelled_at_pin_pad,
        Expected("cancelled", 0, 0, (*PAYING, "not-paid", "take-card")),
    ),
)
