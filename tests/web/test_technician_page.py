"""The operator's page that lets a technician in, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from kiosk_central.acceptance import take_sheet
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.web import web_acts
from kiosk_central.trust.technician import codes_given, key_of
from kiosk_central.web.roles import Role
from kioskd.domain.technician_code import answer_to, grouped
from kioskd.relay.identity import Identity
from kioskd.technician.sheet import composed
from tests.databases import Template
from tests.sheets import FINDINGS, OCCASION
from tests.trust import Trust
from tests.unit.central_world import KIOSK, World
from tests.web.conftest import Visitor
from tests.web.staff import Served, serving


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(tmp_path / "trust")


@pytest.fixture
def served(city: Template, tmp_path: Path, trust: Trust) -> Iterator[Served]:
    """A centre with a CA, of which one kiosk is enrolled and has brought a sheet."""
    with city.copied(tmp_path) as db, serving(db, trust.issuer) as running:
        yield running


@pytest.fixture
def world(served: Served, trust: Trust) -> Iterator[World]:
    made = World(open_engine(served.db))
    write(made.engine, lambda at: trust.enrol(at, KIOSK))
    sheet = composed(OCCASION, FINDINGS, Identity(Path(trust.identity(KIOSK)))).acceptance
    made.at_desk(lambda desk: take_sheet(desk, KIOSK, OCCASION.ref, sheet))
    yield made
    made.engine.dispose()


def acts(world: World) -> list[tuple[str, str]]:
    query = select(web_acts.c.about, web_acts.c.detail).where(web_acts.c.act == "kiosk.technician")
    return [tuple(row) for row in read(world.engine, lambda at: at.execute(query).all())]


def test_a_technician_is_let_in_by_telephone(
    world: World, trust: Trust, as_staff: Callable[..., Visitor]
) -> None:
    """The operator types eight digits and why, and reads ten out; who did it stays written down."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.open(f"/desk/fleet/kiosks/{KIOSK}")
    page.get_by_role("link", name="让技术人员进入").click()
    expect(page.get_by_role("row").filter(has_text=OCCASION.ref)).to_contain_text("不合格")
    page.get_by_label("屏幕上的 8 位数字").fill("1234 5678")
    page.get_by_label("来电人和原因").fill("刘工，打印机缺纸")
    page.get_by_role("button", name="取得回答").press("Enter")
    key = read(world.engine, lambda at: key_of(at, trust.issuer, KIOSK))
    expect(page.locator("#answer")).to_have_text(grouped(answer_to(key, KIOSK, "12345678")))
    expect(page.get_by_role("row").filter(has_text="刘工")).to_contain_text("12345678")
    visitor.shoot("fleet-technician")
    assert acts(world) == [(KIOSK, "刘工，打印机缺纸")]


@pytest.mark.one_width
@pytest.mark.parametrize(("challenge", "reason"), [("1234567", "刘工"), ("12345678", "   ")])
def test_nothing_is_answered_without_digits_and_a_reason(
    world: World, as_staff: Callable[..., Visitor], challenge: str, reason: str
) -> None:
    """Seven digits, an empty reason: it says what is wanted, and nothing is written down."""
    visitor = as_staff(Role.OPERATOR)
    page = visitor.page
    visitor.open(f"/desk/fleet/kiosks/{KIOSK}/technician")
    page.get_by_label("屏幕上的 8 位数字").fill(challenge)
    page.get_by_label("来电人和原因").fill(reason)
    page.get_by_role("button", name="取得回答").click()
    expect(page.get_by_role("alert")).to_contain_text("8 位数字")
    expect(page.locator("#answer")).to_have_count(0)
    assert read(world.engine, lambda at: codes_given(at, KIOSK, 10)) == []


@pytest.mark.one_width
def test_who_is_no_operator_lets_nobody_in(world: World, as_staff: Callable[..., Visitor]) -> None:
    """A clerk of the counter does not even see the form."""
    visitor = as_staff(Role.CLERK)
    visitor.open(f"/desk/fleet/kiosks/{KIOSK}/technician")
    expect(visitor.page.get_by_text("没有权限").first).to_be_visible()
