"""Pay a flexible-employment contribution: scheme, grade, months, review, PIN pad, paper.

The heart of the kiosk told top to bottom. What may go wrong with money is not decided here but
in ``kioskd.payments``; this file asks, shows and prints.
"""

import trio

from kioskd import log
from kioskd.contracts import Followed
from kioskd.domain.contribution import Assessment, MonthStatus, Offer
from kioskd.domain.payment import PaymentState, PinPadStep
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ServerError
from kioskd.flows.handling.choose_contribution import Choice, choose_contribution
from kioskd.flows.handling.end_of_payment import Next, tell_the_end
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.payments.contract import Payment
from kioskd.payments.journal import new_assessment_ref
from kioskd.payments.pay import pay
from kioskd.screens.busy import BusyWith
from kioskd.screens.follow_pin_pad import FollowPinPad, PinPadChoice
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem
from kioskd.screens.review import Review

RELEASE_LIMIT_S = 5.0
HER_TURN = (PinPadStep.PRESENT_CARD, PinPadStep.ENTER_PIN, PinPadStep.WRONG_PIN, PinPadStep.WAIT)
"""While the PIN pad waits for her she may still cancel here; its own red key works as well."""


async def pay_contribution(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    offers = await kiosk.while_busy(BusyWith.LOADING, lambda: kiosk.central.offers(visit.token))
    if not any(_payable(offer) for offer in offers):
        await kiosk.stage.show(Problem(Trouble(TroubleReason.NOTHING_TO_PAY, "P-10")))
        return True
    choice: Choice | None = None
    while True:
        choice = await choose_contribution(kiosk, offers, choice)
        if choice is None:
            return True
        assessment = await _assess(kiosk, visit, choice)
        if not await _reviewed(kiosk, visit, assessment):
            continue
        payment = await _charge(kiosk, assessment)
        match await tell_the_end(kiosk, visit, assessment, payment):
            case Next.END:
                return False
            case Next.HOME:
                return True
            case Next.AGAIN:  # nothing was charged and the months are free: a new assessment
                continue


def _payable(offer: Offer) -> bool:
    return any(month.status is MonthStatus.PAYABLE for month in offer.months)


async def _assess(kiosk: Kiosk, visit: Visit, choice: Choice) -> Assessment:
    ref = new_assessment_ref()
    return await kiosk.while_busy(
        BusyWith.ASSESSING,
        lambda: kiosk.central.assess(
            visit.token, ref, choice.offer.scheme, choice.grade.percent, choice.months
        ),
    )


async def _reviewed(kiosk: Kiosk, visit: Visit, assessment: Assessment) -> bool:
    """Ask her to check everything; whatever she does but pay gives the months free again."""
    agreed = False
    try:
        name = kiosk.region.rules(assessment.scheme).name
        screen = Review(assessment, name, visit.person.name, visit.person.city)
        agreed = await kiosk.stage.show(screen) is not Navigation.BACK
        return agreed
    finally:
        if not agreed:
            await _release(kiosk, assessment)


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
