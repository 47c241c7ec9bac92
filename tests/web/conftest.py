"""A served centre, staff with accounts, and a real Chromium signed in as one of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection

from kiosk_central import sample
from kiosk_central.clock import local_date
from kiosk_central.region import load_region
from kiosk_central.store.engine import open_engine, write
from kiosk_central.web.accounts import add_account
from kiosk_central.web.roles import Role
from tests.browser import look_at
from tests.databases import Template, make_template
from tests.patience import PATIENCE_S
from tests.web.staff import NOW, OUTLET, Served, Staff, serving

WIDTHS = {1280: 900, 390: 844}
"""Width of the window in pixels, and its height."""


def pytest_configure(config: pytest.Config) -> None:
    """Let a test say that its window may have any width."""
    config.addinivalue_line("markers", "one_width: the narrow window alone will do")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for ``width`` at each width."""
    if "width" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_width")
        metafunc.parametrize("width", [min(WIDTHS)] if one else WIDTHS)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return a sample city whose staff have set-up codes but no passwords."""

    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 4, 1, local_date(NOW))

    return make_template(tmp_path_factory.mktemp("web"), None, fill)


@pytest.fixture
def served(city: Template, tmp_path: Path) -> Iterator[Served]:
    """Serve a fresh copy of the city."""
    with city.copied(tmp_path) as url, serving(url) as found:
        yield found


@dataclass
class Visitor:
    """A browser window, and where its pictures go."""

    page: Page
    served: Served
    width: int
    pictures: Path | None
    staff: Staff | None = None

    def open(self, path: str) -> None:
        self.page.goto(self.served.url + path)

    def type_where_the_page_points(self, field: str, text: str) -> None:
        """Type without choosing a field: the page must have put the focus on this one."""
        expect(self.page.get_by_label(field)).to_be_focused()
        self.page.keyboard.type(text)

    def choose(self, entry: str) -> None:
        """Choose an entry of the menu."""
        menu = self.page.get_by_role("navigation", name="主菜单")
        menu.get_by_role("link", name=entry, exact=True).click()

    def shoot(self, name: str) -> None:
        """Look at the page, which must fit its window; keep a picture if asked."""
        look_at(self.page, name, self.pictures)


@pytest.fixture
def visitor(
    chromium: Browser, served: Served, width: int, pictures: Path | None
) -> Iterator[Visitor]:
    """A window in which nobody is logged in."""
    context = chromium.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    yield Visitor(context.new_page(), served, width, pictures)
    context.close()


@pytest.fixture
def as_staff(visitor: Visitor) -> Callable[..., Visitor]:
    """Log somebody with these roles in, without going through the log-in page."""

    def sign_in(*roles: Role, outlet: str = OUTLET, name: str = "wangfang") -> Visitor:
        def make(at: Connection) -> str:
            return add_account(at, NOW, name, "王芳", frozenset(roles), outlet)

        engine = open_engine(visitor.served.db)
        code = write(engine, make)
        engine.dispose()
        visitor.staff = Staff(name, code)
        token = visitor.served.sign_in(visitor.staff)
        cookie = {"name": "desk", "value": token, "url": visitor.served.url + "/desk"}
        visitor.page.context.add_cookies([{**cookie, "httpOnly": True, "secure": True}])
        visitor.open("/desk")
        return visitor

    return sign_in
