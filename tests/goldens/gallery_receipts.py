"""The ends of payments with what is printed of them, and her list of receipts."""

from dataclasses import replace
from typing import Any

from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.screens.contract import Screen
from kioskd.screens.given_back import GivenBack, GivingBack
from kioskd.screens.my_receipts import MyReceipts, ReceiptRow
from kioskd.screens.not_paid import NotPaid, NotPaidReason
from kioskd.screens.paid import Paid
from kioskd.screens.payment_unknown import PaymentUnknown
from kioskd.screens.receipt_printed import ReceiptPrinted
from tests.goldens.gallery_pay import MEDICAL_NAME, PENSION_NAME, REF, TWO_MONTHS

AMOUNT, MUCH = Money.from_yuan("2800.00"), Money.from_yuan("50400.00")
NUMBER = "2026-0000-0031-88"
SCATTERED = tuple(Month(2026, number) for number in (1, 3, 5, 7, 9, 11))

PAID = Paid(AMOUNT, PENSION_NAME, 100, tuple(sorted(TWO_MONTHS)), REF, NUMBER, Printed.YES)
SLIP = replace(PAID, receipt_number="", amount=MUCH, percent=300, months=SCATTERED)
QUESTIONED = replace(SLIP, in_question=True)
UNRESOLVED = PaymentUnknown(REF, MUCH, "10:26", Printed.YES, unresolved=True)
GOING = GivenBack(GivingBack.GOING, AMOUNT, PENSION_NAME, REF)
PRINTED = ReceiptPrinted(NUMBER, REF, MUCH, copy=0, printed=None)


def row_of(number: int, original: Printed | None, copies: int = 0) -> ReceiptRow:
    """Return a receipt, newest numbers last."""
    scheme, months = (
        (MEDICAL_NAME, SCATTERED) if number % 2 else (PENSION_NAME, tuple(sorted(TWO_MONTHS)))
    )
    ref, date = f"K0123-7KQ4-{number:06d}", f"2026-11-{number:02d}"
    amount = MUCH if number % 3 == 0 else AMOUNT
    number_text = f"2026-0000-{number:04d}-88"
    return ReceiptRow(ref, number_text, date, scheme, months, amount, original, copies)


FEW = (row_of(22, Printed.NO), row_of(21, Printed.YES))
MANY = (
    row_of(22, Printed.NO),
    row_of(21, None, copies=2),
    row_of(20, Printed.YES, copies=12),
    *(row_of(number, Printed.YES) for number in range(19, 7, -1)),
)

SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("paid-not-printed", replace(PAID, printed=Printed.NO)),
    ("paid-slip-printing", replace(SLIP, printed=None)),
    ("paid-slip", SLIP),
    ("paid-slip-not-printed", replace(SLIP, printed=Printed.NO)),
    ("paid-in-question", QUESTIONED),
    ("paid-in-question-unknown", replace(QUESTIONED, printed=Printed.UNKNOWN)),
    ("not-paid-reversed", NotPaid(NotPaidReason.REVERSED, "Z-6C", REF)),
    ("not-paid-kiosk-fault", NotPaid(NotPaidReason.KIOSK_FAULT, "P-02", "")),
    ("payment-unresolved", UNRESOLVED),
    ("payment-unresolved-not-printed", replace(UNRESOLVED, printed=Printed.NO)),
    ("given-back-asking", replace(GOING, asking=True)),
    ("given-back-printing", replace(GOING, printing=True)),
    ("given-back-going", replace(GOING, printed=Printed.YES)),
    ("given-back-done", replace(GOING, stage=GivingBack.DONE, printed=Printed.NO)),
    (
        "given-back-by-hand",
        replace(
            GOING,
            stage=GivingBack.BY_HAND,
            amount=MUCH,
            scheme_name=MEDICAL_NAME,
            printed=Printed.UNKNOWN,
        ),
    ),
    ("my-receipts", MyReceipts(FEW, None, 0)),
    ("my-receipts-chosen", MyReceipts(FEW, FEW[0].ref, 0)),
    ("my-receipts-many", MyReceipts(MANY, MANY[1].ref, 0)),
    ("my-receipts-last", MyReceipts(MANY, None, 99)),
    ("my-receipts-none", MyReceipts((), None, 0)),
    ("receipt-printing", PRINTED),
    ("receipt-printed", replace(PRINTED, printed=Printed.YES)),
    ("receipt-copy-printed", replace(PRINTED, copy=12, printed=Printed.YES)),
    ("receipt-not-printed", replace(PRINTED, printed=Printed.NO)),
    ("receipt-print-unknown", replace(PRINTED, copy=2, printed=Printed.UNKNOWN)),
)
