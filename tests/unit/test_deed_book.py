"""What hands do is told for anybody's eyes, and kept whole for a recording."""

import pytest

from kiosk_bench.console import Shown
from kiosk_bench.deeds import read
from kiosk_bench.timeline.deed_book import DeedBook
from kiosk_bench.timeline.timeline import Timeline

PIN_PAD = Shown(1, "enter-pin", "zh_CN", {"digit-5": (0, 0, 9, 9), "ok": (9, 0, 9, 9)}, {}, 1)
HOME = Shown(2, "home", "zh_CN", {"end": (0, 0, 9, 9)}, {}, 2)


@pytest.mark.parametrize(
    ("line", "typing", "told"),
    [
        ("type pin 940817", False, "type pin …"),
        ("type pin of zhang", False, "type pin of zhang"),
        ("tap enter-pin digit-5", True, "tap enter-pin …"),
        ("touch 640 412", True, "touch … …"),
        ("touch 640 412", False, "touch 640 412"),
        ("key 5", True, "key …"),
        ("key 5", False, "key 5"),
        ("bank key 5", False, "bank key …"),
        ("card insert zhang cloned", True, "card insert zhang cloned"),
    ],
)
def test_a_deed_hides_what_is_typed(line: str, typing: bool, told: str) -> None:
    """Digits are hidden always, keys and places of touches while something is being typed."""
    assert read(line).masked(typing) == told


def test_a_book_tells_deeds_masked_and_keeps_them_whole() -> None:
    """The timeline shows no digit of a PIN, whichever way it is typed; a recording has them all."""
    timeline = Timeline(lambda: 0.0)
    book = DeedBook(timeline, lambda: PIN_PAD)
    with book.doing("type pin 940817", read("type pin 940817").masked):
        for digit in "940817":
            book.touch(f"digit-{digit}")
            book.key(digit)
            book.point(90 + int(digit), 10)
        book.touch("ok")
        book.key("#")
    texts = [one.text for one in timeline.entries]
    assert texts == ["type pin …", *["touch digit", "key", "touch"] * 6, "touch ok", "key #"]
    assert [(one.line, one.shown) for one in book.done] == [("type pin 940817", PIN_PAD)]


def test_a_touch_is_told_once() -> None:
    """A deed that is one touch is told by the touch, with its button."""
    timeline = Timeline(lambda: 0.0)
    book = DeedBook(timeline, lambda: HOME)
    with book.doing("tap home end", read("tap home end").masked):
        book.touch("end")
    assert [(one.lane, one.text) for one in timeline.entries] == [("citizen", "touch end")]


def test_what_was_not_done_is_not_kept() -> None:
    """A deed that the world refused is seen in the timeline, but a recording has none of it."""
    book = DeedBook(Timeline(), lambda: HOME)
    with pytest.raises(LookupError), book.doing("card pull", read("card pull").masked):
        raise LookupError
    assert book.done == []
