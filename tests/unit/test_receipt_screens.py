"""The ends of payments and the list of receipts: touches, and that all is inside and alive."""

from dataclasses import replace
from typing import Any

import pytest

from kioskd.domain.payment import Printed
from kioskd.screens.contract import Done, Screen
from kioskd.screens.frame import FRAME_BUTTONS
from kioskd.screens.given_back import GivingBack
from kioskd.screens.my_receipts import MyReceipts
from kioskd.screens.navigation import Navigation
from kioskd.screens.not_paid import NotPaid, NotPaidReason
from kioskd.screens.receipt_printed import ReceiptPrintedChoice
from kioskd.screens.words import LANGUAGES
from tests.goldens import gallery_receipts as sample
from tests.unit.screen_checks import PANELS, assert_sound, draw

LARGE = (1280, 800)


def said(screen: Screen[Any], language: str = "zh_CN") -> list[str]:
    """Return every text of the screen."""
    return [text.text for text in draw(screen, LARGE, language).drawn]


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(("name", "screen"), sample.SCREENS, ids=[n for n, _ in sample.SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any], panel: tuple[int, int]) -> None:
    """In both languages every text fits, buttons are apart and inside, and each leads somewhere."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, panel, language))


@pytest.mark.parametrize(
    "screen",
    [
        sample.SLIP,
        sample.QUESTIONED,
        sample.UNRESOLVED,
        *(replace(sample.GOING, stage=stage, printed=Printed.NO) for stage in GivingBack),
        NotPaid(NotPaidReason.REVERSED, "", sample.REF),
    ],
)
def test_every_end_without_a_receipt_says_reference_and_hotline(screen: Screen[Any]) -> None:
    """She can ask, with or without paper, in both languages."""
    for language in LANGUAGES:
        texts = said(screen, language)
        assert any(sample.REF in text for text in texts)
        assert any("12333" in text and len(text) > len("12333") for text in texts)


def test_a_posting_in_question_is_never_called_a_success() -> None:
    """Neither the title of a success nor the promise that it is recorded by itself."""
    texts = said(sample.QUESTIONED)
    assert "缴费成功" not in texts and not any("自动完成" in text for text in texts)
    assert "缴费成功" in said(sample.SLIP)


def test_given_back_is_never_called_paid() -> None:
    """Whatever becomes of the money, these months were not paid with it."""
    for stage in GivingBack:
        assert "缴费成功" not in said(replace(sample.GOING, stage=stage))


def test_given_back_waits_for_bank_and_paper() -> None:
    """She cannot end while the bank is asked or the slip prints; after that she can."""
    assert replace(sample.GOING, asking=True).tap("end") is None
    assert replace(sample.GOING, printing=True).tap("end") is None
    assert sample.GOING.tap("end") == Done(None)


def test_a_terminal_that_cannot_take_payments_offers_no_other_try() -> None:
    """The only way on is to end; other reasons let her pay again."""
    screen = NotPaid(NotPaidReason.KIOSK_FAULT, "P-02", "")
    assert screen.tap("again") is None
    assert "again" not in draw(screen, LARGE, "en").buttons
    assert replace(screen, why=NotPaidReason.REVERSED).tap("again") is not None


def test_a_receipt_is_marked_then_printed() -> None:
    """Touching a row marks it; only the main button answers with its reference."""
    screen = MyReceipts(sample.FEW, None, 0)
    assert screen.tap("print") is None
    marked = screen.tap(f"receipt-{sample.FEW[1].ref}")
    assert isinstance(marked, MyReceipts)
    assert marked.tap("print") == Done(sample.FEW[1].ref)
    assert marked.tap("back") == Done(Navigation.BACK)
    assert marked.tap("receipt-K9999-0000-000001") is None


@pytest.mark.parametrize("panel", PANELS)
def test_every_receipt_can_be_reached(panel: tuple[int, int]) -> None:
    """Page after page every receipt is shown once, and turning pages keeps the marked one."""
    screen: Any = MyReceipts(sample.MANY, sample.MANY[0].ref, 0)
    found: list[str] = []
    while True:
        buttons = draw(screen, panel, "zh_CN").buttons
        found += [name for name in buttons if name.startswith("receipt-")]
        if "page-next" not in buttons:
            break
        screen = screen.tap("page-next")
    assert found == [f"receipt-{row.ref}" for row in sample.MANY]
    assert screen.chosen == sample.MANY[0].ref


@pytest.mark.parametrize(
    ("original", "copies", "text"),
    [
        (Printed.YES, 0, "原件已打印"),
        (Printed.NO, 0, "原件没有打印出来"),
        (Printed.UNKNOWN, 2, "不清楚原件是否打印，副本 2 份"),
        (None, 0, "不清楚原件是否打印"),
        (Printed.YES, 12, "原件已打印，副本 12 份"),
    ],
)
def test_what_became_of_the_paper_is_said(original: Printed | None, copies: int, text: str) -> None:
    """Nothing heard is never said as "not printed"."""
    assert text in said(MyReceipts((sample.row_of(1, original, copies),), None, 0))


def test_no_receipts_have_a_way_back_and_nothing_to_print() -> None:
    """The empty list is said kindly."""
    screen = MyReceipts((), None, 0)
    own = set(draw(screen, LARGE, "zh_CN").buttons) - set(FRAME_BUTTONS)
    assert own == {"back"}
    assert any(text.startswith("没有查到") for text in said(screen))


def test_a_printed_receipt_says_which_paper_it_is() -> None:
    """Original or copy n; nothing can be touched while it prints."""
    assert sample.PRINTED.tap("end") is None
    done = replace(sample.PRINTED, printed=Printed.YES)
    assert done.tap("list") == Done(ReceiptPrintedChoice.LIST)
    assert done.tap("end") == Done(ReceiptPrintedChoice.END)
    assert "原件" in said(done)
    assert "副本 第 3 份" in said(replace(done, copy=3))
