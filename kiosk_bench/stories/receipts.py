"""Stories of paper: what she gets when it cannot be the receipt, and the receipt later."""

import sys
from functools import partial

import trio

from kiosk_bench import faults
from kiosk_bench.config_file import write_config
from kiosk_bench.devices.escpos_render import Slip
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.stories.failing import until_posted
from kiosk_bench.stories.story import (
    GRADE,
    Expected,
    Story,
    end_and_take_card,
    log_in_and_pay,
    log_in_by_card,
    until,
)
from kiosk_bench.world import World
from kioskd.domain.contribution import Month

TITLES = {
    "缴费收据": "receipt",
    "缴款凭条": "slip",
    "存疑凭证": "voucher",
    "退款凭条": "give-back slip",
}
OTHER_KIOSK = "K0124"
LIST = ("my-receipts", "receipt-printed")


async def paper_out_then_original_then_copy(world: World) -> str:
    """No paper for the receipt; she comes again, prints the original, and then a copy of it."""
    await faults.begin(world, "receipt.paper_out")
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    faults.end(world, "receipt.paper_out")
    await until_heard(world, ["no"])
    await open_receipts(world)
    await print_newest(world, 1)
    await world.console.tap("receipt-printed", "list")
    await print_newest(world, 2)
    await end_and_take_card(world, "receipt-printed")
    await until_heard(world, ["no", "yes", "yes"])
    return await papers(world)


async def original_at_another_kiosk(world: World) -> str:
    """No paper where she paid; another kiosk, with a journal of its own, prints the original."""
    await faults.begin(world, "receipt.paper_out")
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    faults.end(world, "receipt.paper_out")
    await until_heard(world, ["no"])
    await become_another_kiosk(world)
    await open_receipts(world)
    await print_newest(world, 1)
    await end_and_take_card(world, "receipt-printed")
    await until_heard(world, ["no", "yes"])
    prints = (await world.centre.ledger())["prints"]
    at = [row["at_kiosk"] for row in sorted(prints, key=lambda row: str(row["at"]))]
    return f"{await papers(world)} at {' and '.join(at)}"


async def become_another_kiosk(world: World) -> None:
    """Put another kiosk in its place: its name and certificate, an empty disk, the same devices."""
    await world.kiosk.stop()
    disk = world.state_dir / "of-the-other"  # below the first, so it is searched for her data too
    overrides = world.settings.overrides
    overrides["kiosk"] = {"id": OTHER_KIOSK, "state_dir": str(disk)}
    overrides["central"] = world.centre.trust.settings(world.line.port, OTHER_KIOSK)
    write_config(world)
    for own in ("kiosk", "central"):
        del overrides[own]  # the story's own tables: another play begins as the first kiosk
    await world.start_kiosk()


async def jam_then_copy(world: World) -> str:
    """The receipt jams half way: nobody knows if it came out, so what comes later is a copy."""
    await faults.begin(world, "receipt.jam_mid_receipt")
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    faults.end(world, "receipt.jam_mid_receipt")
    await world.printer.wait_slips(1)  # the torn one: the printer goes on where it stopped
    await until_heard(world, ["unknown"])
    await open_receipts(world)
    await print_newest(world, 2)
    await end_and_take_card(world, "receipt-printed")
    await until_heard(world, ["unknown", "yes"])
    return await papers(world)


async def slip_then_original(world: World) -> str:
    """The centre is lost after the charge: a slip, and the receipt once it is back."""
    world.pin_pad.at("approval_acknowledged", world.line.cut)
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    world.line.mend()
    return await original_later(world)


async def voucher_then_original(world: World) -> str:
    """The PIN pad is unplugged after the charge: a voucher, and the receipt once it is known."""
    await faults.begin(world, "pinpad.cable_pulled")
    await log_in_and_pay(world)
    await world.console.screen("payment-unknown", within_s=90)
    await end_and_take_card(world, "payment-unknown")
    faults.end(world, "pinpad.cable_pulled")
    await world.pin_pad.plug_in()
    return await original_later(world)


async def given_back_at_once(world: World) -> str:
    """Her months are paid elsewhere while her card is charged: it goes back while she is there."""
    world.pin_pad.at("approval_acknowledged", partial(pay_elsewhere, world))
    await log_in_and_pay(world)
    await end_and_take_card(world, "given-back")
    return await papers(world)


async def pay_elsewhere(world: World) -> None:
    """A clerk takes the payment under way for not charged, and the months are paid elsewhere."""
    books = await world.centre.ledger()
    (payment,), (own,) = books["payments"], books["assessments"]
    await world.centre.call(
        "payment", "settle", payment["ref"], "--db", world.centre.url, "--not-charged",
        "--by", "clerk", "--note", "thought to be abandoned",
    )  # fmt: skip
    months = tuple(Month.parse(text) for text in own["months"].split())
    other = OtherKiosk(world.centre.trust, world.centre.port)
    await other.pay(world.people.zhang, GRADE, months)


async def original_later(world: World) -> str:
    """Come again once it is posted, and print the receipt that never came out."""
    await until_posted(world, 1)
    await until_heard(world, ["no"])
    await open_receipts(world)
    await print_newest(world, 2)
    await end_and_take_card(world, "receipt-printed")
    await until_heard(world, ["no", "yes"])
    return await papers(world)


async def open_receipts(world: World) -> None:
    """Log in again and open the list of receipts."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "tab-convenience")
    await world.console.tap("home", "service-reprint-receipts")
    await world.console.screen("my-receipts")


async def print_newest(world: World, slips: int) -> None:
    """Print the newest receipt and wait until so many slips have come out."""
    shown = await world.console.screen("my-receipts")
    receipts = sorted(button for button in shown.buttons if button.startswith("receipt-"))
    await world.console.tap("my-receipts", receipts[-1])
    await world.console.tap("my-receipts", "print")
    await world.console.wait_for(
        lambda shown: shown.screen == "receipt-printed" and "end" in shown.buttons,
        "the end of printing",
        30,
    )
    await until(lambda: len(world.printer.slips) == slips, f"{slips} slips")


async def until_heard(world: World, printed: list[str]) -> None:
    """Wait until the centre has heard this of the prints, in this order."""
    heard: list[str] = []
    with trio.move_on_after(60):
        while heard != printed:
            rows = (await world.centre.ledger())["prints"]
            heard = [row["printed"] for row in sorted(rows, key=lambda row: str(row["at"]))]
            await trio.sleep(0.2)
        return
    raise TimeoutError(f"the centre has heard {heard}, not {printed}")


async def papers(world: World) -> str:
    """Say what came out of the printer; a receipt must be genuine by the centre's own verdict."""
    return ", ".join([await _told(slip) for slip in world.printer.slips])


async def _told(slip: Slip) -> str:
    title = next(name for row in slip.rows for text, name in TITLES.items() if text == row)
    copies = [row for row in slip.rows if row.startswith("副本")]
    if title != "receipt":
        return title
    marks = "".join(f" copy {row.split()[2]}" for row in copies)
    return f"{title}{marks}" if await _is_genuine(slip) else f"false {title}{marks}"


async def _is_genuine(slip: Slip) -> bool:
    """Let ``kiosk-central verify`` judge the code on the paper, offline."""
    (code,) = slip.codes
    done = await trio.run_process(
        [sys.executable, "-m", "kiosk_central", "verify", code.decode("ascii", "replace")],
        capture_stdout=True,
        check=False,
    )
    return done.returncode == 0


STORIES = (
    Story(
        "receipt-original-then-copy",
        "No paper for the receipt: she comes again, prints the original, and then a marked copy.",
        paper_out_then_original_then_copy,
        Expected("receipt, receipt copy 1", 1, 1, ("paid", *LIST, *LIST, "take-card"), 2),
    ),
    Story(
        "receipt-at-another-kiosk",
        "No paper where she paid: another kiosk prints the original.",
        original_at_another_kiosk,
        Expected("receipt at K0123 and K0124", 1, 1, ("paid", *LIST, "take-card"), 1),
    ),
    Story(
        "receipt-jammed-then-copy",
        "The receipt jams half way: the next one is marked, for the first may have come out.",
        jam_then_copy,
        Expected("receipt, receipt copy 1", 1, 1, ("paid", *LIST, "take-card"), 2),
    ),
    Story(
        "receipt-after-slip",
        "The centre is lost after the charge: a slip at first, the original once it is posted.",
        slip_then_original,
        Expected("slip, receipt", 1, 1, ("paid", *LIST, "take-card"), 2),
        {"visit": {"receipt_number_s": 2.0}},
    ),
    Story(
        "receipt-after-voucher",
        "Nobody knows if she was charged: a voucher at first, the original once it is known.",
        voucher_then_original,
        Expected("voucher, receipt", 1, 1, ("payment-unknown", *LIST, "take-card"), 2),
    ),
    Story(
        "given-back-at-once",
        "Her months are paid elsewhere while her card is charged: the charge is given back.",
        given_back_at_once,
        Expected(
            "give-back slip",
            charges=0,
            postings=2,
            screens=("follow-pin-pad", "given-back", "take-card"),
            receipts=1,
            differences=("months_paid_elsewhere", "state"),
        ),
    ),
)
