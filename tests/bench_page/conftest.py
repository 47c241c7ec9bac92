"""A demo as ``make demo`` starts it, and a real Chromium before its page."""

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, check_output

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from kiosk_bench.evidence import postings_of
from kiosk_bench.people import People
from tests.browser import look_at
from tests.patience import PATIENCE_S

TURNED_MS = 3000
ON_SCREEN = "#glass:has(#screen[data-screen='{screen}']) [data-button='{name}']"
MIDDLE = """there => {
  const box = document.querySelector(there)?.getBoundingClientRect();
  return box?.width ? [box.x + box.width / 2, box.y + box.height / 2] : null;
}"""
"""Found and measured at one go: each new picture brings new buttons."""


@dataclass
class Demo:
    """A running demo: its address, and the folder with everything that its world wrote."""

    address: str
    folder: Path

    def citizens(self) -> dict[str, dict[str, str]]:
        cards = json.loads((self.folder / "centre/cards.json").read_text(encoding="utf-8"))
        return {card["key"]: card for card in cards}

    def secrets(self) -> list[tuple[str, bytes]]:
        """Return what nobody may be told of the citizens."""
        cards = json.loads((self.folder / "centre/cards.json").read_text(encoding="utf-8"))
        return People.of(cards).secrets()

    def charges(self) -> list[dict[str, object]]:
        """Return the charges that stand, but for the technician's."""
        books = json.loads((self.folder / "pin-pad-books.json").read_text(encoding="utf-8"))
        charges = [one for one in books["charges"] if not one["commissioning"]]
        return [one for one in charges if not one["reversed"]]

    def postings(self) -> list[dict[str, object]]:
        """Return the payments of this kiosk in the centre's ledger, by the centre's own command."""
        url = f"sqlite:///{self.folder / 'centre/central.db'}"
        words = [sys.executable, "-m", "kiosk_central", "ledger", "show", "--db", url, "--json"]
        return postings_of(json.loads(check_output(words, timeout=PATIENCE_S)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Start a demo on a free port, without a display; end it as Ctrl-C does."""
    folder = tmp_path_factory.mktemp("demo")
    words = [sys.executable, "-m", "kiosk_bench", "demo", "--port", "0", "--out", str(folder)]
    hidden = {"DISPLAY", "WAYLAND_DISPLAY"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    with Popen(words, stdin=DEVNULL, stdout=PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            lines = (re.search(r"http://\S+/", line) for line in process.stdout)
            address = next(found[0] for found in lines if found)
            yield Demo(address, folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


@dataclass
class Hands:
    """Somebody at the page, with eyes and a mouse."""

    page: Page
    pictures: Path | None

    def shoot(self, name: str) -> None:
        """Look at the page, which must fit its window; keep a picture if asked."""
        look_at(self.page, f"bench-{name}", self.pictures)

    def sees(self, *screens: str) -> str:
        """Wait until the kiosk shows one of these screens."""
        wanted = ", ".join(f"#screen[data-screen='{screen}']" for screen in screens)
        self.page.locator(wanted).wait_for(state="attached", timeout=PATIENCE_S * 1000)
        return str(self.page.locator("#screen").get_attribute("data-screen"))

    def button(self, screen: str, name: str) -> Locator:
        """Wait for a button on that screen of the kiosk."""
        found = self.page.locator(ON_SCREEN.format(screen=screen, name=name))
        found.wait_for(state="attached", timeout=PATIENCE_S * 1000)
        return found

    def touch(self, screen: str, name: str) -> None:
        """Touch the canvas with the mouse where the button is drawn, and wait for the picture."""
        before = self.page.locator("#screen").get_attribute("data-pictures")
        middle = self.page.wait_for_function(
            MIDDLE, arg=ON_SCREEN.format(screen=screen, name=name), timeout=PATIENCE_S * 1000
        )
        self.page.mouse.click(*middle.json_value())
        self.page.wait_for_function(
            "before => document.querySelector('#screen').dataset.pictures !== before",
            arg=before,
            timeout=PATIENCE_S * 1000,
        )

    def turn_to(self, screen: str, name: str, by: str) -> None:
        """Touch a tab until the button is there.

        A touch on a picture that just goes is let go, and a service waits for its device.
        """
        there = self.page.locator(f"[data-button='{name}']")
        for _ in range(int(PATIENCE_S * 1000 / TURNED_MS)):
            if there.count():
                return
            self.button(screen, by).click(force=True)
            with suppress(NotInTime):
                there.wait_for(state="attached", timeout=TURNED_MS)
        raise AssertionError(f"{name} did not come on {screen}")

    def do(self, words: str) -> None:
        """Type a deed into the line at the foot of the page, and wait until it is done."""
        self.page.locator("#words").fill(words)
        self.page.locator("#words").press("Enter")
        expect(self.page.locator("#words")).to_have_value("")

    def log_in(self, pin: str) -> None:
        """Insert the card that the wallet shows and type the PIN on the shuffled pad."""
        self.sees("welcome")
        self.page.locator("#social").click()
        self.sees("enter-pin")
        for digit in pin:
            self.touch("enter-pin", f"digit-{digit}")
        self.touch("enter-pin", "ok")
        self.sees("home")

    def go_to_the_pin_pad(self) -> None:
        """From home: pension, the 100 % grade, the first month that can be paid, pay."""
        self.turn_to("home", "service-pay-contribution", by="tab-handling")
        self.touch("home", "service-pay-contribution")
        self.touch("choose-scheme", "scheme-pension")
        self.touch("choose-scheme", "next")
        self.sees("choose-grade")
        while not self.page.locator("[data-button='grade-100']").count():
            self.touch("choose-grade", "page-next")
        self.touch("choose-grade", "grade-100")
        self.touch("choose-grade", "next")
        self.sees("choose-months")
        month = self.page.locator("[data-button^='month-']").first.get_attribute("data-button")
        self.touch("choose-months", str(month))
        self.touch("choose-months", "next")
        self.touch("review", "pay")
        expect(self.page.locator("#bank-card")).to_be_enabled()

    def type_bank_pin(self, pin: str = "888888") -> None:
        """Press the PIN pad's keys."""
        for digit in pin:
            self.page.locator(f"#pad-keys [data-key='{digit}']").click()


@pytest.fixture
def hands(chromium: Browser, demo: Demo, pictures: Path | None) -> Iterator[Hands]:
    """Somebody who has opened the page, with the kiosk at its welcome and all in order."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_S * 1000)
    one = Hands(context.new_page(), pictures)
    one.page.goto(demo.address)
    one.sees("welcome")
    yield one
    if pictures is not None:
        one.page.screenshot(path=pictures / "bench-last.png", full_page=True)
    context.close()
