"""The slips of what was done about a card: none stands in for a card, none says too much."""

from kioskd.domain.document import LineStyle, Receipt, ReceiptLine
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import RULE, heading_lines, hotline_line, local_time, who_lines
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
            ReceiptLine(words(f"{key}.first"), style=LineStyle.STRONG),
            ReceiptLine(words(f"{key}.then")),
            RULE,
            ReceiptLine(words("paper.time"), local_time(kiosk.desk.now())),
            hotline_line(kiosk, words),
        )
    )
