"""Log-ins: who asks, whether she may, and that a form is one of ours.

The cookie holds 256 random bits, the database their hash. A log-in ends after a quarter of an hour
without use and after ten hours in any case.
"""

import functools
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote

from sqlalchemy import Connection, delete, insert, select, update
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.request import body_bytes_of, centre_of
from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.store.web import web_accounts, web_acts, web_sessions
from kiosk_central.web.act_words import ACTS
from kiosk_central.web.pages import forbidden, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.who import Who, who_of

COOKIE = "desk"
LOGIN_PATH = "/desk/login"
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
SEEN_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
FORM_FIELDS_MAX = 100
FORM_TEXT_MAX = 2000

Page = Callable[[Request, Who], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

__all__ = ["Who", "form_of", "note_act", "signed_in"]


class BadForm(Exception):
    """The form is not one that our pages sent; ``status`` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def begin_session(connection: Connection, now: datetime, account_id: int) -> str:
    """Open a log-in and return the cookie's value; log-ins that are over are cleared away."""
    over = stamp(now - LONGEST)
    connection.execute(delete(web_sessions).where(web_sessions.c.begun_at < over))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": _hash(token),
        "account_id": account_id,
        "csrf": secrets.token_urlsafe(TOKEN_BYTES),
        "begun_at": stamp(now),
        "seen_at": stamp(now),
    }
    connection.execute(insert(web_sessions).values(row))
    return token


def end_session(connection: Connection, token: str) -> None:
    """End a log-in; ending one that has ended is fine."""
    connection.execute(delete(web_sessions).where(web_sessions.c.token_hash == _hash(token)))


def find_session(connection: Connection, now: datetime, token: str) -> tuple[Who, str] | None:
    """Return who has the cookie, and when she was last seen; None if the log-in is over."""
    both = web_sessions.join(web_accounts)
    own = web_sessions.c.token_hash == _hash(token)
    query = select(
        web_accounts, web_sessions.c.csrf, web_sessions.c.begun_at, web_sessions.c.seen_at
    )
    row = connection.execute(query.select_from(both).where(own)).one_or_none()
    if row is None or row.disabled_at:
        return None
    if row.seen_at < stamp(now - IDLE) or row.begun_at < stamp(now - LONGEST):
        return None
    return who_of(row), row.seen_at


def signed_in(*roles: Role) -> Callable[[Page], Endpoint]:
    """Let only who is logged in and has one of ``roles`` see a page; anybody logged in if none."""

    def wrap(endpoint: Page) -> Endpoint:
        @functools.wraps(endpoint)
        async def guarded(request: Request) -> Response:
            who = await _who_asks(request)
            if who is None:
                return _to_login(request)
            if roles and not who.roles & set(roles):
                await _note_refusal(request, who)
                return forbidden(request, who)
            return await endpoint(request, who)

        return guarded

    return wrap


async def _who_asks(request: Request) -> Who | None:
    centre, token = centre_of(request), request.cookies.get(COOKIE, "")
    if not token:
        return None
    now = centre.now()
    found = await centre.read(lambda connection: find_session(connection, now, token))
    if found is None:
        return None
    who, seen_at = found
    if seen_at < stamp(now - SEEN_EVERY):
        await centre.write(lambda desk: _seen(desk, token))
    return who


def _seen(desk: Desk, token: str) -> None:
    own = web_sessions.c.token_hash == _hash(token)
    desk.connection.execute(update(web_sessions).where(own).values(seen_at=desk.stamp))


async def _note_refusal(request: Request, who: Who) -> None:
    path = request.url.path
    await centre_of(request).write(lambda desk: note_act(desk, who, "refused", about=path))


def _to_login(request: Request) -> Response:
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": LOGIN_PATH})
    if request.method != "GET":
        return redirect(LOGIN_PATH)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return redirect(f"{LOGIN_PATH}?next={quote(path, safe='')}")


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form of ours. Raises BadForm: 403 by its token, 400 by its shape."""
    fields = await open_form_of(request)
    await check_token(request, fields)
    return fields


async def check_token(request: Request, fields: Mapping[str, str]) -> None:
    """Raise BadForm(403) unless the form carries the token of its log-in."""
    token = request.cookies.get(COOKIE, "")
    now, centre = centre_of(request).now(), centre_of(request)
    found = await centre.read(lambda connection: find_session(connection, now, token))
    sent = fields.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER, "")
    if found is None or not secrets.compare_digest(found[0].csrf.encode(), sent.encode()):
        raise BadForm(403)


async def open_form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that needs no log-in, sent by a page of this very server.

    Raises BadForm.
    """
    refuse_other_sites(request)
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise BadForm(400)
    body = await body_bytes_of(request)
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX, errors="strict"
        )
    except ValueError:
        raise BadForm(400) from None
    fields = {name: value.strip() for name, value in pairs}
    if len(fields) != len(pairs) or not all(map(is_text, fields.values())):
        raise BadForm(400)
    return fields


def refuse_other_sites(request: Request) -> None:
    """Raise BadForm(403) for a form that another site's page sent."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise BadForm(403)


def is_text(value: str) -> bool:
    """Tell whether a field is text of a length that a person types."""
    plain = value.replace("\r\n", "").replace("\n", "").replace("\t", "")
    return len(value) <= FORM_TEXT_MAX and plain.isprintable()


def note_act(
    desk: Desk,
    who: Who,
    act: str,
    *,
    person_id: int | None = None,
    about: str = "",
    detail: str = "",
) -> None:
    """Write down who did what, or looked at whom; it can be neither changed nor taken back."""
    assert act in ACTS, f"an act without words: {act}"
    row = {
        "at": desk.stamp,
        "account_id": who.id,
        "outlet": who.outlet,
        "act": act,
        "person_id": person_id,
        "about": about,
        "detail": detail,
    }
    desk.connection.execute(insert(web_acts).values(row))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
