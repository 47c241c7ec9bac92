"""The public page for papers in a real browser: no log-in, no script, no more than the paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from kiosk_central.api.verify import CHECKS
from kiosk_central.documents.issue import Asked, issue, revoke
from kiosk_central.sample_people import ZHANG
from kiosk_central.store.engine import open_engine
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.protocols.receipt_facts import qr_text
from tests.unit.central_world import KIOSK, World
from tests.web.conftest import Visitor
from tests.web.staff import Served


@pytest.fixture
def world(served: Served) -> Iterator[World]:
    made = World(open_engine(served.db))
    yield made
    made.engine.dispose()


def document(world: World) -> tuple[str, str]:
    """Issue a rights record; its number and the path of its QR code."""
    asked = Asked("D1", KIOSK, 1, DocumentRequest(DocumentKind.RIGHTS_RECORD))
    paper = world.at_desk(lambda desk: issue(desk, world.region, asked, "ABCDE"))
    text = qr_text(paper.proof, world.region.verify_url).decode()
    return paper.number, text[text.lower().index("/r/") :]


def test_a_document_is_genuine_until_it_is_revoked(visitor: Visitor, world: World) -> None:
    """By its code and by its number as typed; then revoked; and never her whole name or number."""
    number, path = document(world)
    page, verdict = visitor.page, visitor.page.get_by_role("status")
    visitor.open(path)
    expect(verdict).to_have_class("good")
    expect(page.get_by_text(number)).to_be_visible()
    shown = page.locator("body").inner_text()
    assert ZHANG.name not in shown and ZHANG.id_number not in shown
    visitor.shoot("verify-genuine")
    world.at_desk(lambda desk: revoke(desk, number, "孙", "issued in error"))
    page.get_by_role("textbox").fill(number.lower().replace("-", " "))
    page.get_by_role("button").press("Enter")
    expect(verdict).to_have_class("bad")
    expect(verdict).to_contain_text("撤销")
    assert "issued in error" not in page.content()
    visitor.shoot("verify-revoked")


def test_a_receipt_and_a_changed_one(visitor: Visitor, world: World) -> None:
    """The genuine one says what it states; one changed character, and it is not genuine."""
    world.assess("A1", (10, 11))
    proof = world.report(PaymentState.CONFIRMED).proof
    code = qr_text(proof, world.region.verify_url).decode()
    page, verdict = visitor.page, visitor.page.get_by_role("status")
    visitor.open("/r")
    page.get_by_role("textbox").fill(code)
    page.get_by_role("button").click()
    expect(verdict).to_have_class("good")
    expect(page.get_by_text("2,800.00").first).to_be_visible()
    at = len(code) - 120
    page.get_by_role("textbox").fill(code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :])
    page.get_by_role("button").click()
    expect(verdict).to_have_class("bad")
    visitor.shoot("verify-not-genuine")


def test_what_is_no_paper_is_unknown(visitor: Visitor) -> None:
    """Any other text: said plainly, and not repeated."""
    visitor.open("/r?code=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    expect(visitor.page.get_by_role("status")).to_have_class("bad")
    assert "alert" not in visitor.page.content()
    visitor.shoot("verify-unknown")


def test_numbers_cannot_be_guessed_quickly(served: Served) -> None:
    """One address may look papers up so many times in a while, then waits; the form stays open."""
    answers = [served.get(f"/r/RR2026-{at:08d}-AAAAAA").status_code for at in range(CHECKS + 1)]
    assert answers == [200] * CHECKS + [429]
    assert served.get("/r").status_code == 200
    served.pass_time(minutes=5)
    assert served.get("/r/x").status_code == 200
