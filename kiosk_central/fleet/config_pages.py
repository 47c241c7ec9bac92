"""The operator's page that begins the roll-out of a region pack: given, checked, begun."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.desk import Desk
from kiosk_central.fleet.forms import reason_in
from kiosk_central.fleet.pack_text import BadPack, bad_line, line_of, read_pack
from kiosk_central.fleet.rollouts import Plan, RolloutError, begin, config_plan
from kiosk_central.fleet.stages import BadStages, parse_stages
from kiosk_central.web.pages import page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, note_act, signed_in
from kiosk_central.web.uploads import upload_of
from kioskd.domain.region import RegionPack

ROLLOUTS: Final = "/desk/fleet/rollouts"
CONFIG_PATH: Final = f"{ROLLOUTS}/config"
PACK_BYTES_MAX = 2 * 1024 * 1024
SOAK_MINUTES_MAX = 7 * 24 * 60
FIRST: Final = {"stages": "1,10%,50%,100%", "soak": "30", "limit": "5"}
RECKONED: Final = {
    "schemes": "险种",
    "average_wage": "平均工资",
    "services": "服务项目",
    "card": "社保卡规则",
    "cabinet": "机柜规则",
}
"""What the centre itself reckons by: ``config_plan`` refuses another one."""
NOT_BEGUN = "没有开始：可能已有参数包正在发布，或终端已是这个版本。请到“版本发布”查看。"

Faults = dict[str, str]


@signed_in(Role.OPERATOR)
async def config_form(request: Request, who: Who) -> Response:
    """GET /desk/fleet/rollouts/config."""
    return _page(request, who, FIRST, {})


@signed_in(Role.OPERATOR)
async def config_begin(request: Request, who: Who) -> Response:
    """POST /desk/fleet/rollouts/config: a file or a pasted text, told by line what is wrong."""
    form = await upload_of(request, PACK_BYTES_MAX, ("file", "pasted"))
    text, served = form.get("file") or form.get("pasted", ""), centre_of(request).region
    faults, pack = _faults_of(form), None
    try:
        pack = _pack(text, served)
    except BadPack as bad:
        shown = f"“{bad.text}”" if bad.text else ""
        faults["pack"] = f"第 {bad.line} 行{shown}：{bad.reason}"
    if faults or pack is None:
        return _page(request, who, form, faults)
    plan = _plan(form, pack, served)
    reason = reason_in(form)

    def job(desk: Desk) -> int:
        number = begin(desk, plan, who.name, reason)
        note_act(desk, who, "rollout.begin", about=f"{number} {plan.version}", detail=reason)
        return number

    try:
        number = await centre_of(request).write(job)
    except RolloutError:
        return _page(request, who, form, {"": NOT_BEGUN})
    return redirect(f"{ROLLOUTS}/{number}")


def _pack(text: str, served: RegionPack) -> RegionPack:
    """Return the pack if kiosks may have it. Raises BadPack."""
    if not text:
        raise bad_line("", 1, "请选择文件，或粘贴内容")
    pack = read_pack(text)
    for name, words in RECKONED.items():
        if getattr(pack, name) != getattr(served, name):
            reason = f"{words}与中心自己的不同：须用新参数包重新启动中心，不能只发给终端"
            raise bad_line(text, line_of(text, f".{name}"), reason)
    if pack.version == served.version:
        raise bad_line(text, line_of(text, ".version"), "版本号与中心现用的相同，请改成新的")
    return pack


def _plan(form: Mapping[str, str], pack: RegionPack, served: RegionPack) -> Plan:
    soak = timedelta(minutes=int(form["soak"]))
    limit = int(form["limit"])
    return config_plan(pack, served, stages=form["stages"], soak=soak, stop_at_percent=limit)


def _faults_of(form: Mapping[str, str]) -> Faults:
    faults = {}
    try:
        parse_stages(form.get("stages", ""))
    except BadStages:
        faults["stages"] = "阶段须逐级增大，先台数后百分比，最后为 100%"
    if not _is_number(form.get("soak", ""), SOAK_MINUTES_MAX):
        faults["soak"] = f"请填 0 到 {SOAK_MINUTES_MAX} 的整数"
    if not _is_number(form.get("limit", ""), 100):
        faults["limit"] = "请填 0 到 100 的整数"
    if not reason_in(form):
        faults["reason"] = "请写明原因（200 字以内）"
    return faults


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most


def _page(request: Request, who: Who, form: Mapping[str, str], faults: Faults) -> Response:
    context: dict[str, Any] = {"form": form, "faults": faults}
    context["served"] = centre_of(request).region.version
    status = 400 if faults else 200
    return page(request, who, "fleet/config.html", status, title="发布参数包", **context)


ROUTES = [
    Route(CONFIG_PATH, config_form, methods=["GET"]),
    Route(CONFIG_PATH, config_begin, methods=["POST"]),
]
