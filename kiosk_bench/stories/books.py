"""Stories in which several books are compared: the PIN pad's, the journal's, the centre's."""

import json
import sys
from datetime import datetime
from typing import Any

import trio

from kiosk_bench import faults
from kiosk_bench.config_file import write_config
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.stories.failing import until_posted
from kiosk_bench.stories.story import (
    GRADE,
    Expected,
    Story,
    end_and_take_card,
    log_in_and_pay,
    until,
)
from kiosk_bench.world import World
from kioskd.domain.contribution import Month


async def closes_the_day(world: World) -> str:
    """The kiosk closes the PIN pad's batch; the fen of its commissioning is listed, not hidden."""
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    await until_posted(world, 1)
    await world.kiosk.stop()
    just_now = datetime.now().astimezone().time().replace(microsecond=0)
    world.settings.overrides["payments"] = {"day_end": just_now}
    write_config(world)
    await world.start_kiosk()
    await _until_listed(world, "totals")
    assert not world.pin_pad.books.batch(), "the batch was closed"
    (listed,) = await _reconcile(world)
    return f"{listed['matter']} by {listed['amount_fen']} fen"


async def given_back(world: World) -> str:
    """Charged, taken for not charged by a clerk, paid again elsewhere: the first comes back."""
    await faults.begin(world, "pinpad.cable_pulled")
    await log_in_and_pay(world)
    await world.console.screen("payment-unknown", within_s=90)
    await end_and_take_card(world, "payment-unknown")
    (payment,) = (await world.centre.ledger())["payments"]
    await world.centre.call(
        "payment", "settle", payment["ref"], "--db", world.centre.url, "--not-charged",
        "--by", "clerk", "--note", "she says that she was not charged",
    )  # fmt: skip
    other = OtherKiosk(world.centre.trust, world.centre.port)
    await other.pay(world.people.zhang, GRADE, await _months_of(world, payment))
    faults.end(world, "pinpad.cable_pulled")
    await world.pin_pad.plug_in()
    charges = world.pin_pad.books.charges_json
    await until(lambda: charges()[-1]["reversed"], "the charge to be given back", 60)
    with trio.fail_after(60):
        while (await _state_of(world, payment["ref"])) != "reversed":
            await trio.sleep(0.2)
    return "given-back"


async def _months_of(world: World, payment: dict[str, Any]) -> tuple[Month, ...]:
    assessments = (await world.centre.ledger())["assessments"]
    (own,) = (one for one in assessments if one["ref"] == payment["assessment_ref"])
    return tuple(Month.parse(text) for text in own["months"].split())


async def _state_of(world: World, ref: str) -> str:
    payments = (await world.centre.ledger())["payments"]
    return next(str(one["state"]) for one in payments if one["ref"] == ref)


async def _until_listed(world: World, kind: str) -> None:
    with trio.fail_after(60):
        while kind not in [one["kind"] for one in (await world.centre.ledger())["differences"]]:
            await trio.sleep(0.2)


async def _reconcile(world: World) -> list[dict[str, Any]]:
    """Return what ``kioskd journal reconcile`` lists; it exits with 1 if that is anything."""
    words = [sys.executable, "-m", "kioskd", "journal", "reconcile", "--json"]
    done = await trio.run_process(
        [*words, "--config", str(world.kiosk.config)], capture_stdout=True, check=False
    )
    return list(json.loads(done.stdout))


STORIES = (
    Story(
        "day-end",
        "The kiosk closes the PIN pad's batch at the end of the day and lists the difference.",
        closes_the_day,
        Expected("day_differs by 1 fen", 1, 1, ("paid", "welcome"), 1, differences=("totals",)),
    ),
    Story(
        "given-back",
        "Charged, taken for not charged, paid again elsewhere: the first charge is given back.",
        given_back,
        Expected(
            "given-back",
            charges=0,
            postings=2,
            screens=("payment-unknown", "welcome"),
            receipts=1,
            differences=("months_paid_elsewhere", "state"),
        ),
    ),
)
