"""A route of the contract that says what it is: who may ask, what it takes, gives and refuses.

Said where the route is made, so that the served description cannot leave a route out. What every
route of its kind may answer (no such kiosk, no visit, not the contract) is added here.
"""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kioskd.protocols.central import ProblemCode

Endpoint = Callable[[Request], Awaitable[Response]]


class By(Enum):
    """Who may ask."""

    ANYBODY = "anybody"
    KIOSK = "kiosk"
    VISIT = "visit"
    """A kiosk, with the ticket of a person who is logged in at it."""
    MENU = "menu"
    """A telephone menu, with its own token."""


NO_KIOSK = (
    ProblemCode.CERTIFICATE_NEEDED,
    ProblemCode.CERTIFICATE_REVOKED,
    ProblemCode.KIOSK_UNKNOWN,
    ProblemCode.KIOSK_OTHER,
)
REFUSED = {
    By.ANYBODY: (),
    By.KIOSK: NO_KIOSK,
    By.MENU: (ProblemCode.SESSION_UNKNOWN,),
    By.VISIT: (
        *NO_KIOSK,
        ProblemCode.SESSION_UNKNOWN,
        ProblemCode.ASSURANCE_TOO_LOW,
        ProblemCode.NOT_FOUND,
    ),
}
"""What the lack of a kiosk or a visit is answered with; NOT_FOUND: the city has no such service."""


class Operation(Route):
    """One method of one path."""

    def __init__(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *,
        by: By,
        takes: Any = None,
        gives: Any = None,
        status: int = 200,
        query: tuple[str, ...] = (),
        proved_by: tuple[str, Any] | None = None,
        ranged: bool = False,
        refuses: tuple[ProblemCode, ...] = (),
    ) -> None:
        """Say all of a route.

        ``takes`` and ``gives`` are types of the contract, None where there is no body; either
        may be a media type where it is no JSON of ours. ``query`` names parameters that may be
        left out. ``proved_by`` is the header, and the type of its JSON, that proves the answer;
        such an answer has an entity tag, and who shows it is told 304. ``ranged``: it gives the
        bytes that the Range header names, which must be there. ``refuses`` are the codes of
        its own.
        """
        super().__init__(path, endpoint, methods=[method])
        self.method, self.by, self.takes, self.gives = method, by, takes, gives
        self.status = 204 if gives is None else status
        self.query, self.proved_by, self.ranged = query, proved_by, ranged
        self._own = refuses

    @property
    def summary(self) -> str:
        """The first sentence of the endpoint's docstring."""
        text: str = self.endpoint.__doc__ or ""
        return " ".join(text.split("\n\n", maxsplit=1)[0].split())

    @property
    def refuses(self) -> tuple[ProblemCode, ...]:
        """Every code it may refuse with, each once, in the order of the contract."""
        codes = {*REFUSED[self.by], *self._own}
        if self.by is not By.ANYBODY:
            codes.add(ProblemCode.UNAVAILABLE)
        if self.takes is not None or self.param_convertors or self.query:
            codes.add(ProblemCode.BAD_REQUEST)
        return tuple(code for code in ProblemCode if code in codes)
