"""My payments: all of them, at whatever kiosk, each with where it stands and its receipt.

The receipt comes on the narrow paper; a sealed one on A4 where this kiosk can print that now.
"""

from kioskd.domain.account import MyPayment
from kioskd.flows.convenience.receipts import print_my_receipts
from kioskd.flows.documents import print_document
from kioskd.flows.kiosk import Kiosk, Visit, closed_to
from kioskd.flows.papers import local_time, scheme_name
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.screens.busy import BusyWith
from kioskd.screens.my_payments import MyPayments, OnePayment, PaymentChoice, PaymentRow

SEALED_SERVICE = "print-receipt-a4"


async def show_my_payments(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit.

    Raises NotGenuine (a sealed paper was not), ServerError, SessionEnded.
    """
    payments = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.my_payments(visit.token)
    )
    rows = tuple(_row(kiosk, payment) for payment in payments)
    while True:
        row = await kiosk.stage.show(MyPayments(rows, page=0))
        if not isinstance(row, PaymentRow):
            return True
        no_printing = kiosk.health.trouble_of("receipt_printer")
        choice = await kiosk.stage.show(OnePayment(row, no_printing, _sealing(kiosk, visit)))
        if choice is PaymentChoice.SEALED:
            wanted = DocumentRequest(DocumentKind.CONTRIBUTION_RECEIPT, subject=row.ref)
            return await print_document(kiosk, visit, wanted)
        if choice is PaymentChoice.PRINT and not await print_my_receipts(kiosk, visit):
            return False


def _sealing(kiosk: Kiosk, visit: Visit) -> bool:
    """Say whether she may have a sealed paper, here and now."""
    if closed_to(kiosk, visit, SEALED_SERVICE) is not None:
        return False
    return kiosk.health.trouble_of("seal", "document_printer") is None


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
