"""The slips of paying, as content: a receipt, and the slip for an outcome nobody knows yet."""

from collections.abc import Iterable

from kioskd.domain.contribution import Assessment
from kioskd.domain.document import LineStyle, Receipt, ReceiptLine
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.payments.contract import Payment
from kioskd.screens.words import Words

RULE = ReceiptLine(style=LineStyle.RULE)


def contribution_receipt(
    kiosk: Kiosk, visit: Visit, assessment: Assessment, payment: Payment, number: str
) -> Receipt:
    """Compose the receipt; ``number`` is the centre's, or empty while it has not answered."""
    words = Words(kiosk.stage.language)
    return Receipt(
        lines=(
            *_heading(kiosk, words("paper.receipt_title")),
            *_who(visit, words),
            *_what(kiosk, assessment, words),
            RULE,
            ReceiptLine(words("paper.personal"), str(assessment.personal)),
            ReceiptLine(words("paper.pool"), str(assessment.pool)),
            _amount(words, "paper.amount", payment),
            RULE,
            *_number(words, number),
            *_references(words, payment),
            ReceiptLine(words("paper.keep"), style=LineStyle.CENTRED),
            _hotline(kiosk, words),
        ),
        qr=payment.ref.encode(),
    )


def unknown_slip(kiosk: Kiosk, visit: Visit, assessment: Assessment, payment: Payment) -> Receipt:
    """Compose the slip that says what is true: nobody knows yet, do not pay again."""
    words = Words(kiosk.stage.language)
    return Receipt(
        lines=(
            *_heading(kiosk, words("paper.slip_title")),
            *_what(kiosk, assessment, words),
            _amount(words, "paper.amount_in_doubt", payment),
            RULE,
            ReceiptLine(words("paper.in_doubt"), style=LineStyle.STRONG),
            ReceiptLine(words("paper.in_doubt_next")),
            RULE,
            *_references(words, payment),
            _hotline(kiosk, words),
        ),
        qr=payment.ref.encode(),
    )


def _heading(kiosk: Kiosk, title: str) -> Iterable[ReceiptLine]:
    language = kiosk.stage.language
    yield ReceiptLine(kiosk.region.title.in_language(language), style=LineStyle.CENTRED)
    yield ReceiptLine(title, style=LineStyle.HEADING)
    yield RULE


def _who(visit: Visit, words: Words) -> Iterable[ReceiptLine]:
    """Only what lets her recognise it as hers: paper may be left lying about."""
    yield ReceiptLine(words("paper.name"), visit.person.name.masked())
    yield ReceiptLine(words("paper.id_tail"), visit.person.id_number.reveal()[-4:])
    yield ReceiptLine(words("paper.city"), visit.person.city)


def _what(kiosk: Kiosk, assessment: Assessment, words: Words) -> Iterable[ReceiptLine]:
    name = kiosk.region.rules(assessment.scheme).name.in_language(kiosk.stage.language)
    yield ReceiptLine(words("paper.scheme"), name)
    yield ReceiptLine(words("paper.grade"), f"{assessment.grade.percent}%")
    yield ReceiptLine(words("paper.months"), " ".join(str(month) for month in assessment.months))


def _amount(words: Words, key: str, payment: Payment) -> ReceiptLine:
    return ReceiptLine(
        words(key), words("paper.yuan", amount=payment.amount), style=LineStyle.STRONG
    )


def _number(words: Words, number: str) -> Iterable[ReceiptLine]:
    if number:
        yield ReceiptLine(words("paper.receipt_number"), number)
    else:
        yield ReceiptLine(words("paper.receipt_pending"))


def _references(words: Words, payment: Payment) -> Iterable[ReceiptLine]:
    yield ReceiptLine(words("paper.ref"), payment.ref)
    if payment.record is not None:
        yield ReceiptLine(words("paper.bank_terminal"), payment.record.terminal_id)
        yield ReceiptLine(words("paper.bank_receipt"), f"{payment.record.receipt:04d}")
    yield ReceiptLine(words("paper.time"), payment.local_time())


def _hotline(kiosk: Kiosk, words: Words) -> ReceiptLine:
    number = kiosk.region.hotlines[0].number if kiosk.region.hotlines else ""
    return ReceiptLine(words("paper.ask", hotline=number), style=LineStyle.CENTRED)
