"""The one Chromium of a worker: a process can have playwright's loop once, whoever opens pages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import PATIENCE_S

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started by the first test that opens a page, waited for with patience."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures of pages go: none is taken without KIOSKD_WEB_PICTURES."""
    folder = os.environ.get("KIOSKD_WEB_PICTURES")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


def look_at(page: Page, name: str, pictures: Path | None) -> None:
    """Look at the page, which must not be wider than its window; keep a picture if asked.

    A page that is being left for the next has no document for a moment: it is waited for.
    """
    page.wait_for_load_state()
    window = page.viewport_size
    assert window is not None, "every window here has a size"
    wide = page.locator("html").evaluate("page => page.scrollWidth")
    assert wide <= window["width"], f"{name}: {wide} px wide in a window of {window['width']}"
    if pictures is not None:
        page.screenshot(path=pictures / f"{name}-{window['width']}.png", full_page=True)
