"""A card's proof of being what it claims to be: the records it showed and its key's answer."""

from dataclasses import dataclass

from kiosk_central.cards import CardVerifier
from kiosk_central.people import KnownCard
from kioskd.domain.secret import CardCode
from kioskd.protocols.central import CARD_ANSWER_BYTES, CardLogin


@dataclass(frozen=True, slots=True)
class Proof:
    """What a card was given to answer, and what it answered."""

    given: bytes
    shown: CardLogin
    code: str
    """Its card identification code, checked as a text."""

    def is_of(self, card: KnownCard, verifier: CardVerifier) -> bool:
        """Compare records and answer; the key is worked out from our own record of the chip."""
        if len(self.shown.answer) != CARD_ANSWER_BYTES:
            return False
        code, answer = CardCode(self.code), self.shown.answer
        right = verifier.answers_rightly(code, card.atr_history, self.given, answer)
        return right and card.belongs_together_with(self.shown)
