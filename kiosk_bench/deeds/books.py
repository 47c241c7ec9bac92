"""Deeds about money's books: the centre's ledger, the PIN pad's batch, another kiosk's payments."""

import json
import sys
from datetime import datetime

import trio

from kiosk_bench.config_file import write_config
from kiosk_bench.deeds.expecting import same, until, until_told
from kiosk_bench.deeds.parameters import Amount, Citizen, Number, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.deeds.visits import GRADE
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.world import World
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.waiting import WaitingRules, entitlement

MONTHLY_FEN = 140_000
"""Of the pension at 100 % of 7,000.00."""
WAITING = WaitingRules(months=6, break_months=6)
"""As the sample region has it."""
ARREARS_MONTHS = 4
"""So many months qian owes before this one."""


def this_month() -> Month:
    """Return the month it is."""
    today = datetime.now().astimezone()
    return Month(today.year, today.month)


@deed("expect half-year assessed")
async def expect_half_year_assessed(world: World) -> None:
    """The only assessment is of what qian has not paid of this half-year, exact to the fen."""
    (assessment,) = (await world.centre.ledger())["assessments"]
    months = [Month.parse(text) for text in assessment["months"].split()]
    same("months of the half-year", months, _half_year_of_qian())
    same("amount in fen", assessment["amount_fen"], MONTHLY_FEN * len(months))


def _half_year_of_qian() -> list[Month]:
    now = this_month()
    first = Month(now.year, 1 if now.month <= 6 else 7)
    owed = now.plus(-ARREARS_MONTHS)
    return [month for month in map(first.plus, range(6)) if month >= owed]


@deed("expect schemes paid")
async def expect_schemes_paid(world: World, schemes: Words) -> None:
    """These insurances, and no others, have a paid assessment."""
    assessments = (await world.centre.ledger())["assessments"]
    found = sorted(one["scheme"] for one in assessments if one["state"] == "paid")
    same("schemes paid", found, sorted(schemes))


@deed("expect waiting period")
async def expect_waiting_period(
    world: World, citizen: Citizen, counted: Number, needed: Number
) -> None:
    """By the centre, so many of the months needed count for medical insurance, six from the first.

    The day from which it helps is reckoned from this month, apart from the kiosk.
    """
    other = OtherKiosk(world.centre.trust, world.centre.port)
    offers = await other.offers(world.people.named(citizen))
    (medical,) = (one for one in offers if one.scheme is Scheme.MEDICAL)
    found = entitlement(medical.counting, WAITING, this_month())
    same("begins", found.begins, this_month().plus(WAITING.months))
    same("counted of needed", (found.counted, found.needed), (counted, needed))


@deed("pay elsewhere")
async def pay_elsewhere(world: World) -> None:
    """A clerk takes zhang's payment for not charged, and the months are paid at another kiosk."""
    books = await world.centre.ledger()
    (payment,), (own,) = books["payments"], books["assessments"]
    await world.centre.call(
        "payment", "settle", payment["ref"], "--db", world.centre.url, "--not-charged",
        "--by", "clerk", "--note", "thought to be abandoned",
    )  # fmt: skip
    months = tuple(Month.parse(text) for text in own["months"].split())
    other = OtherKiosk(world.centre.trust, world.centre.port)
    await other.pay(world.people.zhang, GRADE, months)


@deed("expect charge reversed", "pin-pad")
async def expect_charge_reversed(world: World) -> None:
    """The last charge in the PIN pad's books is given back."""
    charges = world.pin_pad.books.charges_json
    await until(lambda: bool(charges()[-1]["reversed"]), "the charge to be given back")


@deed("expect payment reversed")
async def expect_payment_reversed(world: World) -> None:
    """The first payment at the centre is one that was given back."""

    async def state() -> object:
        return (await world.centre.ledger())["payments"][0]["state"]

    await until_told(state, "reversed", "the first payment")


@deed("let the day end now", "power")
async def let_the_day_end_now(world: World) -> None:
    """Start the kiosk with an end of the day that has just come."""
    await world.kiosk.stop()
    just_now = datetime.now().astimezone().time().replace(microsecond=0)
    world.settings.overrides["payments"] = {"day_end": just_now}
    write_config(world)
    del world.settings.overrides["payments"]
    await world.start_kiosk()


@deed("expect difference")
async def expect_difference(world: World, kinds: Words) -> None:
    """The centre lists differences of these kinds, and no others."""

    async def listed() -> list[str]:
        return sorted(one["kind"] for one in (await world.centre.ledger())["differences"])

    await until_told(listed, sorted(kinds), "differences")


@deed("expect batch closed", "pin-pad")
async def expect_batch_closed(world: World) -> None:
    """The PIN pad's batch holds nothing."""
    await trio.lowlevel.checkpoint()
    same("charges in the batch", list(world.pin_pad.books.batch()), [])


@deed("expect day differs")
async def expect_day_differs(world: World, amount: Amount) -> None:
    """``kioskd journal reconcile`` lists one difference, of the day, by this amount."""
    words = [sys.executable, "-m", "kioskd", "journal", "reconcile", "--json"]
    done = await trio.run_process(
        [*words, "--config", str(world.kiosk.config)], capture_stdout=True, check=False
    )
    found = [(one["matter"], one["amount_fen"]) for one in json.loads(done.stdout)]
    same("what reconciling lists", found, [("day_differs", amount)])
