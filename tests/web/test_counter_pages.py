"""The clerk's pages in a real browser: each task, what is refused, and what is kept."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kiosk_central.card_books import finish, made, take_up
from kiosk_central.counter.ivr import make_token
from kiosk_central.profiles import change_profile, profile_of
from kiosk_central.sample_people import CHEN, LI, SUN, WANG, ZHAO, Persona
from kiosk_central.store.engine import open_engine, read
from kiosk_central.store.web import web_acts
from kiosk_central.web.roles import Role
from kioskd.domain.profile import FieldChange, ProfileField
from kioskd.domain.secret import PersonName, PhoneNumber
from kioskd.protocols.central_profile import ProfileChange
from tests.patience import PATIENCE_S
from tests.unit.central_world import KIOSK, World
from tests.unit.counter_world import AGENT, MADE, MADE_FOR_ZHAO
from tests.web.conftest import Visitor
from tests.web.staff import Served


@pytest.fixture
def world(served: Served) -> Iterator[World]:
    city = World(open_engine(served.db))
    yield city
    city.engine.dispose()


def open_person(visitor: Visitor, persona: Persona) -> Page:
    """Find somebody by number and open her."""
    page = visitor.page
    visitor.choose("办理")
    page.get_by_label("身份证号或社保卡号").fill(persona.id_number)
    page.get_by_role("button", name="查找").first.click()
    page.get_by_role("button", name="打开").click()
    return page


def begin(page: Page, task: str, persona: Persona) -> None:
    page.get_by_role("link", name=task, exact=True).click()
    page.get_by_label("本人身份证号").fill(persona.id_number)


def application(page: Page) -> str:
    """Return the number of the newest application on a person's page."""
    return page.locator("tbody code").first.inner_text()


def take_in(visitor: Visitor, number: str) -> None:
    """Receive the card of an application, and a number that is none."""
    page = visitor.page
    visitor.choose("接收新卡")
    expect(page.get_by_role("cell", name=number)).to_be_visible()
    page.get_by_label("收到的新卡卡号").fill(f"{MADE.number}\nT99999999")
    page.get_by_role("button", name="确认收到").click()
    expect(page.get_by_role("status")).to_contain_text("收到 1 张，1 个卡号没有入库")
    visitor.shoot("counter-receive")


def test_a_card_is_lost_for_good_made_handed_out_and_activated(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """All tasks of one new card, by the pages, with an agent who fetches it."""
    visitor = as_staff(Role.CLERK)
    page = open_person(visitor, LI)
    expect(page.get_by_text(LI.id_number)).to_have_count(0)
    visitor.shoot("counter-person")
    begin(page, "正式挂失并补卡", LI)
    visitor.shoot("counter-formal")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("永久作废")).to_be_visible()
    visitor.shoot("counter-formal-confirm")
    page.get_by_role("button", name="确认正式挂失并补卡").click()
    expect(page.get_by_role("status")).to_contain_text("正式挂失并补卡")
    number = application(page)
    visitor.shoot("counter-person-coming")
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    world.at_desk(lambda desk: made(desk, number, MADE))
    take_in(visitor, number)
    visitor.choose("待领新卡")
    expect(page.get_by_role("cell", name=number)).to_be_visible()
    visitor.shoot("counter-queue")
    open_person(visitor, LI)
    begin(page, "发卡", LI)
    page.get_by_label("代办人（两人身份证原件）").check()
    page.get_by_label("代办人姓名").fill(AGENT.name)
    page.get_by_label("代办人身份证号").fill("000000198503120029")
    page.get_by_label("代办原因").fill("住院")
    page.get_by_label("票据号").fill("PJ-0001")
    page.get_by_role("button", name="发卡").click()
    expect(page.get_by_role("alert")).to_contain_text("代办人身份证号有误")
    page.get_by_label("代办人身份证号").fill(AGENT.id_number)
    page.get_by_label("票据号").fill("")
    page.get_by_role("button", name="发卡").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写票据号")
    visitor.shoot("counter-hand-out")
    page.get_by_label("票据号").fill("PJ-0001")
    page.get_by_role("button", name="发卡").click()
    begin(page, "启用新卡", LI)
    page.get_by_label("新卡卡号").fill(MADE.number)
    page.get_by_label("已核对身份证原件").check()
    visitor.shoot("counter-activate")
    page.get_by_role("button", name="启用新卡").click()
    expect(page.get_by_text("正常", exact=True).first).to_be_visible()
    visitor.choose("今日记录")
    expect(page.get_by_role("cell", name="启用新卡")).to_be_visible()
    visitor.shoot("counter-journal")
    visitor.choose("今日收费")
    expect(page.get_by_text("20.00 元")).to_be_visible()
    expect(page.get_by_role("cell", name="PJ-0001")).to_be_visible()
    visitor.shoot("counter-fees")


def test_an_expired_card_is_exchanged_for_a_new_one(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """The old one handed in and ended, a certificate at once, the new one let off its fee."""
    visitor = as_staff(Role.CLERK)
    page = open_person(visitor, ZHAO)
    expect(page.get_by_text("已过期")).to_be_visible()
    visitor.shoot("counter-person-expired")
    begin(page, "到期换卡", ZHAO)
    page.get_by_label("旧卡卡号").fill(LI.card_number)
    page.get_by_label("已收回旧卡").check()
    visitor.shoot("counter-exchange")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_text("当场收回作废")).to_be_visible()
    page.get_by_role("button", name="确认到期换卡").click()
    expect(page.get_by_role("alert")).to_contain_text("与系统中的卡号不符")
    page.get_by_label("旧卡卡号").fill(ZHAO.card_number)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认到期换卡").click()
    expect(page.get_by_role("status")).to_contain_text("到期换卡")
    expect(page.get_by_text("已交回换新", exact=True)).to_be_visible()
    visitor.shoot("counter-person-exchanged")
    page.get_by_role("link", name="打印社保卡证明").click()
    expect(page.get_by_role("button", name="打开证明")).to_be_visible()
    number = page.locator("dl code").first.inner_text()
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    world.at_desk(lambda desk: finish(desk, number, "factory", MADE_FOR_ZHAO))
    open_person(visitor, ZHAO)
    begin(page, "发卡", ZHAO)
    page.get_by_label("免收", exact=True).check()
    page.get_by_label("免收原因").fill("到期换卡，按规定免收")
    page.get_by_role("button", name="发卡").click()
    expect(page.get_by_role("status")).to_contain_text("发卡")
    visitor.choose("今日收费")
    expect(page.get_by_text("0.00 元").first).to_be_visible()
    visitor.shoot("counter-fees-exempt")


def test_a_card_is_stopped_by_telephone_and_started_at_the_desk(
    as_staff: Callable[..., Visitor],
) -> None:
    """A caller who knows a fact too little is refused; a report that stood keeps its last day."""
    visitor = as_staff(Role.CLERK)
    page = visitor.page
    visitor.choose("电话挂失")
    page.get_by_label("姓名").fill(LI.name)
    page.get_by_label("身份证号").fill(LI.id_number)
    page.get_by_label("社保卡号后 4 位").fill("9999")
    page.get_by_role("button", name="核对并挂失").click()
    expect(page.get_by_role("alert")).to_contain_text("核对未通过")
    visitor.shoot("counter-call-refused")
    page.get_by_label("社保卡号后 4 位").fill(LI.card_number[-4:])
    page.get_by_role("button", name="核对并挂失").click()
    expect(page.get_by_role("status")).to_contain_text("2026-12-02")
    visitor.shoot("counter-call")
    page.get_by_label("姓名").fill(CHEN.name)
    page.get_by_label("身份证号").fill(CHEN.id_number)
    page.get_by_label("社保卡号后 4 位").fill(CHEN.card_number[-4:])
    page.get_by_role("button", name="核对并挂失").click()
    expect(page.get_by_role("status")).to_contain_text("2026-12-01")
    open_person(visitor, LI)
    visitor.shoot("counter-person-reported")
    begin(page, "解除挂失", LI)
    page.get_by_role("button", name="解除挂失").click()
    expect(page.get_by_role("status")).to_contain_text("解除挂失")


def test_who_is_found_is_masked_and_opening_her_is_kept(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """By name and birth date; her whole number is shown when asked for, and that is kept too."""
    visitor = as_staff(Role.CLERK)
    page = visitor.page
    visitor.open("/desk/people/5")
    expect(page.get_by_role("heading", name="查找个人")).to_be_visible()
    page.get_by_label("姓名").fill(CHEN.name)
    page.get_by_label("出生日期").fill("1985-06-15")
    page.get_by_role("button", name="查找").last.click()
    expect(page.get_by_text(CHEN.id_number)).to_have_count(0)
    visitor.shoot("counter-search")
    page.get_by_role("button", name="打开").click()
    page.get_by_role("button", name="显示完整身份").click()
    expect(page.get_by_text(CHEN.id_number)).to_be_visible()
    acts = read(world.engine, lambda at: list(at.execute(web_acts.select()).all()))
    assert [row.act for row in acts if row.person_id == 5] == ["person.view", "person.show"]


def test_a_certificate_is_opened_and_a_lost_card_applied_for_once(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """The paper is a sealed PDF; a form of the wrong person changes nothing."""
    visitor = as_staff(Role.CLERK)
    page = open_person(visitor, WANG)
    begin(page, "申请补卡", LI)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("不符")
    page.get_by_label("本人身份证号").fill(WANG.id_number)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认申请补卡").click()
    page.get_by_role("link", name="打印社保卡证明").click()
    visitor.shoot("counter-certificate")
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "desk")
    fields = {
        name: page.locator(f".card input[name={name}]").input_value() for name in ("csrf", "ref")
    }
    path = page.url.removeprefix(visitor.served.url)
    found = [visitor.served.post(path, fields, cookies={"desk": token}) for _ in range(2)]
    assert all(one.content.startswith(b"%PDF-") for one in found)
    assert found[0].headers["Content-Disposition"] == found[1].headers["Content-Disposition"]


def test_the_telephone_menu_is_told_by_the_code_she_chose(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """An easy code is not taken; five wrong ones lock it; without a token nothing is told."""
    visitor = as_staff(Role.CLERK)
    page = open_person(visitor, SUN)
    begin(page, "设置电话查询码", SUN)
    page.get_by_label("查询码（请本人输入）").fill("123456")
    page.get_by_role("button", name="设置电话查询码").click()
    expect(page.get_by_role("alert")).to_contain_text("过于简单")
    visitor.shoot("counter-query-code")
    page.get_by_label("查询码（请本人输入）").fill("271828")
    page.get_by_role("button", name="设置电话查询码").click()
    expect(page.get_by_role("status")).to_be_visible()
    token = world.at_desk(lambda desk: make_token(desk.connection, "city", desk.stamp))

    def ask(code: str, bearer: str = token) -> tuple[int, dict[str, object]]:
        served, asked = visitor.served, {"id_number": SUN.id_number, "query_code": code}
        answer = served.session.post(
            served.url + "/v1/ivr/status",
            json=asked,
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=PATIENCE_S,
        )
        return answer.status_code, answer.json()

    assert ask("271828", "wrong")[0] == 401
    status, told = ask("271828")
    assert (status, told["card"], told["next"]) == (200, "inactive", "activate")
    assert SUN.name not in str(told)
    assert {ask("000001")[0] for _ in range(5)} == {403}
    assert ask("271828")[0] == 403


def test_a_change_of_information_is_decided_once(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """Both fields of one change by one decision, whose reason is kept."""
    before = read(world.engine, lambda at: profile_of(at, 2))
    asked = ProfileChange(
        (
            FieldChange(ProfileField.CONTACT_NAME, before.contact_name, PersonName("王五")),
            FieldChange(
                ProfileField.CONTACT_PHONE, before.contact_phone, PhoneNumber("13900000009")
            ),
        ),
        "agreed",
    )
    rules = world.region.profile
    world.at_desk(lambda desk: change_profile(desk, rules, KIOSK, 2, "C1", asked))
    visitor = as_staff(Role.CLERK)
    page = open_person(visitor, LI)
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(1)
    page.get_by_label("审核意见").fill("已电话核实")
    visitor.shoot("counter-change")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("同意修改信息")
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)
    after = read(world.engine, lambda at: profile_of(at, 2))
    assert (after.contact_name.reveal(), after.contact_phone.reveal()) == ("王五", "13900000009")
    acts = read(world.engine, lambda at: list(at.execute(web_acts.select()).all()))
    assert [row.detail for row in acts if row.act == "profile.accept"] == ["已电话核实"]


def test_only_a_clerk_serves_people(as_staff: Callable[..., Visitor]) -> None:
    """An auditor has not these pages in her menu, and is refused each of them."""
    visitor = as_staff(Role.AUDITOR)
    expect(visitor.page.get_by_role("link", name="办理", exact=True)).to_have_count(0)
    for path in ("", "/call", "/receive", "/queue", "/fees", "/journal", "/2", "/2/do/formal"):
        visitor.open(f"/desk/people{path}")
        expect(visitor.page.get_by_role("heading", name="没有权限")).to_be_visible()
    visitor.shoot("counter-refused")
