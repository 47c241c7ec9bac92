"""Logging in by a real browser, at the width of a desk and of a telephone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kiosk_central.store.engine import open_engine, write
from kiosk_central.web.accounts import add_account
from kiosk_central.web.roles import Role
from tests.web.conftest import Visitor
from tests.web.staff import NOW, OUTLET, Staff


def test_the_first_log_in_and_the_next_by_keyboard(visitor: Visitor) -> None:
    """Set-up code, telephone, password; out; in again with both factors, without a mouse."""
    page, served = visitor.page, visitor.served
    roles = frozenset({Role.CLERK})
    engine = open_engine(served.db)
    code = write(engine, lambda at: add_account(at, NOW, "wangfang", "王芳", roles, OUTLET))
    staff = Staff("wangfang", code)
    visitor.open("/desk")
    expect(page).to_have_title(re.compile("登录"))
    visitor.shoot("login")
    page.get_by_role("link", name="首次登录").press("Enter")
    expect(page.get_by_label("登录名")).to_be_focused()
    expect(page.get_by_label("开户码")).to_be_visible()
    page.keyboard.type("wangfang")
    page.keyboard.press("Tab")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    staff.secret = page.locator(".secret").inner_text()
    visitor.shoot("setup")
    for label, text in (("新密码", staff.password), ("再输一次", staff.password)):
        page.get_by_label(label).fill(text)
    page.get_by_label("手机上现在显示").fill(staff.code(served.now))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作台")
    visitor.shoot("home")
    page.get_by_role("button", name="退出").press("Enter")
    expect(page).to_have_title(re.compile("登录"))
    served.pass_time(seconds=60)
    page.get_by_label("登录名").fill("wangfang")
    page.get_by_label("密码").fill("wrong")
    page.get_by_label("动态码").fill(staff.code(served.now))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    visitor.shoot("login-wrong")
    page.get_by_label("登录名").fill("wangfang")
    page.get_by_label("密码").fill(staff.password)
    page.get_by_label("动态码").fill(staff.code(served.now))
    page.keyboard.press("Enter")
    expect(page.get_by_text("王芳，您好")).to_be_visible()


@pytest.mark.one_width
def test_an_unknown_page_says_so(as_staff: Callable[..., Visitor]) -> None:
    """A wrong address is answered by a page that leads back."""
    visitor = as_staff(Role.CLERK)
    visitor.open("/desk/nothing-here")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("没有找到")
    visitor.page.get_by_role("link", name="回到工作台").click()
    expect(visitor.page.get_by_text("王芳，您好")).to_be_visible()
