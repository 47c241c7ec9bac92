"""The lives of a card and of what is applied for about it, as data. No I/O.

``docs/cards.md`` holds the diagrams that ``kiosk_central.card_diagram`` makes of these tables.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kiosk_central.problems import Refused
from kioskd.domain.card import ApplicationKind, CardStatus
from kioskd.protocols.central import ProblemCode


class CardEvent(Enum):
    """What can happen to a card."""

    PRE_REPORT = "pre_report"
    """Its holder reports it lost: settlement stops for some days."""
    CANCEL = "cancel"
    """Its holder takes the report back."""
    LAPSE = "lapse"
    """The report's last day is over and nothing came after it."""
    LOSE = "lose"
    """Its holder reports it lost for good and asks for a new one."""
    REPLACE = "replace"
    """It was lost before it was activated: the counter has a new one made."""
    EXCHANGE = "exchange"
    """It expires, or has: its holder hands it in at a counter, and a new one is made."""
    ACTIVATE = "activate"
    """Its holder shows it to a kiosk: it is the card that was made for her."""


CARD: Final[Mapping[tuple[CardStatus, CardEvent], CardStatus]] = MappingProxyType(
    {
        (CardStatus.INACTIVE, CardEvent.ACTIVATE): CardStatus.ACTIVE,
        (CardStatus.INACTIVE, CardEvent.REPLACE): CardStatus.LOST,
        (CardStatus.ACTIVE, CardEvent.PRE_REPORT): CardStatus.PRE_REPORTED,
        (CardStatus.ACTIVE, CardEvent.LOSE): CardStatus.LOST,
        (CardStatus.ACTIVE, CardEvent.EXCHANGE): CardStatus.RETURNED,
        (CardStatus.PRE_REPORTED, CardEvent.CANCEL): CardStatus.ACTIVE,
        (CardStatus.PRE_REPORTED, CardEvent.LAPSE): CardStatus.ACTIVE,
        (CardStatus.PRE_REPORTED, CardEvent.LOSE): CardStatus.LOST,
    }
)
"""Nothing leads out of LOST and RETURNED: a card found again afterwards is a card no more.

Nor can one be reported that is not active yet: it is good for nothing, and the counter replaces it.
"""


class ApplicationState(Enum):
    """Where an application stands; the values name its steps on the screen."""

    IN_FORCE = "in_force"
    """A loss report holds."""
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    MADE_FORMAL = "made_formal"
    """A formal report took its place."""
    ACCEPTED = "accepted"
    """A new card is asked for."""
    MAKING = "making"
    READY = "ready"
    """It lies at the outlet."""
    COLLECTED = "collected"
    ACTIVATED = "activated"
    REPLACED = "replaced"
    """Its card was lost before it was activated; another application took its place."""


class ApplicationEvent(Enum):
    """What can happen to an application."""

    CANCEL = "cancel"
    LAPSE = "lapse"
    MAKE_FORMAL = "make_formal"
    MAKE = "make"
    """The card factory has taken it up."""
    FINISH = "finish"
    """The new card is at the outlet; from here on the centre knows its code."""
    COLLECT = "collect"
    ACTIVATE = "activate"
    REPLACE = "replace"


_S, _E = ApplicationState, ApplicationEvent
APPLICATION: Final[Mapping[tuple[ApplicationState, ApplicationEvent], ApplicationState]] = (
    MappingProxyType(
        {
            (_S.IN_FORCE, _E.CANCEL): _S.CANCELLED,
            (_S.IN_FORCE, _E.LAPSE): _S.LAPSED,
            (_S.IN_FORCE, _E.MAKE_FORMAL): _S.MADE_FORMAL,
            (_S.ACCEPTED, _E.MAKE): _S.MAKING,
            (_S.MAKING, _E.FINISH): _S.READY,
            (_S.READY, _E.COLLECT): _S.COLLECTED,
            (_S.COLLECTED, _E.ACTIVATE): _S.ACTIVATED,
            (_S.READY, _E.REPLACE): _S.REPLACED,
            (_S.COLLECTED, _E.REPLACE): _S.REPLACED,
        }
    )
)
START: Final[Mapping[ApplicationKind, ApplicationState]] = MappingProxyType(
    {
        ApplicationKind.LOSS: ApplicationState.IN_FORCE,
        ApplicationKind.REISSUE: ApplicationState.ACCEPTED,
        ApplicationKind.EXCHANGE: ApplicationState.ACCEPTED,
    }
)
NEW_CARD: Final = (ApplicationKind.REISSUE, ApplicationKind.EXCHANGE)
"""What a new card is made for, all on the same way."""
_NEW_CARD_WAY: Final = (_S.ACCEPTED, _S.MAKING, _S.READY, _S.COLLECTED, _S.ACTIVATED)
CLOSED: Final = frozenset({_S.CANCELLED, _S.LAPSED, _S.MADE_FORMAL, _S.ACTIVATED, _S.REPLACED})
EXPECTED: Final[Mapping[ApplicationKind, tuple[ApplicationState, ...]]] = MappingProxyType(
    {
        ApplicationKind.LOSS: (_S.IN_FORCE, _S.LAPSED),
        **dict.fromkeys(NEW_CARD, _NEW_CARD_WAY),
    }
)
"""The way an application goes when nothing else happens, for what comes next on the screen."""


def card_after(status: CardStatus, event: CardEvent) -> CardStatus:
    """Return the status that ``event`` leads to. Raises Refused(CARD_STATE)."""
    after = CARD.get((status, event))
    if after is None:
        raise Refused(ProblemCode.CARD_STATE, f"{event.value} of a card that is {status.value}")
    return after


def application_after(state: ApplicationState, event: ApplicationEvent) -> ApplicationState:
    """Return the state that ``event`` leads to. Raises Refused(CARD_STATE)."""
    after = APPLICATION.get((state, event))
    if after is None:
        detail = f"{event.value} of an application that is {state.value}"
        raise Refused(ProblemCode.CARD_STATE, detail)
    return after
