"""What the operator's forms have in common."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.web.pages import message
from kiosk_central.web.session import Who

REASON_MAX = 200


def reason_in(form: Mapping[str, str]) -> str:
    """Return the reason that was given, on one line; empty where none was, or it is too long."""
    reason = " ".join(form.get("reason", "").split())
    return reason if len(reason) <= REASON_MAX else ""


def back_with(request: Request, who: Who, fault: str) -> Response:
    """Return a page that says why a form changed nothing."""
    return message(request, who, 400, "没有更改", fault)
