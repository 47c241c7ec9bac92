"""Logging in and out, and the first time: choosing a password and taking over the second factor."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.web.accounts import (
    Account,
    find_account,
    finish_setup,
    keep_hash,
    note_failure,
    note_success,
    secret_for,
    setting_up,
)
from kiosk_central.web.factors import (
    hash_password,
    is_password,
    password_fault,
    secret_picture,
    step_of_code,
    wants_rehash,
)
from kiosk_central.web.limits import Limiter, address_of, block_after
from kiosk_central.web.pages import page, redirect
from kiosk_central.web.session import (
    COOKIE,
    LOGIN_PATH,
    LONGEST,
    begin_session,
    end_session,
    form_of,
    note_act,
    open_form_of,
    signed_in,
)
from kiosk_central.web.who import Who

SETUP_PATH, LOGOUT_PATH, HOME_PATH = "/desk/setup", "/desk/logout", "/desk"
WRONG = "登录名、密码或动态码不正确，或账号已停用。连续输错会暂停登录。"
TOO_OFTEN = "尝试次数过多，请稍候再试。"
WRONG_SETUP = "登录名或开户码不正确，或开户码已使用、已过期。"
TRIES, WITHIN = 30, timedelta(minutes=5)


def limiter() -> Limiter:
    """Return what counts the tries of each address."""
    return Limiter(TRIES, WITHIN)


async def login_form(request: Request) -> Response:
    """GET /desk/login."""
    return page(request, None, "login.html", title="登录", fault="", next=_next_of(request))


async def login(request: Request) -> Response:
    """POST /desk/login: name, password and the code of the second factor, all at once."""
    form = await open_form_of(request)
    centre = centre_of(request)
    if not _may_try(request):
        return _again(request, TOO_OFTEN, 429)
    name, now = form.get("name", ""), centre.now()
    account = await centre.read(lambda connection: find_account(connection, name))
    password = form.get("password", "")
    kept = account.password_hash if account is not None else ""
    right = await run_in_threadpool(is_password, kept, password)
    if account is None or not account.ready:
        return _again(request, WRONG, 403)
    if account.blocked_until > stamp(now):
        return _again(request, TOO_OFTEN, 429)
    step = step_of_code(account.totp_secret, form.get("code", ""), now, account.totp_last)
    if not right or step is None:
        await centre.write(lambda desk: _failed(desk, account))
        return _again(request, WRONG, 403)
    rehashed = await run_in_threadpool(hash_password, password) if wants_rehash(kept) else ""
    token = await centre.write(lambda desk: _succeeded(desk, account, step, rehashed))
    return _again(request, WRONG, 403) if token is None else _entered(token, _next_of(request))


def _failed(desk: Desk, account: Account) -> None:
    until = desk.now + block_after(account.failures + 1)
    note_failure(desk.connection, account.id, stamp(until))
    note_act(desk, _who(account), "login.wrong")


def _succeeded(desk: Desk, account: Account, step: int, rehashed: str) -> str | None:
    if not note_success(desk.connection, account, step):
        return None
    if rehashed:
        keep_hash(desk.connection, account.id, rehashed)
    note_act(desk, _who(account), "login")
    return begin_session(desk.connection, desk.now, account.id)


def _who(account: Account) -> Who:
    return Who(account.id, account.shown, account.roles, account.outlet, "")


async def setup_form(request: Request) -> Response:
    """GET /desk/setup: asks for the set-up code."""
    return page(request, None, "setup.html", title="首次登录", fault="")


async def setup(request: Request) -> Response:
    """POST /desk/setup: with the right code, shows the second factor's secret and asks the rest."""
    form = await open_form_of(request)
    if not _may_try(request):
        return page(request, None, "setup.html", 429, title="首次登录", fault=TOO_OFTEN)
    account = await _setting_up(request, form.get("name", ""), form.get("setup_code", ""))
    if account is None:
        return page(request, None, "setup.html", 403, title="首次登录", fault=WRONG_SETUP)
    if "password" not in form:
        return await _choose(request, account, form["setup_code"], "")
    return await _chosen(request, account, form)


async def _chosen(request: Request, account: Account, form: Mapping[str, str]) -> Response:
    centre, password = centre_of(request), form["password"]
    fault = password_fault(password, account.name)
    if not fault and password != form.get("again"):
        fault = "两次输入的密码不同"
    step = step_of_code(account.totp_secret, form.get("code", ""), centre.now(), account.totp_last)
    if not fault and step is None:
        fault = "动态码不正确，请输入手机上现在显示的 6 位数字"
    if fault or step is None:
        return await _choose(request, account, form["setup_code"], fault)
    kept = await run_in_threadpool(hash_password, password)
    token = await centre.write(lambda desk: _set_up(desk, form, kept, step))
    return redirect(SETUP_PATH) if token is None else _entered(token, HOME_PATH)


def _set_up(desk: Desk, form: Mapping[str, str], kept: str, step: int) -> str | None:
    account = setting_up(desk.connection, desk.now, form["name"], form["setup_code"])
    if account is None:  # used meanwhile
        return None
    finish_setup(desk.connection, account, kept, step)
    note_act(desk, _who(account), "account.set-up")
    return begin_session(desk.connection, desk.now, account.id)


async def _setting_up(request: Request, name: str, code: str) -> Account | None:
    centre = centre_of(request)
    now = centre.now()
    return await centre.read(lambda connection: setting_up(connection, now, name, code))


async def _choose(request: Request, account: Account, code: str, fault: str) -> Response:
    secret = await centre_of(request).write(lambda desk: secret_for(desk.connection, account))
    return page(
        request,
        None,
        "setup_choose.html",
        403 if fault else 200,
        title="首次登录",
        fault=fault,
        account=account,
        setup_code=code,
        secret=secret,
        picture=secret_picture(secret, account.name),
    )


@signed_in()
async def logout(request: Request, who: Who) -> Response:
    """POST /desk/logout."""
    await form_of(request)
    token = request.cookies[COOKIE]

    def leave(desk: Desk) -> None:
        end_session(desk.connection, token)
        note_act(desk, who, "logout")

    await centre_of(request).write(leave)
    answer = redirect(LOGIN_PATH)
    answer.delete_cookie(COOKIE, path=HOME_PATH, secure=True, httponly=True, samesite="strict")
    return answer


@signed_in()
async def home(request: Request, who: Who) -> Response:
    """GET /desk: what her roles let her do."""
    return page(request, who, "home.html", title="工作台")


def _may_try(request: Request) -> bool:
    counted: Limiter = request.app.state.login_limiter
    return counted.allows(address_of(request), centre_of(request).now())


def _again(request: Request, fault: str, status: int) -> Response:
    where = _next_of(request)
    return page(request, None, "login.html", status, title="登录", fault=fault, next=where)


def _next_of(request: Request) -> str:
    """Return the page she wanted: one of ours, or the first."""
    wanted = request.query_params.get("next", HOME_PATH)
    ours = wanted == HOME_PATH or wanted.startswith((f"{HOME_PATH}/", f"{HOME_PATH}?"))
    return wanted if ours and wanted.isprintable() else HOME_PATH


def _entered(token: str, where: str) -> Response:
    answer = redirect(where)
    age = int(LONGEST / timedelta(seconds=1))
    answer.set_cookie(
        COOKIE, token, max_age=age, path=HOME_PATH, secure=True, httponly=True, samesite="strict"
    )
    return answer


ROUTES = [
    Route(HOME_PATH, home, methods=["GET"]),
    Route(LOGIN_PATH, login_form, methods=["GET"]),
    Route(LOGIN_PATH, login, methods=["POST"]),
    Route(SETUP_PATH, setup_form, methods=["GET"]),
    Route(SETUP_PATH, setup, methods=["POST"]),
    Route(LOGOUT_PATH, logout, methods=["POST"]),
]
