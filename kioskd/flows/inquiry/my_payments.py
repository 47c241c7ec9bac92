"""My payments: all of them, at whatever kiosk, each with where it stands and its receipt."""

from kioskd.domain.account import MyPayment
from kioskd.flows.convenience.receipts import print_my_receipts
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import local_time, scheme_name
from kioskd.screens.busy import BusyWith
from kioskd.screens.my_payments import MyPayments, OnePayment, PaymentChoice, PaymentRow


async def show_my_payments(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    payments = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.my_payments(visit.token)
    )
    rows = tuple(_row(kiosk, payment) for payment in payments)
    while True:
        row = await kiosk.stage.show(MyPayments(rows, page=0))
        if not isinstance(row, PaymentRow):
            return True
        no_printing = kiosk.health.trouble_of("receipt_printer")
        choice = await kiosk.stage.show(OnePayment(row, no_printing))
        if choice is PaymentChoice.PRINT and not await print_my_receipts(kiosk, visit):
            return False


def _row(kiosk: Kiosk, payment: MyPayment) -> PaymentRow:
    return PaymentRow(
        payment.ref,
        local_time(payment.begun_at),
        payment.kiosk,
        scheme_name(kiosk, payment.scheme),
        payment.months,
        payment.amount,
        payment.standing,
        payment.receipt_number,
    )
