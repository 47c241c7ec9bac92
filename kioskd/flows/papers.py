"""The papers of paying, as content: receipt, payment slip, doubt voucher, give-back slip.

Only what the centre has posted is a receipt; the others say in their heading what they are instead.
All carry the reference and the hotline, and no more of her than lets her know a paper as hers.
"""

from collections.abc import Iterable
from datetime import datetime

from kioskd.domain.contribution import Assessment, Month, Scheme
from kioskd.domain.document import LineStyle, Receipt, ReceiptLine
from kioskd.domain.money import Money
from kioskd.domain.text import Text
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.payments.contract import Payment
from kioskd.protocols.central_books import ReceiptCopy
from kioskd.protocols.receipt_facts import qr_text
from kioskd.screens.given_back import GivingBack
from kioskd.screens.words import Words

RULE = ReceiptLine(style=LineStyle.RULE)
ABOVE_CODE = ReceiptLine()
"""A code wants four modules of white around it, at most 24 dots here: less than a row."""


def official_receipt(kiosk: Kiosk, visit: Visit, receipt: ReceiptCopy) -> Receipt:
    """Compose the receipt of a posting, the same at every kiosk; a copy is marked as one.

    Its code holds the facts that the centre has signed, or the reference where it signs none.
    """
    words, entry = Words(kiosk.stage.language), receipt.entry
    return Receipt(
        lines=(
            *heading_lines(kiosk, words("paper.receipt_title"), *_copy_mark(words, receipt)),
            *who_lines(visit, words),
            *_what(kiosk, words, entry.scheme, entry.percent, entry.months),
            RULE,
            ReceiptLine(words("paper.personal"), str(entry.personal)),
            ReceiptLine(words("paper.pool"), str(entry.pool)),
            _amount(words, "paper.amount", entry.amount),
            RULE,
            ReceiptLine(words("paper.receipt_number"), entry.receipt_number),
            ReceiptLine(words("paper.ref"), entry.ref),
            *_bank(words, receipt.terminal_id, receipt.pin_pad_receipt),
            ReceiptLine(words("paper.posted_at"), local_time(entry.posted_at)),
            *_printed_at(kiosk, words, receipt),
            ReceiptLine(words("paper.keep"), style=LineStyle.CENTRED),
            _hotline(kiosk, words),
            *_how_to_check(words, receipt),
            ABOVE_CODE,
        ),
        qr=_code(kiosk, receipt),
    )


def payment_slip(
    kiosk: Kiosk, assessment: Assessment, payment: Payment, *, in_question: bool
) -> Receipt:
    """Compose the slip for a payment that is taken and not posted yet: it is not the receipt.

    ``in_question``: the centre has not accepted the posting, so nothing of it is promised.
    """
    words = Words(kiosk.stage.language)
    told = "in_question" if in_question else "unposted"
    return _slip(
        kiosk,
        words,
        assessment,
        payment,
        ("paper.slip_title", "paper.amount"),
        (words("paper.not_the_receipt"), words(f"paper.{told}"), words("paper.print_later")),
    )


def doubt_voucher(
    kiosk: Kiosk, assessment: Assessment, payment: Payment, *, unresolved: bool
) -> Receipt:
    """Compose the voucher for an outcome nobody knows: do not pay again, where to ask.

    ``unresolved``: the kiosk cannot find out any more, the centre will.
    """
    words = Words(kiosk.stage.language)
    told = "unresolved" if unresolved else "in_doubt"
    return _slip(
        kiosk,
        words,
        assessment,
        payment,
        ("paper.voucher_title", "paper.amount_in_doubt"),
        (words("paper.do_not_pay_again"), words(f"paper.{told}"), words("paper.months_blocked")),
    )


def give_back_slip(
    kiosk: Kiosk, assessment: Assessment, payment: Payment, stage: GivingBack
) -> Receipt:
    """Compose the slip for money that goes back, with how far that was when it was printed."""
    words = Words(kiosk.stage.language)
    return _slip(
        kiosk,
        words,
        assessment,
        payment,
        ("paper.give_back_title", "paper.amount_given_back"),
        (words(f"paper.give_back.{stage.value}"), words("paper.paid_elsewhere")),
    )


def _slip(
    kiosk: Kiosk,
    words: Words,
    assessment: Assessment,
    payment: Payment,
    keys: tuple[str, str],
    told: tuple[str, ...],
) -> Receipt:
    """Compose a paper that is no receipt: ``keys`` of title and amount, then what to know."""
    title, amount = keys
    strong, *rest = told
    months, percent = assessment.months, assessment.grade.percent
    return Receipt(
        lines=(
            *heading_lines(kiosk, words(title)),
            *_what(kiosk, words, assessment.scheme, percent, months),
            _amount(words, amount, payment.amount),
            RULE,
            ReceiptLine(strong, style=LineStyle.STRONG),
            *(ReceiptLine(text) for text in rest),
            RULE,
            ReceiptLine(words("paper.ref"), payment.ref),
            *_record(words, payment),
            ReceiptLine(words("paper.time"), payment.local_time()),
            _hotline(kiosk, words),
            ABOVE_CODE,
        ),
        qr=payment.ref.encode(),
    )


def heading_lines(kiosk: Kiosk, *titles: str) -> Iterable[ReceiptLine]:
    """Yield the terminal's title and those of the paper."""
    language = kiosk.stage.language
    yield ReceiptLine(kiosk.region.title.in_language(language), style=LineStyle.CENTRED)
    for title in titles:
        yield ReceiptLine(title, style=LineStyle.HEADING)
    yield RULE


def _copy_mark(words: Words, receipt: ReceiptCopy) -> Iterable[str]:
    """A copy says so as large as the title: nobody can take two papers for two payments."""
    if receipt.copy:
        yield words("paper.copy", number=receipt.copy)


def who_lines(visit: Visit, words: Words) -> Iterable[ReceiptLine]:
    """Only what lets her recognise it as hers: paper may be left lying about."""
    yield ReceiptLine(words("paper.name"), visit.person.name.masked())
    yield ReceiptLine(words("paper.id_tail"), visit.person.id_number.reveal()[-4:])
    yield ReceiptLine(words("paper.city"), visit.person.city)


def _what(
    kiosk: Kiosk, words: Words, scheme: Scheme, percent: int, months: tuple[Month, ...]
) -> Iterable[ReceiptLine]:
    name = scheme_name(kiosk, scheme).in_language(kiosk.stage.language)
    yield ReceiptLine(words("paper.scheme"), name)
    grade = f"{percent}%" if percent else words("paper.grade_free")
    yield ReceiptLine(words("paper.grade"), grade)
    yield ReceiptLine(words("paper.months"), " ".join(str(month) for month in months))


def _amount(words: Words, key: str, amount: Money) -> ReceiptLine:
    return ReceiptLine(words(key), words("paper.yuan", amount=amount), style=LineStyle.STRONG)


def _record(words: Words, payment: Payment) -> Iterable[ReceiptLine]:
    if payment.record is not None:
        yield from _bank(words, payment.record.terminal_id, payment.record.receipt)


def _bank(words: Words, terminal_id: str, receipt: int | None) -> Iterable[ReceiptLine]:
    if terminal_id:
        yield ReceiptLine(words("paper.bank_terminal"), terminal_id)
    if receipt is not None:
        yield ReceiptLine(words("paper.bank_receipt"), f"{receipt:04d}")


def _printed_at(kiosk: Kiosk, words: Words, receipt: ReceiptCopy) -> Iterable[ReceiptLine]:
    if receipt.copy:
        yield ReceiptLine(words("paper.printed_at"), local_time(kiosk.desk.now()))


def _hotline(kiosk: Kiosk, words: Words) -> ReceiptLine:
    if not kiosk.region.hotlines:
        return ReceiptLine(words("paper.ask_counter"), style=LineStyle.CENTRED)
    number = kiosk.region.hotlines[0].number
    return ReceiptLine(words("paper.ask", hotline=number), style=LineStyle.CENTRED)


def _how_to_check(words: Words, receipt: ReceiptCopy) -> Iterable[ReceiptLine]:
    if receipt.proof:
        yield ReceiptLine(words("paper.check"), style=LineStyle.CENTRED)


def _code(kiosk: Kiosk, receipt: ReceiptCopy) -> bytes:
    if not receipt.proof:
        return receipt.entry.ref.encode()
    return qr_text(receipt.proof, kiosk.region.verify_url)


def scheme_name(kiosk: Kiosk, scheme: Scheme) -> Text:
    """Return what the region calls a scheme; its plain name where the region has it no more."""
    for rules in kiosk.region.schemes:
        if rules.scheme is scheme:
            return rules.name
    return Text(scheme.value, scheme.value)


def local_time(at: str) -> str:
    """Return an RFC 3339 time by the clock on the wall: ``2026-11-22 17:55``."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
