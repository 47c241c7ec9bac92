"""The bench page in a real Chromium: a world is moved by clicks, and shows what is so."""

import http.client
import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.bench_page.conftest import Demo, Hands
from tests.patience import PATIENCE_S


def test_a_payment_is_made_by_clicks(hands: Hands, demo: Demo) -> None:
    """Card, shuffled PIN, grade, month, bank card, PIN pad: the receipt comes out as paper."""
    page, told = hands.page, list[bytes]()
    page.on(
        "websocket", lambda line: line.on("framereceived", lambda got: told.append(_bytes(got)))
    )
    page.reload()
    hands.sees("welcome")
    hands.shoot("welcome")
    hands.log_in(demo.citizens()["zhang"]["pin"])
    hands.go_to_the_pin_pad()
    expect(page.locator("#display")).to_contain_text("INSERT CARD")
    page.locator("#bank-card").click()
    expect(page.locator("#display")).to_contain_text("ENTER PIN")
    hands.type_bank_pin()
    expect(page.locator("#display")).to_contain_text("******")
    hands.shoot("pin-pad")
    page.locator("#pad-keys .ok").click()
    receipt = page.locator("#bay-receipt .paper img")
    expect(receipt).to_have_count(1)
    expect(receipt).to_have_js_property("complete", True)
    hands.sees("paid")
    hands.shoot("paid")
    page.locator("#take-receipt").click()
    expect(receipt).to_have_count(0)
    hands.touch("paid", "end")
    hands.sees("take-card")
    page.locator("#pull").click()
    hands.sees("welcome")
    hands.do("expect payment resolved")
    assert len(demo.charges()) == len(demo.postings()) == 1
    packed = page.request.get(f"{demo.address}evidence.zip").body()
    with zipfile.ZipFile(io.BytesIO(packed)) as evidence:
        files = {name: evidence.read(name) for name in evidence.namelist()}
    assert {
        "kioskd.log",
        "wires/pin-pad.log",
        "run/paper/slip-001.png",
        "timeline.html",
    } <= files.keys()
    about = page.request.get(f"{demo.address}bench.json").body()
    everything = b"".join([about, *told, *files.values()])
    assert len(told) > 50 and b"follow-pin-pad" in everything
    assert [kind for kind, value in demo.secrets() if value in everything] == []


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/guessed-token/", {}),
        ("/guessed-token/bench.json", {}),
        ("{ours}", {"Host": "evil.example"}),
        ("{ours}", {"Origin": "http://evil.example"}),
        ("{ours}live", {"Origin": "http://evil.example"}),
    ],
)
def test_strangers_are_refused(demo: Demo, path: str, headers: dict[str, str]) -> None:
    """No token, another one, a foreign host or a foreign origin: 403, and nothing is told."""
    where = urlsplit(demo.address)
    line = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=PATIENCE_S)
    line.request("GET", path.format(ours=where.path), headers=headers)
    answer = line.getresponse()
    assert answer.status == 403 and b"on the terminal" in answer.read()
    line.close()


def test_the_power_goes_in_mid_payment_and_comes_back(hands: Hands, demo: Demo) -> None:
    """Killed after the approval, the kiosk charges nothing again and tells the centre once."""
    page, before = hands.page, len(demo.charges())
    hands.log_in(demo.citizens()["zhang"]["pin"])
    hands.go_to_the_pin_pad()
    hands.do("fault begin power.cut_at=journal:approved")
    page.locator("#bank-card").click()
    expect(page.locator("#display")).to_contain_text("ENTER PIN")
    hands.type_bank_pin()
    page.locator("#pad-keys .ok").click()
    dark = page.locator("#dark[data-kiosk='off']")
    expect(dark).to_have_text("The power is off")
    expect(page.locator("#power")).to_have_attribute("aria-checked", "false")
    hands.shoot("power-off")
    page.locator("#pull").click()
    page.locator("#power").click()
    expect(page.locator("#dark[data-kiosk='starting']")).to_be_visible()
    hands.shoot("starting")
    expect(page.locator("#power")).not_to_have_attribute("aria-busy", "true")
    hands.sees("welcome")
    hands.shoot("recovered")
    hands.do("expect payment resolved")
    assert len(demo.charges()) == len(demo.postings()) == before + 1


def test_a_reload_and_a_second_browser_see_the_same(hands: Hands, demo: Demo) -> None:
    """In mid-payment, a page that is loaded again and another one show all that is so."""
    page = hands.page
    hands.log_in(demo.citizens()["zhang"]["pin"])
    hands.go_to_the_pin_pad()
    page.locator("#bank-card").click()
    expect(page.locator("#display")).to_contain_text("ENTER PIN")
    hands.type_bank_pin("88")
    page.reload()
    other = Hands(page.context.new_page(), hands.pictures)
    other.page.goto(demo.address)
    for one in (hands, other):
        one.sees("follow-pin-pad")
        expect(one.page.locator("#display")).to_contain_text("**")
        expect(one.page.locator("#bay-card .card")).to_contain_text("zhang")
    other.page.locator("#pad-keys .cancel").click()
    for one in (hands, other):
        one.sees("not-paid")
        expect(one.page.locator("#display")).to_contain_text("CANCELLED")
    other.touch("not-paid", "end")
    hands.sees("take-card")
    page.locator("#pull").click()
    for one in (hands, other):
        one.sees("welcome")
        expect(one.page.locator("#bay-card .card")).to_have_count(0)


def test_a_deed_that_is_none_is_refused_in_words(hands: Hands) -> None:
    """What cannot be done is said with what there is, and the page goes on."""
    page = hands.page
    for line, words in {
        "card insert nobody": "there are zhang",
        "fly away": "no deed fly away",
        "bank key 5": "does not heed",
        "power on": "on already",
    }.items():
        page.locator("#words").fill(line)
        page.locator("#words").press("Enter")
        expect(page.locator(".notice").last).to_contain_text(words)
    hands.shoot("refused")
    page.locator("#people [data-key='wang']").click()
    expect(page.locator("#tells")).to_have_text("Her card is reported lost.")


def test_faults_are_found_begun_and_ended(hands: Hands) -> None:
    """The list narrows as one types; a fault shows that it is going on, with its value."""
    page = hands.page
    page.locator("#find").fill("late centre")
    rows = page.locator("#faults li:visible")
    expect(rows).to_have_count(1)
    rows.locator("input").fill("2s")
    rows.locator("button").click()
    expect(page.locator("#quick")).to_have_text("central.late=2s")
    page.locator("#bay-receipt [data-fault='receipt.paper_out']").click()
    expect(page.locator("#quick button")).to_have_count(2)
    for name in ("central.late=2s", "receipt.paper_out"):
        page.locator("#quick button", has_text=name).click()
    expect(page.locator("#quick button")).to_have_count(0)


def test_cables_doors_and_people_are_moved(hands: Hands) -> None:
    """Every switch shows what is so after it was used, and can be put back."""
    page = hands.page
    controls = ["#network", "#person", "#earphones", "#door"]
    cables = ["pin-pad", "id-reader", "receipt-printer", "card-reader"]
    controls += [f".cable[data-device='{device}']" for device in cables]
    for control in controls:
        found = page.locator(control)
        was = found.get_attribute("aria-checked")
        for wanted in ("false" if was == "true" else "true", was):
            found.click()
            expect(found).to_have_attribute("aria-checked", str(wanted))


def test_the_keyboard_is_the_pad_below_the_screen(hands: Hands) -> None:
    """With the focus on the screen, the first key shows what each key does; Tab finds buttons."""
    page = hands.page
    page.locator("#screen").focus()
    page.keyboard.press("0")
    expect(page.locator("#glass")).to_have_attribute("data-keys", "true")
    page.locator("[data-button='language']").focus()
    before = page.locator("#screen").get_attribute("data-pictures")
    page.keyboard.press("Enter")
    expect(page.locator("#screen")).not_to_have_attribute("data-pictures", before or "")
    page.locator("#sign").click()
    hands.sees("technician-code")
    page.locator("#screen").focus()
    page.keyboard.press("Backspace")
    hands.sees("welcome")


def test_what_the_bank_does_is_chosen(hands: Hands) -> None:
    """Each choice stands alone: a lost answer ends when the bank declines."""
    bank = hands.page.get_by_role("group", name="The bank")
    for choice in ("answer gets lost", "declines", "answers late", "approves"):
        bank.get_by_label(choice).click()
        expect(bank.get_by_label(choice)).to_be_checked()
        going = hands.page.locator("#quick button")
        expect(going).to_have_count(1 if choice == "answer gets lost" else 0)


STORY = """\
name: somebody-looks
tells: Somebody looks at the hotlines and goes.
steps:
  - tap welcome hotlines
  - tap hotlines {button}
  - wait welcome
ends: {{}}
"""


def test_a_story_is_played_here(hands: Hands, tmp_path: Path) -> None:
    """A file is refused with its line, or played with each step shown, to its end or until stop."""
    page = hands.page
    bad, good, endless = (tmp_path / f"{name}.yaml" for name in ("bad", "good", "endless"))
    bad.write_text(STORY.format(button="back").replace("tap hotlines", "tap hotline"))
    good.write_text(STORY.format(button="back"))
    endless.write_text(STORY.format(button="nowhere"))
    page.locator("#replay").click()
    page.locator("#story-file").set_input_files(bad)
    expect(page.locator(".notice")).to_contain_text("bad.yaml:5: tap: no screen hotline")
    page.locator("#replay").click()
    page.locator("#story-file").set_input_files(good)
    expect(page.locator("#playing code")).to_have_text("ended: nothing")
    page.locator("#replay").click()
    page.locator("#story-file").set_input_files(endless)
    expect(page.locator("#playing code")).to_have_text("2 of 3: tap hotlines nowhere")
    hands.shoot("playing")
    page.locator("#stop").click()
    expect(page.locator("#playing code")).to_have_text("stopped")
    hands.touch("hotlines", "back")
    hands.sees("welcome")


def test_what_was_done_is_recorded_and_played_again(hands: Hands, tmp_path: Path) -> None:
    """A visit by clicks becomes a story file without a PIN, which does the same again."""
    page = hands.page
    page.locator("#record").click()
    expect(page.locator("#record")).to_have_attribute("aria-pressed", "true")
    hands.touch("welcome", "hotlines")
    hands.touch("hotlines", "back")
    hands.sees("welcome")
    page.locator("#record").click()
    page.get_by_label("Its name").fill("looks-at-hotlines")
    with page.expect_download() as got:
        page.get_by_role("button", name="Save the file").click()
    file = tmp_path / got.value.suggested_filename
    got.value.save_as(file)
    assert file.name == "looks-at-hotlines.yaml"
    assert "tap welcome hotlines" in file.read_text() and "tap hotlines back" in file.read_text()
    expect(page.locator("#record")).to_have_attribute("aria-pressed", "false")
    page.locator("#replay").click()
    page.locator("#story-file").set_input_files(file)
    expect(page.locator("#playing b")).to_have_text("looks-at-hotlines")
    expect(page.locator("#playing code")).to_have_text("ended: nothing")


def test_it_fits_a_telephone(hands: Hands) -> None:
    """In a window of 390 pixels nothing is wider than the window, and the screen is touched."""
    hands.page.set_viewport_size({"width": 390, "height": 844})
    hands.touch("welcome", "language")
    hands.shoot("narrow")
    hands.touch("welcome", "language")
