"""Ask the centre what its reconciliation found out of payments that the PIN pad cannot resolve."""

from functools import partial

from kioskd import log
from kioskd.errors import ServerError
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.states import ENDED


async def follow_up(desk: PaymentDesk) -> None:
    """Ask once for each unresolved payment. Raises JournalDamaged; needs no PIN pad."""
    for payment in desk.journal.unresolved():
        try:
            posting = await desk.central.payment(payment.ref)
        except ServerError as error:
            log.event("settlement.waits", ref=payment.ref, code=error.operator_code)
            continue
        if posting.ref == payment.ref and posting.state in ENDED:
            log.event("settlement.heard", ref=payment.ref, state=posting.state)
            await desk.keep(partial(desk.journal.settle, posting, desk.now()))
