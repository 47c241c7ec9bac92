"""What a kiosk is told of a paper that somebody holds before it, by QR code or number."""

from sqlalchemy import Connection

from kiosk_central.verify import Checked, CheckedDocument, check_with_books, find_receipt
from kiosk_central.verify_words import facts_of, stated_in
from kioskd.domain.text import Text
from kioskd.protocols.central_documents import PaperCheck, PaperVerdict
from kioskd.protocols.receipt_facts import ReceiptFormatError

UNKNOWN = PaperCheck(PaperVerdict.UNKNOWN)


def paper_check(connection: Connection, code: str) -> PaperCheck:
    """Look up a QR text or a number in any spelling; whatever is none of ours is UNKNOWN."""
    receipt = find_receipt(connection, code)
    if receipt is not None:
        verdict = PaperVerdict.REVOKED if receipt.reversed_at else PaperVerdict.GENUINE
        return PaperCheck(verdict, receipt.number, None, receipt.posted_at)
    try:
        checked = check_with_books(connection, code)
    except ReceiptFormatError:
        return UNKNOWN
    return _of_document(checked) if isinstance(checked, CheckedDocument) else _of_receipt(checked)


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
