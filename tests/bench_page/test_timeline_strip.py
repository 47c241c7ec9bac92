"""The timeline's picture in a real Chromium: what it draws, how one moves in it, what it reads."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from kiosk_bench.timeline.page import STATIC, read_timeline, write_timeline
from kiosk_bench.timeline.timeline import Entry

HOSTILE = "</script><img src=x onerror=alert(1)>"
LIVE = """<!doctype html><section style="width: 1000px"></section><script type="module">
import { setUpTimeline } from "./timeline.js";
setUpTimeline(document.querySelector("section"), (hear) => { window.tell = hear; });</script>"""
ENTRIES = [
    Entry(1.0, "power", "!", "the kiosk starts"),
    Entry(2.0, "screen", ">", "review"),
    Entry(2.5, "citizen", "<", "touch pay"),
    Entry(2.51, "journal", "!", "INTENDED K0123-62FT-000001"),
    Entry(2.52, "pin-pad", ">", "06 01 authorisation 2,800.00 yuan", "06 01 13 04"),
    Entry(2.521, "pin-pad", "<", "80 00 taken", "80 00 00"),
    Entry(9.0, "ledger", "!", "K0123-62FT-000001 posted"),
    Entry(8.0, "journal", "!", "CONFIRMED K0123-62FT-000001"),
    Entry(9.5, "fault", "!", HOSTILE),
]


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    yield page
    page.close()


@pytest.fixture
def evidence(page: Page, tmp_path: Path) -> Page:
    """Open the page that a story leaves behind."""
    write_timeline(ENTRIES, tmp_path, "pay & go")
    page.goto((tmp_path / "timeline.html").as_uri())
    expect(page.locator(".tl-strip .tl-view")).to_be_visible()
    return page


def test_the_files_hold_every_entry_in_order_of_time(tmp_path: Path) -> None:
    """The lines can be read back, whatever came late or looks like markup."""
    write_timeline(ENTRIES, tmp_path, "story")
    assert read_timeline(tmp_path / "timeline.jsonl") == sorted(ENTRIES, key=lambda one: one.at_s)


def test_what_touches_is_a_cluster_until_one_comes_closer(evidence: Page) -> None:
    """Two messages a millisecond apart are one mark, which tells the weightier of them."""
    texts = evidence.locator(".tl-text.tl-pin-pad")
    expect(texts).to_have_text(["06 01 authorisation 2,800.00 yuan (+1)"])
    evidence.locator(".tl-mark.tl-pin-pad").click()
    expect(texts).to_have_count(2)
    expect(texts.first).to_contain_text("06 01 authorisation")
    expect(evidence.locator(".tl-arrow.tl-pin-pad")).to_have_count(2)
    evidence.locator(".tl-strip").press("Home")
    expect(texts).to_have_count(1)


def test_keys_go_from_entry_to_entry_and_read_them(evidence: Page) -> None:
    """Without a mouse every entry can be reached and is read with what went over the wire."""
    strip, reading = evidence.locator(".tl-strip"), evidence.locator(".tl-reading")
    for entry in sorted(ENTRIES, key=lambda one: one.at_s)[:5]:
        strip.press("Shift+ArrowRight")
        expect(reading.locator("span")).to_have_text(entry.text)
    expect(reading.locator("code")).to_have_text("06 01 13 04")
    expect(reading.locator("time")).to_contain_text("2.520 s")


def test_the_table_holds_the_same_and_can_be_searched(evidence: Page) -> None:
    """Whoever cannot see the strip finds each entry in a table; markup in it is only text."""
    evidence.get_by_text("As a table").click()
    rows = evidence.locator("tbody tr:visible")
    expect(rows).to_have_count(len(ENTRIES))
    expect(rows.last).to_contain_text(HOSTILE)
    evidence.get_by_role("searchbox").fill("k0123")
    expect(rows).to_have_count(3)


def _serve(route: Route) -> None:
    """Serve the modules as the bench page does, and a page that hands ``hear`` to the test."""
    name = route.request.url.rpartition("/")[2]
    if name:
        route.fulfill(path=STATIC / name, content_type="text/javascript")
    else:
        route.fulfill(body=LIVE, content_type="text/html")


def test_a_live_strip_follows_and_forgets_at_a_new_beginning(page: Page) -> None:
    """New entries are drawn as they come; a new connection tells all anew, and nothing is twice."""
    page.route("http://bench.test/**", _serve)
    page.goto("http://bench.test/")
    page.wait_for_function("window.tell !== undefined")
    rows = page.locator("tbody tr")
    page.get_by_text("As a table").click()
    told = [
        {"at_s": at / 10, "lane": "card", "direction": ">", "text": f"READ {at}", "detail": ""}
        for at in range(20)
    ]
    for part in (told[:5], told[5:], told):
        page.evaluate(f"window.tell({json.dumps(part)})")
    expect(rows).to_have_count(20)
    expect(page.locator(".tl-text.tl-card").last).to_contain_text("READ")
    now = page.get_by_role("button", name="Now")
    page.locator(".tl-strip").press("ArrowLeft")
    expect(now).to_have_attribute("aria-pressed", "false")
    now.click()
    expect(now).to_have_attribute("aria-pressed", "true")
