"""Staff pages without a mouse: every stop in its order, seen, no trap; Enter does what it says."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kiosk_central.sample_people import LI, ZHAO
from kiosk_central.web.roles import Role
from tests.web.conftest import Visitor

PAGES = {
    Role.CLERK: ("", "/call", "/receive", "/queue", "/fees", "/journal"),
    Role.OPERATOR: ("/kiosks", "/kiosks/K0123", "/tickets", "/rollouts", "/rollouts/config"),
    Role.AUDITOR: ("", "/payments", "/differences", "/journals", "/documents", "/acts"),
    Role.ADMIN: ("",),
}
HOMES = {
    Role.CLERK: "/desk/people",
    Role.OPERATOR: "/desk/fleet",
    Role.AUDITOR: "/desk/audit",
    Role.ADMIN: "/desk/accounts",
}
STOPS_MAX = 200
NUMBER_THE_STOPS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, [tabindex='0']";
  const seen = [...document.querySelectorAll(all)].filter(one => one.getClientRects().length);
  const chosen = one => one.type !== "radio" || one.checked;
  const stops = seen.filter(chosen);
  stops.forEach((one, number) => { one.dataset.stop = number; });
  document.querySelector(".skip").focus();
  return stops.length;
}"""
WHERE = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const rect = at.getBoundingClientRect();
  return {
    stop: at === document.body ? "end" : at.dataset.stop ?? at.className,
    told: at.outerHTML.slice(0, 80),
    ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: rect.right > 0 && rect.bottom > 0 && rect.top < innerHeight && rect.left < innerWidth,
  };
}"""


def walk(page: Page) -> None:
    """Press Tab from the first stop to the last, and see each of them."""
    page.wait_for_load_state()
    count, passed = page.evaluate(NUMBER_THE_STOPS), ["0"]
    for _ in range(STOPS_MAX):
        page.keyboard.press("Tab")
        found = page.evaluate(WHERE)
        if found["stop"] in ("end", "0"):
            break
        assert found["ringed"], (page.url, found["told"])
        assert found["inside"], (page.url, found["told"])
        # A date has a stop for each of its parts; a table that is too wide is one itself.
        if found["stop"] not in (passed[-1], "scroll"):
            passed.append(found["stop"])
    assert passed == [str(number) for number in range(count)], page.url


def tab_to(page: Page, told: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(STOPS_MAX):
        page.keyboard.press("Tab")
        if told in page.evaluate("document.activeElement.outerText || ''"):
            return
    raise AssertionError(f"{told} cannot be reached")


@pytest.mark.parametrize("role", PAGES)
def test_every_stop_of_every_page_is_reached_in_order(
    as_staff: Callable[..., Visitor], role: Role
) -> None:
    """From the way round the menu to the last button: in the order of the page, ringed, in view."""
    visitor = as_staff(role)
    for path in PAGES[role]:
        visitor.open(HOMES[role] + path)
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        walk(visitor.page)


def test_a_card_is_reported_lost_by_keys_alone(as_staff: Callable[..., Visitor]) -> None:
    """Search, open, choose the task, fill it in, send it by Enter; its pages walked on the way."""
    visitor = as_staff(Role.CLERK)
    page = visitor.page
    visitor.open("/desk/people")
    visitor.type_where_the_page_points("身份证号或社保卡号", LI.id_number)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="打开").wait_for()
    tab_to(page, "打开")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="个人页面").wait_for()
    walk(page)
    page.evaluate("document.querySelector('.skip').focus()")
    tab_to(page, "挂失")
    while "do/pre-report" not in page.evaluate("document.activeElement.href || ''"):
        tab_to(page, "挂失")
    page.keyboard.press("Enter")
    page.get_by_label("本人身份证号").wait_for()
    walk(page)
    page.get_by_label("本人身份证号").focus()
    page.keyboard.type(LI.id_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已办理：挂失")


def test_a_field_that_is_wrong_has_the_focus(as_staff: Callable[..., Visitor]) -> None:
    """Who is refused stands where she must write; what is not asked for is no stop."""
    visitor = as_staff(Role.CLERK)
    page = visitor.page
    visitor.open("/desk/people")
    visitor.type_where_the_page_points("身份证号或社保卡号", ZHAO.id_number)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="打开").click()
    page.get_by_role("link", name="到期换卡").click()
    expect(page.get_by_label("代办人姓名")).to_be_hidden()
    page.get_by_label("旧卡卡号").fill(ZHAO.card_number)
    page.get_by_label("已收回旧卡").check()
    page.get_by_label("本人身份证号").fill(LI.id_number)
    page.keyboard.press("Enter")
    expect(page.get_by_label("本人身份证号")).to_be_focused()
    page.get_by_label("代办人（两人身份证原件）").check()
    expect(page.get_by_label("代办人姓名")).to_be_visible()
    walk(page)
