"""All pages of staff: their routes, their menu, and what they answer when something is wrong."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.auditor import pages as auditor
from kiosk_central.counter import pages as counter
from kiosk_central.fleet import pages as fleet
from kiosk_central.problems import Refused
from kiosk_central.web import account_pages, login_pages, pages
from kiosk_central.web.pages import message
from kiosk_central.web.session import BadForm
from kioskd.protocols.central import ProblemCode

PREFIX = "/desk"
AREAS = (counter, fleet, auditor, account_pages)
"""Modules with pages: each has its ``ROUTES`` and its ``NAV``."""
ROUTES = [
    *pages.ROUTES,
    *login_pages.ROUTES,
    *(route for area in AREAS for route in area.ROUTES),
]
NAV = tuple(entry for area in AREAS for entry in area.NAV)

_BAD_FORM = {
    400: ("表单有误", "提交的内容无法识别，没有做任何更改。请返回上一页重新填写。"),
    403: ("表单已失效", "页面已过期或不是从本系统打开的，没有做任何更改。请重新打开页面。"),
}
_NOT_FOUND = ("没有找到", "没有这一页，或所查的内容不存在。")
_UNAVAILABLE = ("暂时无法办理", "系统暂时无法处理，没有做任何更改。请稍候再试。")


def prepare(app: Starlette) -> None:
    """Give the application what pages of staff need."""
    app.state.nav = NAV
    app.state.login_limiter = login_pages.limiter()
    app.add_exception_handler(BadForm, _bad_form)


def is_page(request: Request) -> bool:
    """Tell whether a person asks, in a browser."""
    path = request.url.path
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def refused_page(request: Request, refused: Refused) -> Response:
    """Return the page for a refusal that the page itself did not put into words."""
    if refused.code is ProblemCode.NOT_FOUND:
        return message(request, None, 404, *_NOT_FOUND)
    if refused.code is ProblemCode.UNAVAILABLE:
        return message(request, None, 503, *_UNAVAILABLE)
    return message(request, None, 400, "不能办理", f"没有做任何更改（{refused.code.value}）。")


def failed_page(request: Request, status: int) -> Response:
    """Return the page for an address that is none, or for what failed here."""
    words = _NOT_FOUND if status == 404 else _UNAVAILABLE
    return message(request, None, status, *words)


async def _bad_form(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadForm), "registered for BadForm"
    return message(request, None, error.status, *_BAD_FORM[error.status])
