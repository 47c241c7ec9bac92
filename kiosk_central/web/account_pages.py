"""The pages of who keeps accounts: she makes, resets and ends them, and sees no person."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.desk import Desk
from kiosk_central.web.accounts import (
    NAME_MAX,
    AccountError,
    AccountFault,
    add_account,
    all_accounts,
    disable_account,
    plain_name,
    reset_account,
)
from kiosk_central.web.pages import NavEntry, page
from kiosk_central.web.roles import Role, roles_text
from kiosk_central.web.session import Who, form_of, note_act, signed_in

HOME = "/desk/accounts"
TEXT_MAX = 60
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_F = AccountFault
FAULTS: Final = {
    _F.NAME: ("name", f"登录名须为 1 到 {NAME_MAX} 个字母和数字"),
    _F.NO_ROLE: ("roles", "请至少选一项权限"),
    _F.NO_OUTLET: ("outlet", "业务经办须属于一个网点"),
    _F.TAKEN: ("name", "已有这个登录名"),
    _F.UNKNOWN: ("", "没有这个账号"),
    _F.OWN: ("", "自己的账号须由另一位管理员处理"),
}
"""Which field of the form for a new account is wrong, and why; none of it: the whole page."""


@signed_in(Role.ADMIN)
async def accounts(request: Request, who: Who) -> Response:
    """GET /desk/accounts."""
    return await _list(request, who, {})


@signed_in(Role.ADMIN)
async def add(request: Request, who: Who) -> Response:
    """POST /desk/accounts: a new account; its set-up code is shown this once."""
    form = await form_of(request)
    name, shown, outlet = (form.get(one, "")[:TEXT_MAX] for one in ("name", "shown", "outlet"))
    roles = frozenset(role for role in Role if form.get(f"role-{role.value}"))

    def make(desk: Desk) -> str:
        code = add_account(desk.connection, desk.now, name, shown, roles, outlet)
        note_act(desk, who, "account.add", about=plain_name(name), detail=roles_text(roles))
        return code

    return await _done(request, who, name, make, form)


@signed_in(Role.ADMIN)
async def change(request: Request, who: Who) -> Response:
    """POST /desk/accounts/{name}: reset it, or end it. Nobody ends her own."""
    form, name = await form_of(request), plain_name(request.path_params["name"])
    resets = form.get("do") == "reset"

    def act(desk: Desk) -> str:
        if _is_own(desk.connection, who, name):
            raise AccountError(AccountFault.OWN)
        note_act(desk, who, "account.reset" if resets else "account.disable", about=name)
        if resets:
            return reset_account(desk.connection, desk.now, name)
        disable_account(desk.connection, desk.now, name)
        return ""

    return await _done(request, who, name, act)


def _is_own(connection: Connection, who: Who, name: str) -> bool:
    return any(one.id == who.id and one.name == name for one in all_accounts(connection))


async def _done(
    request: Request,
    who: Who,
    name: str,
    job: Callable[[Desk], str],
    form: Mapping[str, str] = NOTHING,
) -> Response:
    try:
        code = await centre_of(request).write(job)
    except AccountError as error:
        field, told = FAULTS[error.fault]
        return await _list(request, who, {field: told}, form=form)
    return await _list(request, who, {}, name=plain_name(name), code=code)


async def _list(
    request: Request,
    who: Who,
    faults: Mapping[str, str],
    name: str = "",
    code: str = "",
    form: Mapping[str, str] = NOTHING,
) -> Response:
    centre = centre_of(request)
    context: dict[str, Any] = {
        "accounts": await centre.read(all_accounts),
        "faults": faults,
        "done": name,
        "code": code,
        "form": form,
        "outlets": [outlet.name.zh for outlet in centre.region.outlets],
    }
    return page(request, who, "accounts.html", 400 if faults else 200, title="账号", **context)


ROUTES = [
    Route(HOME, accounts, methods=["GET"]),
    Route(HOME, add, methods=["POST"]),
    Route(f"{HOME}/{{name}}", change, methods=["POST"]),
]
NAV = (NavEntry(HOME, "账号", frozenset({Role.ADMIN})),)
