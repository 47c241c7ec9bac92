"""Stories of looking things up: texts without the network, a paper, her accounts and payments."""

import json
from datetime import datetime

from kiosk_bench.console import Shown
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.stories.documents import a4_of
from kiosk_bench.stories.failing import until_posted
from kiosk_bench.stories.receipts import papers, print_newest
from kiosk_bench.stories.story import (
    GRADE,
    Expected,
    Story,
    end_and_take_card,
    log_in_and_pay,
    log_in_by_card,
    log_in_by_id_card,
    open_service,
    until,
)
from kiosk_bench.world import World
from kioskd.domain.contribution import Month

SEARCHED = "LHJY"
READ = "policy-flexible-employment"
MINE = ("pension-account", "medical-account")


async def policy_offline(world: World) -> str:
    """No centre, and the kiosk has just been switched on: she still finds and reads the rule."""
    await world.line.cut()
    await world.cut_power()
    console = world.console
    before = len(console.shown)
    await world.start_kiosk()
    welcome = await console.wait_for(
        lambda shown: shown.screen == "welcome" and shown.serial > before, "a new welcome", 20
    )
    greyed = "check-paper" not in welcome.buttons
    await console.tap("welcome", "policies")
    await console.tap("policies", "search")
    for letter in SEARCHED:
        await console.tap("policy-search", f"key-{letter.lower()}")
    shown = await console.wait_for(
        lambda shown: shown.screen == "policy-search" and len(_found(shown)) == 4, "four texts", 20
    )
    await console.tap("policy-search", READ)
    await console.tap("policy-text", "back")
    again = await console.screen("policy-search")
    await console.tap("policy-search", "back")
    await console.tap("policies", "back")
    await console.screen("welcome")
    assert _found(again) == _found(shown), "the search stands as it was"
    from_disk = len(logged(world, "region.from_disk"))
    told = "and greys what needs the centre" if greyed else "but offers what needs the centre"
    return f"{len(_found(shown))} texts from {from_disk} kept pack {told}"


def _found(shown: Shown) -> list[str]:
    return [button for button in shown.buttons if button.startswith("policy-")]


def logged(world: World, name: str) -> list[dict[str, str]]:
    """Return the events of that name in the kiosk's log."""
    lines = world.kiosk.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line[3:]) for line in lines if f'"{name}"' in line]


async def check_paper(world: World) -> str:
    """Somebody checks a receipt by its number: mistyped, then right, then one never given."""
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    await until_posted(world, 1)
    (posting,) = (await world.centre.ledger())["postings"]
    number = str(posting["receipt_number"]).replace("-", "")
    console = world.console
    await console.tap("welcome", "check-paper")
    wrong = "0" if number[-1] != "0" else "1"
    await _type(world, number[:-1] + wrong)
    await console.tap("check-paper", "check")
    assert not logged(world, "paper.checked"), "a slip of the finger is told without the centre"
    await console.tap("check-paper", "key-delete")
    await _type(world, number[-1])
    await console.tap("check-paper", "check")
    await console.tap("paper-checked", "another")
    await _type(world, "ZZ99YY88XX77")
    await console.tap("check-paper", "check")
    await console.tap("paper-checked", "back")
    await console.screen("welcome")
    return ", then ".join(event["verdict"] for event in logged(world, "paper.checked"))


async def _type(world: World, code: str) -> None:
    for character in code:
        await world.console.tap("check-paper", f"key-{character.lower()}")


async def accounts(world: World) -> str:
    """By ID card her accounts are closed to her; by card she sees both, and a year of movements."""
    console, card = world.console, world.people.named("li")
    await log_in_by_id_card(world, card)
    offered = await _offered(world)
    closed = [service for service in MINE if f"service-{service}" not in offered]
    await console.tap("home", "end")
    await log_in_by_card(world, card)
    await open_service(world, "inquiry", MINE[0])
    await console.tap("pension-account", "back")
    await open_service(world, "inquiry", MINE[1])
    shown = await console.screen("medical-account")
    earlier = next(button for button in shown.buttons if button.startswith("year-"))
    await console.tap("medical-account", earlier)
    await console.tap("medical-account", "list")
    await console.tap("medical-account", "page-next")
    await console.tap("medical-account", "back")
    await open_service(world, "inquiry", "insurance")
    await console.tap("insurance", "periods-pension")
    await console.tap("insurance-periods", "back")
    await console.tap("insurance", "back")
    await end_and_take_card(world, "home")
    asked = (world.wires / "centre.log").read_text(encoding="utf-8")
    pension, medical = asked.count("/v1/me/pension-account"), asked.count("/v1/me/medical-account")
    return f"{len(closed)} closed by ID card, asked {pension} and {medical} times by card"


async def _offered(world: World) -> set[str]:
    """Return every button of the first tab at home, page by page; what is greyed has none."""
    shown = await world.console.screen("home")
    buttons = set(shown.buttons)
    while "page-next" in shown.buttons:
        await world.console.tap("home", "page-next")
        shown = await world.console.next_after(shown)
        buttons |= set(shown.buttons)
    return buttons


async def my_payments(world: World) -> str:
    """Another kiosk does not know if it charged her; ours says so, and later prints both papers."""
    today = datetime.now().astimezone()
    months = (Month(today.year, today.month),)
    other = OtherKiosk(world.centre.trust, world.centre.port)
    assessment = await other.leave_in_doubt(world.people.zhang, GRADE, months)
    in_doubt = await _look_at_newest(world)
    await world.console.tap("one-payment", "back")
    await world.console.tap("my-payments", "back")
    await world.console.tap("home", "end")
    await other.find_out(assessment)
    posted = await _look_at_newest(world)
    await world.console.tap("one-payment", "sealed")
    await world.console.tap("document-printed", "home")
    await _open_newest(world)
    await world.console.tap("one-payment", "print")
    await print_newest(world, 1)
    await world.console.tap("receipt-printed", "end")
    await world.console.screen("welcome")
    offered = [{"print", "sealed"} <= set(shown.buttons) for shown in (in_doubt, posted)]
    (sealed,) = await world.centre.documents()
    sheets = len(a4_of(world).sheets())
    told = f"{sealed['kind']} on {sheets} sheet"
    return f"{await papers(world)}; {told}; printing offered {offered}"


async def _look_at_newest(world: World) -> Shown:
    """Log in by ID card, open the newest payment, return what is shown of it."""
    await log_in_by_id_card(world, world.people.zhang)
    return await _open_newest(world)


async def _open_newest(world: World) -> Shown:
    await open_service(world, "inquiry", "my-payments")
    shown = await world.console.screen("my-payments")
    newest = next(button for button in shown.buttons if button.startswith("payment-"))
    await world.console.tap("my-payments", newest)
    return await world.console.screen("one-payment")


async def find_an_outlet(world: World) -> str:
    """Her card is lost: which outlets can help, where they are, and whom to call."""
    console = world.console
    await console.tap("welcome", "outlets")
    everywhere = await console.screen("outlets")
    await console.tap("outlets", "filter")
    await console.tap("outlet-needs", "need-new-card")
    await console.screen("outlets")
    await until(lambda: len(_outlets(console.now)) == 2, "two outlets")
    helping = console.now
    await console.tap("outlets", "outlet-2")
    await console.tap("outlet", "back")
    await console.tap("outlets", "back")
    await console.tap("welcome", "hotlines")
    await console.tap("hotlines", "back")
    await console.screen("welcome")
    return f"{len(_outlets(helping))} of {len(_outlets(everywhere))} outlets make cards"


def _outlets(shown: Shown | None) -> list[str]:
    assert shown is not None, "something is on the screen"
    return [button for button in shown.buttons if button.startswith("outlet-")]


STORIES = (
    Story(
        "policy-offline",
        "The line is cut and the power was off: policies are found by initials and read.",
        policy_offline,
        Expected(
            "4 texts from 1 kept pack and greys what needs the centre",
            screens=("welcome", "policies", "policy-search", "policy-text", "welcome"),
        ),
    ),
    Story(
        "check-paper",
        "A receipt is checked by its number: mistyped, genuine, and one never given.",
        check_paper,
        Expected(
            "genuine, then unknown",
            1,
            1,
            ("paid", "welcome", "check-paper", "paper-checked", "welcome"),
            1,
        ),
    ),
    Story(
        "accounts",
        "Pension and medical accounts are seen by card, not by ID card.",
        accounts,
        Expected(
            "2 closed by ID card, asked 1 and 2 times by card",
            screens=("home", "pension-account", "medical-account", "insurance-periods", "welcome"),
        ),
    ),
    Story(
        "my-payments",
        "A payment in doubt is listed as that; once posted, with a receipt and a sealed paper.",
        my_payments,
        Expected(
            "receipt copy 1; contribution_receipt on 1 sheet; printing offered [False, True]",
            screens=(
                "my-payments",
                "one-payment",
                "welcome",
                "one-payment",
                "document-printed",
                "one-payment",
                "my-receipts",
                "receipt-printed",
            ),
            receipts=1,
        ),
        a4=True,
    ),
    Story(
        "find-an-outlet",
        "Which outlets can help her, where they are on the map, and whom to call.",
        find_an_outlet,
        Expected(
            "2 of 5 outlets make cards",
            screens=("welcome", "outlets", "outlet-needs", "outlets", "outlet", "hotlines"),
        ),
    ),
)
