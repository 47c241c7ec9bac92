"""The kiosk's requests to the centre about social security cards."""

from kioskd.domain.card import Application, CardView, MyCard
from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import SessionToken
from kioskd.protocols import central_cards
from kioskd.protocols.central import CardLogin, Challenge, encode
from kioskd.protocols.central_cards import Activation, ReissueRequest
from kioskd.relay.line import CentralLine


def card_login(challenge: Challenge, facts: SocialCardFacts, answer: bytes) -> bytes:
    """Return the body that lets the centre judge a card: what it shows, and its raw answer."""
    return encode(
        CardLogin(
            challenge_id=challenge.id,
            answer=answer,
            card_code=facts.code,
            card_number=facts.number,
            card_version=facts.version,
            atr_history=facts.atr_history,
            id_number=facts.id_number,
            name=facts.name,
        )
    )


class CardCalls(CentralLine):
    """Fulfils ``contracts.CardServices``."""

    async def my_card(self, token: SessionToken) -> MyCard:
        return await self.call("GET", central_cards.MY_CARD_PATH, MyCard, token=token)

    async def applications(self, token: SessionToken) -> tuple[Application, ...]:
        path = central_cards.APPLICATIONS_PATH
        return await self.call("GET", path, tuple[Application, ...], token=token)

    async def report_loss(self, token: SessionToken, ref: str) -> Application:
        path = central_cards.LOSS_PATH.format(ref=ref)
        return await self.call("PUT", path, Application, token=token)

    async def cancel_loss(self, token: SessionToken, ref: str) -> Application:
        path = central_cards.LOSS_CANCEL_PATH.format(ref=ref)
        return await self.call("PUT", path, Application, token=token)

    async def reissue(self, token: SessionToken, ref: str, outlet: str) -> Application:
        path = central_cards.REISSUE_PATH.format(ref=ref)
        return await self.call("PUT", path, Application, encode(ReissueRequest(outlet)), token)

    async def check_card(
        self, token: SessionToken, challenge: Challenge, facts: SocialCardFacts, answer: bytes
    ) -> CardView:
        path, body = central_cards.CARD_CHECK_PATH, card_login(challenge, facts, answer)
        return await self.call("POST", path, CardView, body, token)

    async def activate(
        self,
        token: SessionToken,
        ref: str,
        challenge: Challenge,
        facts: SocialCardFacts,
        answer: bytes,
    ) -> Activation:
        path = central_cards.ACTIVATION_PATH.format(ref=ref)
        return await self.call("PUT", path, Activation, card_login(challenge, facts, answer), token)
