"""The HTTP contract, version 1, its part about the social security card: types only.

All of it wants a visit. What changes something is PUT with a reference the kiosk made: the same
reference and body give the stored answer, another body is 422. A card that is not in a state for
what is asked is 409 ``card_state``.
"""

from dataclasses import dataclass

from kioskd.domain.card import CardView

MY_CARD_PATH = "/v1/me/card"
"""GET a MyCard."""
APPLICATIONS_PATH = "/v1/me/applications"
"""GET Applications of every kind, newest first."""
LOSS_PATH = "/v1/me/card/losses/{ref}"
"""PUT without a body: report the present card lost for some days; answered with an Application.

One that is reported already keeps its report: that is the answer then.
"""
LOSS_CANCEL_PATH = "/v1/me/card/loss-cancellations/{ref}"
"""PUT without a body: take the standing report back; answered with its Application."""
REISSUE_PATH = "/v1/me/card/reissues/{ref}"
"""PUT a ReissueRequest: the card is lost for good; answered with the Application for a new one."""
CARD_CHECK_PATH = "/v1/me/card/checks"
"""POST a CardLogin: is this card genuine, and hers? Answered with its CardView, whatever state.

As with a login, 403 ``card_cloned``, ``card_unknown`` (nobody's, or another's).
"""
ACTIVATION_PATH = "/v1/me/card/activations/{ref}"
"""PUT a CardLogin for a fresh challenge: the card becomes active; answered with an Activation."""


@dataclass(frozen=True, slots=True)
class ReissueRequest:
    """Where she will fetch the new card."""

    outlet: str
    """The Chinese name of an outlet that hands out cards."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A card that has become active."""

    card: CardView
    application: str = ""
    """The number of the application that it closes, empty for a first card."""
