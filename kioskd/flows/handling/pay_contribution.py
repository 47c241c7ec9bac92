"""Pay flexible-employment contributions: scheme, grade, months, review, PIN pad, paper.

One charge an assessment: two schemes are two payments, one after the other in the same visit.

The heart of the kiosk told top to bottom. What may go wrong with money is not decided here but
in ``kioskd.payments``; this file asks, shows and prints.
"""

from dataclasses import replace

import trio

from kioskd import log
from kioskd.contracts import Followed
from kioskd.domain.contribution import Assessment, Offer, Scheme
from kioskd.domain.payment import PaymentState, PinPadStep
from kioskd.domain.region import SchemeRules
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.domain.waiting import Entitlement, entitlement
from kioskd.errors import ServerError, ServerRefused
from kioskd.flows.handling.choose_contribution import (
    Choice,
    Plan,
    choose_contributions,
    choose_within,
    is_payable,
    this_month,
)
from kioskd.flows.handling.end_of_payment import Next, tell_the_end
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.troubles import trouble_for
from kioskd.payments.contract import Payment
from kioskd.payments.journal import new_assessment_ref
from kioskd.payments.pay import pay
from kioskd.protocols.central import ProblemCode
from kioskd.screens.busy import BusyWith
from kioskd.screens.follow_pin_pad import FollowPinPad, PinPadChoice
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem
from kioskd.screens.review import Review

RELEASE_LIMIT_S = 5.0
HER_TURN = (PinPadStep.PRESENT_CARD, PinPadStep.ENTER_PIN, PinPadStep.WRONG_PIN, PinPadStep.WAIT)
"""While the PIN pad waits for her she may still cancel here; its own red key works as well."""
ABOUT_HER_CHOICE = {
    code.value
    for code in (
        ProblemCode.MONTHS_TAKEN,
        ProblemCode.MONTHS_NOT_OPEN,
        ProblemCode.EARLIER_FIRST,
        ProblemCode.WHOLE_PERIODS_ONLY,
        ProblemCode.TOO_FEW_MONTHS,
        ProblemCode.GRADE_FIXED,
    )
}
"""Refusals that she can answer by choosing otherwise, with fresh offers before her."""


async def pay_contribution(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    offers = await _offers(kiosk, visit)
    if not any(is_payable(offer) for offer in offers):
        await kiosk.stage.show(Problem(Trouble(TroubleReason.NOTHING_TO_PAY, "P-10")))
        return True
    choice: Choice | None = None
    while True:
        plan = await choose_contributions(kiosk, offers, choice)
        if not plan:
            return True
        after, choice = await _pay_in_turn(kiosk, visit, offers, plan)
        if after is not Next.AGAIN:
            return after is Next.HOME
        offers = await _offers(kiosk, visit)  # her months may have changed meanwhile
        choice = _among(offers, choice)


async def _offers(kiosk: Kiosk, visit: Visit) -> tuple[Offer, ...]:
    return await kiosk.while_busy(BusyWith.LOADING, lambda: kiosk.central.offers(visit.token))


def _among(offers: tuple[Offer, ...], choice: Choice | None) -> Choice | None:
    """Return her choice on the fresh offer of its scheme; None where there is nothing to pay."""
    if choice is None:
        return None
    fresh = [one for one in offers if one.scheme is choice.offer.scheme and is_payable(one)]
    return replace(choice, offer=fresh[0]) if fresh else None


async def _pay_in_turn(
    kiosk: Kiosk, visit: Visit, offers: tuple[Offer, ...], plan: Plan
) -> tuple[Next, Choice | None]:
    """Pay one choice after the other; with AGAIN comes the choice that she wants to change."""
    todo, paid = list(plan), list[Scheme]()
    while todo:
        choice = todo.pop(0)
        place = (len(paid) + 1, len(paid) + 1 + len(todo))
        others = [one.offer for one in todo] or _others(offers, [*paid, choice.offer.scheme])
        after = await _pay_one(kiosk, visit, choice, place, others)
        if after is not Next.ON:
            return after, choice if after is Next.AGAIN else None
        paid.append(choice.offer.scheme)
        if not todo:
            more = await choose_within(kiosk, others[0])
            todo = [] if more is None else [more]
    return Next.HOME, None


def _others(offers: tuple[Offer, ...], done: list[Scheme]) -> list[Offer]:
    return [offer for offer in offers if offer.scheme not in done and is_payable(offer)]


async def _pay_one(
    kiosk: Kiosk, visit: Visit, choice: Choice, place: tuple[int, int], others: list[Offer]
) -> Next:
    """Assess, review, charge, tell: one payment, one reference, one receipt."""
    assessment = await _assess(kiosk, visit, choice)
    if assessment is None or not await _reviewed(kiosk, visit, assessment, choice, place):
        return Next.AGAIN
    payment = await _charge(kiosk, assessment)
    name = kiosk.region.rules(others[0].scheme).name if others else None
    return await tell_the_end(kiosk, visit, assessment, payment, name)


async def _assess(kiosk: Kiosk, visit: Visit, choice: Choice) -> Assessment | None:
    """Ask for the centre's word; None where it refuses these months and she has read why."""
    ref = new_assessment_ref()
    try:
        return await kiosk.while_busy(
            BusyWith.ASSESSING,
            lambda: kiosk.central.assess(
                visit.token, ref, choice.offer.scheme, choice.grade.percent, choice.months
            ),
        )
    except ServerRefused as refusal:
        if refusal.code not in ABOUT_HER_CHOICE:
            raise
        await kiosk.stage.show(Problem(trouble_for(refusal)))
        return None


async def _reviewed(
    kiosk: Kiosk, visit: Visit, assessment: Assessment, choice: Choice, place: tuple[int, int]
) -> bool:
    """Ask her to check everything; whatever she does but pay gives the months free again."""
    agreed = False
    try:
        rules = kiosk.region.rules(assessment.scheme)
        screen = Review(
            assessment,
            rules.name,
            visit.person.name,
            visit.person.city,
            _benefit(kiosk, rules, choice),
            place,
        )
        wanted = await kiosk.stage.show(screen) is not Navigation.BACK
        agreed = wanted and await _takes_money(kiosk)
        return agreed
    finally:
        if not agreed:
            await _release(kiosk, assessment)


async def _takes_money(kiosk: Kiosk) -> bool:
    """Look once more whether payments are held; if so, tell her why."""
    held = kiosk.health.trouble_of("held")
    if held is not None:
        await kiosk.stage.show(Problem(held))
    return held is None


def _benefit(kiosk: Kiosk, rules: SchemeRules, choice: Choice) -> Entitlement | None:
    if rules.waiting is None:
        return None
    return entitlement(choice.offer.counting, rules.waiting, this_month(kiosk), choice.months)


async def _release(kiosk: Kiosk, assessment: Assessment) -> None:
    with trio.move_on_after(RELEASE_LIMIT_S, shield=True):
        try:
            await kiosk.central.release(assessment.ref)
        except ServerError as error:  # it expires by itself
            log.event("assessment.release_unconfirmed", code=error.operator_code)


async def _charge(kiosk: Kiosk, assessment: Assessment) -> Payment:
    """Let the PIN pad charge while the screen says whose turn it is. Ends with a named state."""
    kiosk.cabinet.lamp("pinpad", lit=True)
    try:
        return await _charge_on_screen(kiosk, assessment)
    finally:
        kiosk.cabinet.lamp("pinpad", lit=False)


async def _charge_on_screen(kiosk: Kiosk, assessment: Assessment) -> Payment:
    start = FollowPinPad(assessment.amount, step=None, ref="", can_cancel=False)
    async with kiosk.stage.follow(start) as screen, trio.open_nursery() as nursery:
        cancelled = trio.Event()
        nursery.start_soon(_cancel_when_asked, kiosk, screen, cancelled)

        def on_step(ref: str, step: PinPadStep | None) -> None:
            can_cancel = step in HER_TURN and not cancelled.is_set()
            screen.update(FollowPinPad(assessment.amount, step, ref, can_cancel))

        payment = await pay(kiosk.desk, assessment, on_step)
        nursery.cancel_scope.cancel()
    assert payment.state is not PaymentState.INTENDED, "pay() always ends with a named state"
    return payment


async def _cancel_when_asked(
    kiosk: Kiosk, screen: Followed[PinPadChoice], cancelled: trio.Event
) -> None:
    """Pass her wish on, once; the result, whatever it is, still comes from the PIN pad."""
    await screen.answered()
    cancelled.set()
    log.event("payment.cancel_asked")
    await kiosk.pin_pad.abort()
