"""From values to pages: templates, headers, the menu, and what everything in a template may use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from kiosk_central.clock import CHINA_TIME
from kiosk_central.web.roles import TITLES, Role
from kiosk_central.web.who import Who
from kioskd.domain.money import Money

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STATIC_PATH = "/desk/static/{name}"
_STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the menu, for who has one of ``roles``."""

    path: str
    title: str
    roles: frozenset[Role]


def yuan(fen: int) -> str:
    """Write fen as yuan: ``1,234.50``."""
    return str(Money(fen))


def moment(text: str) -> str:
    """Write a stored moment by the citizens' clock: ``2026-11-22 14:05:09``; nothing for none."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("kiosk_central.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"yuan": yuan, "moment": moment}
    made.globals |= {"static": static_address, "role_titles": TITLES}
    return made


def page(
    request: Request, who: Who | None, template: str, status: int = 200, **context: Any
) -> Response:
    """Return a page made of a template; ``who`` is None where nobody is logged in."""
    return HTMLResponse(render(request, who, template, context), status, HEADERS)


def render(request: Request, who: Who | None, template: str, context: Mapping[str, Any]) -> str:
    """Return the text of a page, or of a part of one."""
    roles = frozenset() if who is None else who.roles
    menu = [entry for entry in request.app.state.nav if entry.roles & roles]
    path = request.url.path
    within = [entry for entry in menu if path == entry.path or path.startswith(f"{entry.path}/")]
    common = {
        "request": request,
        "who": who,
        "nav": menu,
        "here": max(within, key=lambda entry: len(entry.path), default=None),
        "csrf_field": lambda: _csrf_field(who),
    }
    return _templates().get_template(template).render(common | dict(context))


def _csrf_field(who: Who | None) -> Markup:
    assert who is not None, "a form with a token is for who is logged in"
    return Markup('<input type="hidden" name="csrf" value="{}">').format(who.csrf)


def redirect(path: str) -> Response:
    """Answer a form by the page that shows what it did."""
    return Response(status_code=303, headers=HEADERS | {"Location": path})


def forbidden(request: Request, who: Who) -> Response:
    """Return the page for who has not the role."""
    return message(
        request, who, 403, "没有权限", "您的账号没有这项权限。如有需要，请联系账号管理员。"
    )


def message(request: Request, who: Who | None, status: int, title: str, text: str) -> Response:
    """Return a page that says one thing."""
    return page(request, who, "message.html", status, title=title, text=text)


@cache
def _static_files() -> Mapping[str, Path]:
    """Return what may be asked for by name; htmx comes from its own package, unimported."""
    found = find_spec("django_htmx")
    assert found is not None and found.submodule_search_locations, "installed with the centre"
    packaged = Path(found.submodule_search_locations[0], "static", "django_htmx")
    return {
        "centre.css": _STATIC / "centre.css",
        "htmx.min.js": packaged / "htmx-2.min.js",
    }


@cache
def static_address(name: str) -> str:
    """Return where a file is served; another content has another address."""
    digest = hashlib.sha256(_static_files()[name].read_bytes()).hexdigest()
    return f"{STATIC_PATH.format(name=name)}?v={digest[:12]}"


async def static_file(request: Request) -> Response:
    """GET /desk/static/{name}."""
    file = _static_files().get(request.path_params["name"])
    if file is None:
        return Response(status_code=404)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(file, headers=headers)


ROUTES = [Route(STATIC_PATH, static_file, methods=["GET"])]
