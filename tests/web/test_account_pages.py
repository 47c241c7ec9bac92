"""Keeping accounts in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kiosk_central.web.roles import Role
from tests.web.conftest import Visitor
from tests.web.staff import Served, Staff


def test_an_account_is_made_reset_and_ended(as_staff: Callable[..., Visitor]) -> None:
    """The code is shown once and opens the account; a reset gives another; an end shuts it."""
    visitor = as_staff(Role.ADMIN, name="admin1")
    page = visitor.page
    visitor.choose("账号")
    page.get_by_label("登录名").fill("lina")
    page.get_by_label("姓名").fill("李娜")
    page.get_by_label("审计").check()
    page.get_by_role("button", name="开户", exact=True).click()
    code = page.get_by_role("status").locator("code").inner_text()
    assert re.fullmatch(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)
    visitor.shoot("accounts")
    token = visitor.served.sign_in(Staff("lina", code))
    assert visitor.served.get("/desk/audit", token).status_code == 200
    visitor.choose("账号")
    assert code not in page.content()
    row = page.get_by_role("row").filter(has_text="lina")
    expect(row).to_contain_text("可登录")
    row.get_by_role("button", name="重新开户").click()
    expect(row).to_contain_text("未首次登录")
    assert visitor.served.get("/desk/audit", token).status_code == 303
    row.get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")


@pytest.mark.one_width
@pytest.mark.parametrize(
    ("name", "roles", "words"),
    [
        ("li na", ("审计",), "字母和数字"),
        ("lina", (), "至少选一项权限"),
        ("lina", ("业务经办",), "属于一个网点"),
        ("admin1", ("审计",), "已有这个登录名"),
    ],
)
def test_what_cannot_be_an_account_is_said(
    as_staff: Callable[..., Visitor], name: str, roles: tuple[str, ...], words: str
) -> None:
    """In Chinese, beside its field, with what was typed kept; and nothing is made."""
    visitor = as_staff(Role.ADMIN, name="admin1")
    page = visitor.page
    visitor.choose("账号")
    page.get_by_label("登录名").fill(name)
    page.get_by_label("姓名").fill("李娜")
    for role in roles:
        page.get_by_label(role, exact=True).check()
    page.get_by_role("button", name="开户", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_label("姓名")).to_have_value("李娜")
    expect(page.locator("tbody tr")).to_have_count(1)
    visitor.shoot("accounts-refused")


@pytest.mark.one_width
def test_nobody_ends_her_own_account(served: Served, as_staff: Callable[..., Visitor]) -> None:
    """The page offers it not, and a form made by hand is refused."""
    visitor = as_staff(Role.ADMIN, name="admin1")
    page = visitor.page
    visitor.choose("账号")
    expect(page.get_by_role("button", name="停用")).to_have_count(0)
    csrf = page.locator("input[name=csrf]").first.input_value()
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "desk")
    fields = {"csrf": csrf, "do": "disable"}
    answer = served.post("/desk/accounts/admin1", fields, cookies={"desk": token})
    assert answer.status_code == 400
    assert served.get("/desk/accounts", token).status_code == 200
