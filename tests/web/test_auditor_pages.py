"""The auditor's pages in a real browser, on books with something in them."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from kiosk_central.auditor.books import PAGE_ROWS
from kiosk_central.chain import take_links
from kiosk_central.sample_people import ZHANG
from kiosk_central.store.books import payments
from kiosk_central.store.engine import open_engine, write
from kiosk_central.web.accounts import add_account
from kiosk_central.web.roles import Role
from kiosk_central.web.session import note_act
from kiosk_central.web.who import Who
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import ChainLinks, first_link, next_link
from tests.unit.central_world import KIOSK, World
from tests.web.conftest import Visitor
from tests.web.staff import NOW, Served, Staff

AUDITOR_PAGES = ("", "/payments", "/differences", "/journals", "/documents", "/acts")


@pytest.fixture
def world(served: Served) -> Iterator[World]:
    """Books with a payment, one that nobody can find out, and the chain of a journal."""
    made = World(open_engine(served.db))
    made.assess("A1", (10, 11))
    made.report(PaymentState.CONFIRMED, "K0123-7KQ4-000001")
    made.report(PaymentState.UNRESOLVED, "K0123-7KQ4-000002", assessment="A2")
    digest = b"\x07" * 32
    head = next_link(first_link(KIOSK, "7KQ4"), digest)
    made.at_desk(lambda desk: take_links(desk, KIOSK, ChainLinks("7KQ4", 1, (digest,), head)))
    yield made
    made.engine.dispose()


def test_the_books_are_read_from_the_sum_to_the_entry(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """Payments by state, those in one state, and all that is held of one of them."""
    visitor = as_staff(Role.AUDITOR)
    page = visitor.page
    visitor.choose("总览")
    confirmed = page.get_by_role("link", name="已扣款")
    expect(confirmed).to_contain_text("2,800.00 元")
    expect(page.get_by_role("link", name="未处理的差异")).to_contain_text("2")
    visitor.shoot("audit-overview")
    confirmed.click()
    visitor.shoot("audit-payments")
    page.get_by_role("link", name="K0123-7KQ4-000001").click()
    expect(page.get_by_role("cell", name="pension-pool")).to_be_visible()
    expect(page.get_by_role("cell", name="2,800.00")).to_be_visible()
    visitor.shoot("audit-payment")


def test_differences_and_anchors_are_shown_as_they_stand(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """What is open in words and with its payment; a journal with the value of its chain."""
    visitor = as_staff(Role.AUDITOR)
    page = visitor.page
    visitor.choose("差异")
    expect(page.get_by_text("终端无法查明，须人工处理")).to_be_visible()
    visitor.shoot("audit-differences")
    visitor.choose("日志锚点")
    head = next_link(first_link(KIOSK, "7KQ4"), b"\x07" * 32).hex()
    expect(page.get_by_text(head)).to_be_visible()
    visitor.shoot("audit-journals")


def test_who_looked_at_whom_is_found_by_id_number(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """The number is not in the address; the answer masks it; and the look is an act itself."""
    visitor = as_staff(Role.AUDITOR)
    clerk = Who(1, "王芳", frozenset({Role.CLERK}), "", "")
    world.at_desk(lambda desk: note_act(desk, clerk, "person.view", person_id=1, detail="来电"))
    page = visitor.page
    visitor.choose("经办记录")
    number = page.get_by_label("身份证号")
    number.fill("111111199001010000")
    number.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("没有这个身份证号")
    number.fill(ZHANG.id_number)
    number.press("Enter")
    expect(page.get_by_role("cell", name="打开个人页面")).to_be_visible()
    assert ZHANG.id_number not in page.url + page.content()
    visitor.shoot("audit-acts")
    visitor.choose("经办记录")
    expect(page.get_by_role("cell", name="审计：查看某人的记录")).to_be_visible()
    page.get_by_label("事项").select_option("登录")
    page.get_by_role("button", name="查看").first.click()
    expect(page.get_by_text("没有这样的记录")).to_be_visible()


@pytest.mark.one_width
def test_pages_of_many_payments_follow_one_another(
    world: World, as_staff: Callable[..., Visitor]
) -> None:
    """Newest first, none twice and none left out where the page turns, even within one second."""
    rows = [
        {
            "ref": f"{KIOSK}-X-{number:04d}",
            "kiosk_id": KIOSK,
            "assessment_ref": "none",
            "amount_fen": 1,
            "state": "declined",
            "begun_at": "2026-11-20T00:00:00Z",
            "heard_at": "2026-11-20T00:00:00Z",
            "month": "2026-11",
            "changed_at": "2026-11-20T00:00:00Z",
            "give_back": "",
            "decided": "",
        }
        for number in range(PAGE_ROWS + 2)
    ]
    write(world.engine, lambda at: at.execute(insert(payments), rows))
    visitor = as_staff(Role.AUDITOR)
    visitor.open("/desk/audit/payments?state=declined")
    seen = visitor.page.locator("tbody a").all_inner_texts()
    visitor.page.get_by_role("link", name="更早的").click()
    expect(visitor.page.locator("tbody tr")).to_have_count(2)
    seen += visitor.page.locator("tbody a").all_inner_texts()
    assert seen == [row["ref"] for row in reversed(rows)]


@pytest.mark.parametrize("role", [Role.CLERK, Role.OPERATOR, Role.ADMIN])
def test_nobody_else_sees_the_auditors_pages(
    served: Served, role: Role, as_staff: Callable[..., Visitor]
) -> None:
    """Each is refused by a page that says so, the refusal is written down, the menu shows none."""
    visitor = as_staff(role)
    page = visitor.page
    assert page.locator("nav a[href^='/desk/audit']").count() == 0
    for where in AUDITOR_PAGES:
        answer = page.goto(f"{served.url}/desk/audit{where}")
        assert answer is not None and answer.status == 403
        expect(page.get_by_role("heading", level=1)).to_have_text("没有权限")
    visitor.shoot("refused")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/payments?state=gone", 400),
        ("/payments?state=reversing", 400),
        ("?from=2026-13-01", 400),
        ("?from=0001-01-01&to=0001-01-02", 400),
        ("?from=2026-11-22&to=2026-11-21", 400),
        ("/acts?person=x", 400),
        ("/acts?before=99999999999999999999", 400),
        ("/payments/none", 404),
        ("/documents?number=%00", 200),
        ("/documents?number=RR2026-00000001-AAAAAA", 200),
    ],
)
def test_a_wrong_question_is_answered_in_words(served: Served, path: str, status: int) -> None:
    """No address that somebody might type breaks a page."""
    roles = frozenset({Role.AUDITOR})
    engine = open_engine(served.db)
    code = write(engine, lambda at: add_account(at, NOW, "sun", "孙", roles, ""))
    answer = served.get(f"/desk/audit{path}", served.sign_in(Staff("sun", code)))
    assert answer.status_code == status, answer.text
    assert re.search(r"<h1>[^<]+</h1>", answer.text)
