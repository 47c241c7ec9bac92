"""A payment's reference names its kiosk: ``K0123-7KQ4-000017`` is of ``K0123``, and of no other.

A kiosk's reports are taken under its own references only. So receipts, documents and operators name
a payment by its reference alone, while every key of the books begins with the kiosk.
"""

from sqlalchemy import ColumnElement, Table

PARTS_BESIDE_KIOSK = 2
"""The journal's series and the number in it; a kiosk's id may have hyphens itself."""


def kiosk_in(ref: str) -> str:
    """Return the id of the kiosk that a payment's reference names; empty if it names none."""
    kiosk_id, *rest = ref.rsplit("-", PARTS_BESIDE_KIOSK)
    return kiosk_id if len(rest) == PARTS_BESIDE_KIOSK else ""


def key_of(ref: str) -> tuple[str, str]:
    """Return the key of a payment, and of what is kept of it."""
    return kiosk_in(ref), ref


def is_of(table: Table, ref: str) -> ColumnElement[bool]:
    """Return the condition that a row is of this payment."""
    return (table.c.kiosk_id == kiosk_in(ref)) & (table.c.payment_ref == ref)
