"""Whether a paper somebody holds is genuine: each kind of paper has a checker of its own.

A checker looks at a typed number or at the text of a QR code. It returns None for a code that is
not of its kind, so that the next one is asked; what nobody knows is answered as UNKNOWN.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select

from kiosk_central.receipt_numbers import receipt_number_is_right
from kiosk_central.store.books import postings
from kiosk_central.verify import Checked, check_with_books
from kiosk_central.verify_words import facts_of, local_time
from kioskd.protocols.central_documents import PaperCheck, PaperVerdict
from kioskd.protocols.receipt_facts import ReceiptFormatError, qr_text

Checker = Callable[[Connection, str], PaperCheck | None]
CODE_MAX = 2048
UNKNOWN = PaperCheck(PaperVerdict.UNKNOWN)


def check_receipt_number(connection: Connection, code: str) -> PaperCheck | None:
    """Check a receipt by its number: ``2026-0000-0031-59``, with or without the hyphens."""
    number = _hyphened(code)
    if not receipt_number_is_right(number):
        return None
    query = select(postings.c.proof).where(postings.c.receipt_number == number)
    proof = connection.execute(query).scalar_one_or_none()
    return (
        UNKNOWN
        if not proof
        else _told(check_with_books(connection, qr_text(proof, "").decode("ascii")))
    )


def check_receipt_proof(connection: Connection, code: str) -> PaperCheck | None:
    """Check a receipt by what its QR code holds: the address and the signed facts."""
    try:
        return _told(check_with_books(connection, code))
    except ReceiptFormatError:
        return None


CHECKERS: tuple[Checker, ...] = (check_receipt_number, check_receipt_proof)
"""Asked in this order; whoever adds a kind of paper adds its checker here."""


def check_paper(
    connection: Connection, code: str, checkers: Iterable[Checker] = CHECKERS
) -> PaperCheck:
    """Return what the centre says of a paper with this number or QR text."""
    for checker in checkers:
        found = checker(connection, code)
        if found is not None:
            return found
    return UNKNOWN


def _hyphened(code: str) -> str:
    digits = code.replace("-", "").replace(" ", "")
    if len(digits) != 14:
        return code
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"


def _told(checked: Checked) -> PaperCheck:
    """Say what stands on the receipt; nothing personal does, so there is no holder to mask.

    A proof that is not in the books, or not signed by us, is told nothing of: only that.
    """
    if not checked.posted:
        return UNKNOWN
    facts = [(name.zh, value.zh) for name, value in facts_of(checked.facts)]
    verdict = PaperVerdict.GENUINE
    if checked.reversed_at:
        facts.append(("退回时间", local_time(checked.reversed_at)))
        verdict = PaperVerdict.REVOKED
    elif not checked.good:
        return UNKNOWN
    number, at = checked.facts.receipt_number, checked.facts.posted_at
    return PaperCheck(verdict, number, None, at, "", tuple(facts))
