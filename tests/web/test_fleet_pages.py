"""The operator's pages in a real browser, on a fleet with something the matter."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, select

from kiosk_central.fleet.holds import standing_hold
from kiosk_central.fleet.orders import ask, take_bundle
from kiosk_central.fleet.rollout_states import Move
from kiosk_central.fleet.rollouts import Plan, begin, move
from kiosk_central.region import SAMPLE_FILE
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import kiosks
from kiosk_central.store.web import web_acts
from kiosk_central.web.accounts import add_account
from kiosk_central.web.roles import Role
from kioskd.protocols.central_fleet import OrderKind, PaperLevel
from tests.unit.central_world import KIOSK, OTHER_KIOSK, World
from tests.unit.fleet_world import beat, faulty, look_round, offer, tickets
from tests.web.conftest import Visitor
from tests.web.staff import NOW, OUTLET, Served, Staff

PAGES = (
    "/kiosks",
    "/kiosks/rows",
    f"/kiosks/{KIOSK}",
    "/tickets",
    "/rollouts",
    "/rollouts/config",
    "/availability",
)


@pytest.fixture
def world(served: Served) -> Iterator[World]:
    """A fleet of which one kiosk is well, one is in trouble, one was never heard."""
    made = World(open_engine(served.db))
    write(
        made.engine,
        lambda at: at.execute(
            insert(kiosks).values(id="K0199", outlet="西区服务大厅", sam_id="", active=True)
        ),
    )
    beat(made)
    low = {"receipt_paper": PaperLevel.OUT, "door_open": True, "able_to_pay": False}
    stuck = {"screen": "follow-pin-pad", "screen_since_s": 500, "in_visit": True}
    beat(made, faulty("D-11"), OTHER_KIOSK, undelivered=3, unknown_payments=1, **low, **stuck)
    look_round(made)
    yield made
    made.engine.dispose()


def acts(world: World) -> list[tuple[str, str]]:
    ours = ~web_acts.c.act.startswith("account.")
    query = select(web_acts.c.act, web_acts.c.detail).where(ours).order_by(web_acts.c.id)
    return [tuple(row) for row in read(world.engine, lambda at: at.execute(query).all())]


def test_the_fleet_is_seen_and_searched(world: World, as_staff: Callable[..., Visitor]) -> None:
    """Counts first; by a filter, by a number as it is typed; one never heard is told apart."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.choose("终端")
    expect(page.get_by_role("link", name="卡住 1")).to_be_visible()
    expect(page.get_by_role("link", name="结果不明的缴费 1")).to_be_visible()
    row = page.get_by_role("row").filter(has_text=OTHER_KIOSK)
    expect(row).to_contain_text("凭条打印机 D-11")
    visitor.shoot("fleet-kiosks")
    page.get_by_role("link", name="从未上线").click()
    expect(page.get_by_role("link", name="K0199")).to_be_visible()
    expect(page.get_by_role("link", name=OTHER_KIOSK)).to_have_count(0)
    page.get_by_role("link", name="全部").click()
    page.get_by_label("终端编号或网点").press_sequentially("西区")
    expect(page.get_by_role("link", name=KIOSK, exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="K0199")).to_be_visible()


@pytest.mark.one_width
def test_the_list_refreshes_itself(world: World, as_staff: Callable[..., Visitor]) -> None:
    """A kiosk that changes is seen changed without a touch."""
    visitor = as_staff(Role.OPERATOR)
    visitor.open("/desk/fleet/kiosks")
    row = visitor.page.get_by_role("row").filter(has_text=KIOSK).first
    expect(row).to_contain_text("正常")
    beat(world, faulty("D-12"), sequence=2)
    expect(row).to_contain_text("凭条打印机 D-12")


def test_a_kiosk_is_looked_at_and_held(world: World, as_staff: Callable[..., Visitor]) -> None:
    """Everything of it on one page; an order wants a reason, and who gave it is written down."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.open(f"/desk/fleet/kiosks/{OTHER_KIOSK}")
    expect(page.get_by_text("follow-pin-pad")).to_have_count(2)
    expect(page.get_by_role("cell", name="F-261122-0001")).to_be_visible()
    page.get_by_label("要做什么").select_option("hold")
    page.get_by_label("原因").fill("怀疑读卡口被改装")
    page.get_by_role("button", name="下达").press("Enter")
    expect(page.get_by_text("缴费已由 王芳")).to_be_visible()
    visitor.shoot("fleet-kiosk")
    assert read(world.engine, lambda at: standing_hold(at, OTHER_KIOSK)) is not None
    assert acts(world) == [("kiosk.hold", "怀疑读卡口被改装")]
    page.get_by_label("要做什么").select_option("release")
    page.get_by_label("原因").fill("已检查")
    page.get_by_role("button", name="下达").click()
    expect(page.get_by_text("缴费已由")).to_have_count(0)


@pytest.mark.one_width
def test_a_restart_and_a_bundle_are_asked_for(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """Seen as asked; a bundle that came is a file to download, which is an act itself."""
    ref = world.at_desk(lambda desk: ask(desk, KIOSK, OrderKind.BUNDLE, "王芳", "look"))
    world.at_desk(lambda desk: take_bundle(desk, KIOSK, ref, b'{"event": "x"}\n'))
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.open(f"/desk/fleet/kiosks/{KIOSK}")
    page.get_by_label("要做什么").select_option("restart")
    page.get_by_label("原因").fill("响应慢")
    page.get_by_role("button", name="下达").click()
    expect(page.get_by_role("row").filter(has_text="响应慢")).to_contain_text("已下达")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载日志").click()
    assert download.value.suggested_filename == "K0123-2026-11-22.jsonl"
    assert download.value.path().read_bytes() == b'{"event": "x"}\n'
    assert [act for act, _ in acts(world)] == ["kiosk.restart", "bundle.view"]


def test_a_ticket_is_closed_with_a_note(world: World, as_staff: Callable[..., Visitor]) -> None:
    """By hand; found again among the closed ones with who and why."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.choose("报修单")
    visitor.shoot("fleet-tickets")
    page.get_by_label("F-261122-0001 的处理情况").fill("已派修")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_text("没有报修单")).to_be_visible()
    page.get_by_role("link", name="已关闭").click()
    expect(page.get_by_text("王芳：已派修")).to_be_visible()
    assert tickets(world) == [("F-261122-0001", False)]


def test_a_version_is_rolled_out_and_stopped(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """Begun with its stages; a slip changes nothing; stopped, and then only what may follow."""
    offer(world, "0.2.0")
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.choose("版本发布")
    page.get_by_label("版本", exact=True).fill("0.2.0")
    page.get_by_label("阶段", exact=True).fill("50%")
    page.get_by_label("原因").fill("试用")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("status")).to_contain_text("没有开始")
    visitor.choose("版本发布")
    page.get_by_label("版本", exact=True).fill("0.2.0")
    page.get_by_label("阶段", exact=True).fill("1,100%")
    page.get_by_label("原因").fill("试用")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("版本发布 1")
    visitor.shoot("fleet-rollout")
    page.get_by_label("要做什么").select_option("stop")
    page.get_by_label("原因").fill("先看看")
    page.get_by_role("button", name="执行").click()
    expect(page.get_by_text("已停止")).to_be_visible()
    options = page.get_by_label("要做什么").locator("option").all_inner_texts()
    assert options == ["请选择", "继续", "中止，已升级的保留", "全部退回原版本"]
    visitor.choose("版本发布")
    visitor.shoot("fleet-rollouts")


def paste(page: Page, pack: str) -> None:
    """Put a text in at once: key by key it would take a minute."""
    page.get_by_label("或粘贴内容").evaluate("(one, text) => { one.value = text; }", pack)


def test_a_pack_is_checked_line_by_line_and_rolled_out(
    world: World, as_staff: Callable[..., Visitor], tmp_path: Path
) -> None:
    """A slip, or what the centre must know first, is told by its line; a sound file is begun."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.choose("版本发布")
    page.get_by_role("link", name="发布新的参数包").click()
    pack = json.loads(SAMPLE_FILE.read_text(encoding="utf-8"))
    slip = json.dumps(pack, ensure_ascii=False, indent=1).replace(
        '"pin_tries": 6', '"pin_tries": "6"'
    )
    paste(page, slip)
    page.get_by_label("阶段", exact=True).fill("50%")
    page.get_by_label("原因").fill("新公告")
    page.get_by_role("button", name="检查并开始").click()
    line = slip[: slip.index('"pin_tries"')].count("\n") + 1
    expect(page.get_by_role("alert").first).to_contain_text(f"第 {line} 行")
    expect(page.get_by_role("alert").first).to_contain_text("应为整数，实为文本")
    expect(page.get_by_role("alert").nth(1)).to_contain_text("最后为 100%")
    visitor.shoot("fleet-config-refused")
    page.get_by_label("阶段", exact=True).fill("1,100%")
    other = pack | {"card": pack["card"] | {"lapse_days": 11}}
    paste(page, json.dumps(other, ensure_ascii=False, indent=1))
    page.get_by_role("button", name="检查并开始").click()
    expect(page.get_by_role("alert")).to_contain_text("社保卡规则与中心自己的不同")
    sound = tmp_path / "pack.json"
    newer = pack | {"version": pack["version"] + 1}
    sound.write_text(json.dumps(newer, ensure_ascii=False), encoding="utf-8")
    page.get_by_label("参数包文件").set_input_files(sound)
    page.get_by_role("button", name="检查并开始").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("版本发布 1")
    expect(page.get_by_text("参数包", exact=True)).to_be_visible()
    visitor.shoot("fleet-config-begun")
    page.get_by_label("要做什么").select_option("stop")
    page.get_by_label("原因").fill("先看看")
    page.get_by_role("button", name="执行").click()
    expect(page.get_by_text("已停止")).to_be_visible()
    assert [act for act, _ in acts(world)] == ["rollout.begin", "rollout.stop"]


def test_availability_is_shown_and_exported(world: World, as_staff: Callable[..., Visitor]) -> None:
    """By outlet; the file has the same figures."""
    world.clock.advance(minutes=10)
    visitor = as_staff(Role.OPERATOR)
    visitor.served.now = world.clock()
    page = visitor.page
    visitor.choose("可用率")
    expect(page.get_by_role("heading", level=1)).to_have_text("可用率")
    visitor.shoot("fleet-availability")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 CSV").click()
    assert download.value.suggested_filename == "availability-2026-11.csv"
    head, *lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert head == "outlet,kiosks,open_minutes,able_minutes,percent"
    assert sum(int(line.split(",")[1]) for line in lines) == 2


def test_only_operators_see_the_fleet(served: Served, world: World) -> None:
    """A clerk gets 403 on every page, and her forms change nothing."""
    code = write(
        world.engine,
        lambda at: add_account(at, NOW, "lina", "李娜", frozenset({Role.CLERK}), OUTLET),
    )
    token = served.sign_in(Staff("lina", code))
    for path in PAGES:
        assert served.get(f"/desk/fleet{path}", token).status_code == 403, path
    answer = served.post(
        f"/desk/fleet/kiosks/{KIOSK}",
        {"act": "hold", "reason": "x"},
        headers={"Cookie": f"desk={token}"},
    )
    assert answer.status_code == 403
    assert read(world.engine, lambda at: standing_hold(at, KIOSK)) is None


def test_what_makes_no_sense_is_told_so(served: Served, world: World) -> None:
    """Unknown kiosks, tickets and roll-outs; acts without a reason; moves that are none."""
    roles = frozenset({Role.OPERATOR})
    code = write(world.engine, lambda at: add_account(at, NOW, "lina", "李娜", roles, OUTLET))
    staff = Staff("lina", code)
    token = served.sign_in(staff)
    csrf = served.get("/desk", token).text.partition('name="csrf" value="')[2].partition('"')[0]
    offer(world, _PLAN.version)
    number = world.at_desk(lambda desk: begin(desk, _PLAN, "李娜", "x"))
    world.at_desk(lambda desk: move(desk, number, Move.ROLL_BACK, "x"))
    for path in ("/kiosks/K9", "/rollouts/99", "/bundles/none"):
        assert served.get(f"/desk/fleet{path}", token).status_code == 404, path
    cookie = {"Cookie": f"desk={token}"}
    for upload, status in (
        ({"csrf": csrf}, 400),
        ({"csrf": "another's"}, 403),
        ({"csrf": csrf, "reason": "x" * 3000}, 400),
    ):
        parts = {name: (None, value) for name, value in upload.items()}
        answer = served.post("/desk/fleet/rollouts/config", {}, files=parts, headers=cookie)
        assert answer.status_code == status, upload
    assert served.post("/desk/fleet/rollouts/config", upload, headers=cookie).status_code == 400
    for path, fields, status in (
        (f"/kiosks/{KIOSK}", {"act": "hold", "reason": " "}, 400),
        (f"/kiosks/{KIOSK}", {"act": "explode", "reason": "x"}, 400),
        (f"/kiosks/{KIOSK}", {"act": "release", "reason": "x"}, 400),
        (f"/kiosks/{KIOSK}", {"act": "cabinet", "reason": "x"}, 400),
        ("/kiosks/K9", {"act": "hold", "reason": "x"}, 404),
        ("/tickets/F-000000-0001", {"reason": "x"}, 404),
        ("/tickets/F-261122-0001", {"reason": ""}, 400),
        (f"/rollouts/{number}", {"move": "resume", "reason": "x"}, 400),
        (f"/rollouts/{number}", {"move": "advance", "reason": "x"}, 400),
        ("/rollouts", {"version": "1", "stages": "100%", "soak": "x", "limit": "5"}, 400),
    ):
        answer = served.post(f"/desk/fleet{path}", fields | {"csrf": csrf}, headers=cookie)
        assert answer.status_code == status, (path, fields)
    assert acts(world) == []


_PLAN = replace(Plan("software", "0.2.0", "1,100%"), soak=timedelta(minutes=1))
