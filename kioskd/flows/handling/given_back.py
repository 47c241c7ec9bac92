"""The money goes back: charged, but the centre could not book it on its months.

The caretaker (``kioskd.payments``) reverses the charge at the PIN pad; this file only waits a while
for it and tells how far it is.
"""

from dataclasses import replace

import trio

from kioskd import log
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import PaymentState
from kioskd.errors import PaymentError
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.papers import give_back_slip, scheme_name
from kioskd.flows.printing import print_behind, show_result
from kioskd.payments.contract import Payment
from kioskd.race import first_of
from kioskd.screens.given_back import GivenBack, GivingBack

WAIT_S = 45.0
"""The caretaker goes round every 30 s."""
NOT_POSSIBLE = "R-"
"""Begins the code of a charge that could not be reversed and stands."""
LOOK_S = 0.5
"""The journal has one listener, the uplink, so it is looked at again and again."""


async def tell_given_back(kiosk: Kiosk, assessment: Assessment, payment: Payment) -> None:
    """Wait for the giving back, print a slip, show both until she ends. Raises SessionEnded."""
    name = scheme_name(kiosk, assessment.scheme)
    screen = GivenBack(GivingBack.GOING, payment.amount, name, payment.ref)
    stage = await _settled_within(kiosk, replace(screen, asking=True), payment)
    log.event("payment.given_back_told", ref=payment.ref, stage=stage)
    screen = replace(screen, stage=stage)
    paper = give_back_slip(kiosk, assessment, payment, stage)
    printed = await print_behind(kiosk, replace(screen, printing=True), paper)
    await _show(kiosk, replace(screen, printed=printed), payment)


async def _settled_within(kiosk: Kiosk, screen: GivenBack, payment: Payment) -> GivingBack:
    async with kiosk.stage.follow(screen):
        with trio.move_on_after(WAIT_S):
            return await _next_stage(kiosk, payment)
    return GivingBack.GOING


async def _show(kiosk: Kiosk, screen: GivenBack, payment: Payment) -> None:
    """Show the result; while it is open, the screen follows what becomes of it."""

    async def ended() -> GivingBack | None:
        await show_result(kiosk, screen)
        return None

    if screen.stage is not GivingBack.GOING:
        await ended()
        return
    stage = await first_of(ended, lambda: _next_stage(kiosk, payment))
    if stage is not None:
        await show_result(kiosk, replace(screen, stage=stage))


async def _next_stage(kiosk: Kiosk, payment: Payment) -> GivingBack:
    """Return once it is no longer GOING."""
    while True:
        stage = _stage(kiosk, payment)
        if stage is not GivingBack.GOING:
            return stage
        await trio.sleep(LOOK_S)


def _stage(kiosk: Kiosk, payment: Payment) -> GivingBack:
    """Read in the journal how far it is; a journal that fails knows nothing new."""
    try:
        now = kiosk.desk.journal.get(payment.ref)
    except (KeyError, PaymentError) as error:
        log.warning("payment.give_back_unread", ref=payment.ref, error=type(error).__name__)
        return GivingBack.GOING
    if now.state is PaymentState.REVERSED:
        return GivingBack.DONE
    stands = now.state is PaymentState.CONFIRMED and now.reason.startswith(NOT_POSSIBLE)
    return GivingBack.BY_HAND if stands else GivingBack.GOING
