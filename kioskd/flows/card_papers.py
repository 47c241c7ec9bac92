"""The slips of what was done about a card: none stands in for a card, none says too much."""

from collections.abc import Iterable

from kioskd.domain.document import LineStyle, Receipt, ReceiptLine
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import RULE, heading_lines, local_time, who_lines
from kioskd.screens.card_done import CardDone
from kioskd.screens.said import said
from kioskd.screens.words import Words


def card_slip(kiosk: Kiosk, visit: Visit, done: CardDone) -> Receipt:
    """Compose the slip of a deed: who, its facts, what comes next, when, whom to ask."""
    words, key = Words(kiosk.stage.language), f"card_slip.{done.deed.value}"
    return Receipt(
        lines=(
            *heading_lines(kiosk, words(f"{key}.title")),
            *who_lines(visit, words),
            RULE,
            *(
                ReceiptLine(words(f"card_fact.{name}"), said(words, value))
                for name, value in done.facts
            ),
            RULE,
            *_lines(words(f"{key}.first"), LineStyle.STRONG),
            *_lines(words(f"{key}.then"), LineStyle.NORMAL),
            RULE,
            ReceiptLine(words("paper.time"), local_time(kiosk.desk.now())),
            _whom_to_ask(kiosk, words),
        )
    )


def _lines(text: str, style: LineStyle) -> Iterable[ReceiptLine]:
    """Begin each sentence on a line of its own: sixteen characters are all a slip holds."""
    return (ReceiptLine(line, style=style) for line in text.split("\n"))


def _whom_to_ask(kiosk: Kiosk, words: Words) -> ReceiptLine:
    if not kiosk.region.hotlines:
        return ReceiptLine(words("card_slip.ask_counter"), style=LineStyle.CENTRED)
    text = words("card_slip.ask", hotline=kiosk.region.hotlines[0].number)
    return ReceiptLine(text, style=LineStyle.CENTRED)
