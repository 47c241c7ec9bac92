"""What a kiosk is told of a paper that somebody holds before it, by QR code or number."""

from sqlalchemy import Connection, select

from kiosk_central.receipt_numbers import receipt_number_is_right
from kiosk_central.store.books import postings
from kiosk_central.verify import Checked, CheckedDocument, check_with_books
from kiosk_central.verify_words import facts_of, stated_in
from kioskd.domain.text import Text
from kioskd.protocols.central_documents import PaperCheck, PaperVerdict
from kioskd.protocols.receipt_facts import ReceiptFormatError

UNKNOWN = PaperCheck(PaperVerdict.UNKNOWN)


def paper_check(connection: Connection, code: str) -> PaperCheck:
    """Look up a QR text or a number in any spelling; whatever is none of ours is UNKNOWN."""
    receipt = _typed_receipt(connection, code)
    if receipt is not None:
        return receipt
    try:
        checked = check_with_books(connection, code)
    except ReceiptFormatError:
        return UNKNOWN
    return _of_document(checked) if isinstance(checked, CheckedDocument) else _of_receipt(checked)


def _typed_receipt(connection: Connection, code: str) -> PaperCheck | None:
    """Say of a receipt's number only that it is right: anybody could count up to the next one."""
    number = code.strip()
    if not receipt_number_is_right(number):
        return None
    query = select(postings).where(postings.c.receipt_number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return UNKNOWN
    undone = select(postings.c.id).where(postings.c.reverses == row.id)
    stands = connection.execute(undone).one_or_none() is None
    verdict = PaperVerdict.GENUINE if stands else PaperVerdict.REVOKED
    return PaperCheck(verdict, number, None, row.posted_at)


def _of_document(checked: CheckedDocument) -> PaperCheck:
    facts = checked.facts
    revoked = bool(checked.issued and checked.revoked_at)
    if not checked.good and not revoked:
        return UNKNOWN
    return PaperCheck(
        PaperVerdict.REVOKED if revoked else PaperVerdict.GENUINE,
        facts.number,
        facts.kind,
        facts.issued_at,
        facts.holder,
        _pairs(stated_in(facts)),
    )


def _of_receipt(checked: Checked) -> PaperCheck:
    facts = checked.facts
    reversed_ = bool(checked.posted and checked.reversed_at)
    if not checked.good and not reversed_:
        return UNKNOWN
    return PaperCheck(
        PaperVerdict.REVOKED if reversed_ else PaperVerdict.GENUINE,
        facts.receipt_number,
        None,
        facts.posted_at,
        "",
        _pairs(facts_of(facts)),
    )


def _pairs(rows: list[tuple[Text, Text]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.zh, value.zh) for name, value in rows)
