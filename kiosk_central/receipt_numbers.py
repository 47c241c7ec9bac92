"""The official numbers of receipts: consecutive within a year, with check digits."""

from sqlalchemy import Connection

from kiosk_central.store.sheet import Sheet, sheet_on
from kioskd.domain.paper_code import CHECK_MODULUS, check_digits_fit


def receipt_number(year: int, serial: int) -> str:
    """Return the official number: year, serial in eight digits, two check digits.

    ``2026-0000-0031-59``; the check is ISO 7064 MOD 97-10 over the digits before it.
    """
    digits = f"{year:04d}{serial:08d}"
    check = 98 - int(digits) * 100 % CHECK_MODULUS
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}-{check:02d}"


def receipt_number_is_right(text: str) -> bool:
    """Tell whether the check digits fit."""
    digits = text.replace("-", "")
    shape = len(text) == 17 and len(digits) == 14 and digits.isascii() and digits.isdigit()
    return shape and check_digits_fit(digits)


def next_receipt_number(sheet: Sheet, year: int) -> str:
    """Take the next number of ``year``; it is only used up if the transaction commits."""
    return next_number(sheet, "receipt", year)


def next_number(at: Connection | Sheet, kind: str, year: int) -> str:
    """Take the next number of that kind of paper in ``year``, in the same form."""
    return receipt_number(year, sheet_on(at).next_value(f"{kind}-{year:04d}"))
