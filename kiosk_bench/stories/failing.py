"""Stories of cables, lines and power that fail while money is moving."""

from functools import partial

import trio

from kiosk_bench import faults
from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_and_review,
    end_and_take_card,
    log_in_and_pay,
    log_in_by_card,
    until,
)
from kiosk_bench.world import World


async def central_lost_after_charge(world: World) -> str:
    """The line to the centre is cut once the charge stands: paid, said so, posted later."""
    world.pin_pad.at("approval_acknowledged", world.line.cut)
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    world.line.mend()
    await until_posted(world, 1)
    return "paid"


async def central_down_before_paying(world: World) -> str:
    """The centre goes while she is at home: the service is greyed with the reason."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "tab-handling")
    await world.line.cut()
    await world.console.wait_for(
        lambda shown: shown.screen == "home" and "service-pay-contribution" not in shown.buttons,
        "the service to be greyed",
        40,
    )
    await world.console.tap("home", "end")
    await take_card_without_centre(world)
    return "greyed"


async def take_card_without_centre(world: World) -> None:
    """Take the card; the welcome screen then says that the centre is away."""
    await world.console.screen("take-card")
    await world.card.pull()
    await world.console.screen("welcome")


async def pin_pad_unplugged_while_paying(world: World) -> str:
    """The cable is pulled after the charge: UNKNOWN in plain words, resolved by recovery."""
    await faults.begin(world, "pinpad.cable_pulled")
    await log_in_and_pay(world)
    await world.console.screen("payment-unknown", within_s=90)
    await end_and_take_card(world, "payment-unknown")
    faults.end(world, "pinpad.cable_pulled")
    await world.pin_pad.plug_in()
    await until_posted(world, 1)
    return "unknown"


async def lost_reply(world: World) -> str:
    """The centre posts, its answer is lost, the kiosk asks again: posted once."""
    await faults.begin(world, "central.lost_reply")
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    await until_posted(world, 1)
    return "paid"


async def pin_pad_silent(world: World) -> str:
    """The PIN pad charges but never says so: its books are asked while she waits, and she paid."""
    await faults.begin(world, "pinpad.silent_after_approval")
    await log_in_and_pay(world)
    await world.console.screen("paid", within_s=90)
    await end_and_take_card(world, "paid")
    return "paid-by-its-books"


async def paper_out(world: World) -> str:
    """The receipt printer has no paper: paid all the same, and said so."""
    await faults.begin(world, "receipt.paper_out")
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    return "paid"


async def power_cut_while_paying(world: World, step: str) -> str:
    """The power goes at a journal step; after the restart nothing is lost and nothing doubled."""
    await faults.begin(world, f"power.cut_at=journal:{step}")
    await log_in_by_card(world, world.people.zhang)
    await choose_and_review(world)
    await world.console.tap("review", "pay")
    await world.console.screen("follow-pin-pad")
    if step != "intended":
        await world.pin_pad.customer.insert_card()
        await world.pin_pad.customer.enter_pin()
    await world.kiosk.wait_dead()
    await world.card.pull()
    if step == "intended":
        await world.pin_pad.customer.press_cancel()
    await world.start_kiosk()
    await until_resolved(world)
    return f"power-cut-{step}"


async def disk_refuses(world: World) -> str:
    """The disk takes no more while the bank approves: refused, reversed, and the kiosk lives on."""
    world.pin_pad.at("authorisation_received", partial(_refuse_writes, world))
    await log_in_and_pay(world)
    await world.console.screen("not-paid", within_s=60)
    await end_and_take_card(world, "not-paid")
    await world.console.tap("welcome", "policies")
    await world.console.tap("policies", "back")
    world.kiosk.limit_files(None)
    await until(world.journal_is_at_rest, "the disk to be mended and the payment resolved", 150)
    (assessment,) = (await world.centre.ledger())["assessments"]
    return f"not-charged, assessment {assessment['state']}"


async def _refuse_writes(world: World) -> None:
    """Let no file of the kiosk grow beyond what its journal's log is now."""
    world.kiosk.limit_files((world.state_dir / "journal.db-wal").stat().st_size)
    await trio.lowlevel.checkpoint()


async def until_posted(world: World, payments: int) -> None:
    """Wait until the ledger holds that many payments."""
    with trio.fail_after(60):
        while len((await world.centre.ledger())["postings"]) < payments:
            await trio.sleep(0.2)


async def until_resolved(world: World) -> None:
    """Wait until recovery has ended: the kiosk's own journal has no open payment."""
    await until(world.journal_is_at_rest, "recovery to resolve the payment", 60)


STORIES = (
    Story(
        "central-lost-after-charge",
        "The centre is lost after the charge: she is told it is paid, and it is posted later.",
        central_lost_after_charge,
        Expected("paid", 1, 1, ("follow-pin-pad", "paid", "take-card"), 1),
        {"visit": {"receipt_number_s": 2.0}},
    ),
    Story(
        "central-down-before-paying",
        "The centre is down before paying: the service is greyed with the reason.",
        central_down_before_paying,
        Expected("greyed", 0, 0, ("home", "take-card", "welcome")),
    ),
    Story(
        "central-lost-reply",
        "The centre's answer to the posting is lost: asked again, posted once.",
        lost_reply,
        Expected("paid", 1, 1, ("follow-pin-pad", "paid"), 1),
    ),
    Story(
        "pin-pad-unplugged-while-paying",
        "The PIN pad's cable is pulled after the charge: unknown, then resolved, one charge.",
        pin_pad_unplugged_while_paying,
        Expected("unknown", 1, 1, ("follow-pin-pad", "payment-unknown", "take-card"), 1),
    ),
    Story(
        "pin-pad-silent",
        "The PIN pad falls silent after charging: its books are asked, and she has paid, once.",
        pin_pad_silent,
        Expected("paid-by-its-books", 1, 1, ("follow-pin-pad", "paid", "take-card"), 1),
        {"pin_pad": {"command_limit_s": 3}},
    ),
    Story(
        "receipt-paper-out",
        "No paper for the receipt: paid and posted, and it says that nothing was printed.",
        paper_out,
        Expected("paid", 1, 1, ("follow-pin-pad", "paid", "take-card"), 0),
    ),
    Story(
        "disk-refuses",
        "The disk refuses the approval: the PIN pad reverses, and later all is resolved.",
        disk_refuses,
        Expected(
            "not-charged, assessment released", 0, 0, ("follow-pin-pad", "not-paid", "policies")
        ),
    ),
    *(
        Story(
            f"power-cut-while-paying-{step}",
            f"The power goes right after journal step {step}; then it starts again.",
            partial(power_cut_while_paying, step=step),
            Expected(f"power-cut-{step}", int(step != "intended"), int(step != "intended")),
        )
        for step in faults.STEPS
    ),
)
