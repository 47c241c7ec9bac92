"""Rectangle and line arithmetic."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.screens.layout import NEVER_FIRST, Rect, columns, fit_size, grid, pieces, shares, wrap
from kioskd.screens.theme import theme_for


def ten_wide(text: str) -> int:
    """Measure: ten pixels a character."""
    return 10 * len(text)


def test_a_closing_mark_never_begins_a_line() -> None:
    """The character before it goes down with it."""
    assert wrap("请取出卡，重新插入。", 40, ten_wide) == ["请取出", "卡，重新", "插入。"]


def test_an_opening_mark_never_ends_a_line() -> None:
    """It stays with what it opens."""
    assert wrap("登录后「我的缴费」", 40, ten_wide) == ["登录后", "「我的缴", "费」"]


def test_words_and_figures_are_kept_whole() -> None:
    """Latin words break at spaces; a figure with separators is one word."""
    assert wrap("pay 2,800.00 yuan", 90, ten_wide) == ["pay", "2,800.00", "yuan"]


def test_a_word_wider_than_the_line_is_cut_not_lost() -> None:
    """Every character is drawn."""
    assert wrap("ABCDEFGH", 30, ten_wide) == ["ABC", "DEF", "GH"]


def test_a_line_break_in_the_text_is_kept() -> None:
    """Each paragraph begins a line; an empty one is an empty line."""
    assert wrap("一\n\n二", 100, ten_wide) == ["一", "", "二"]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="中文，。（）ab1 .", max_size=40), st.integers(10, 200))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    """All characters come out in their order."""
    lines = wrap(text, width, ten_wide)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert "".join(pieces(text)) == text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="中文字，。", min_size=1, max_size=30))
def test_lines_begin_with_no_closing_mark_where_it_can_be_helped(text: str) -> None:
    """On a line wide enough for a run of marks, none begins a line but the text's own first."""
    for line in wrap(text, 400, ten_wide)[1:]:
        assert line[0] not in NEVER_FIRST


@settings(max_examples=100, deadline=None)
@given(st.integers(50, 2000), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_shares_fill_the_whole_exactly(total: int, weights: list[int]) -> None:
    """No pixel is lost or used twice."""
    parts = shares(total, weights, 4)
    assert parts[0][0] == 0 and sum(parts[-1]) == total
    assert all(a + n + 4 == b for (a, n), (b, _) in pairwise(parts))


def test_grid_goes_row_by_row_inside_its_rectangle() -> None:
    """Two by two cells with a gap."""
    whole = Rect(10, 20, 110, 50)
    cells = grid(whole, 2, 2, 10)
    assert cells == [
        Rect(10, 20, 50, 20),
        Rect(70, 20, 50, 20),
        Rect(10, 50, 50, 20),
        Rect(70, 50, 50, 20),
    ]
    assert all(whole.encloses(cell) for cell in cells)


def test_cutting_keeps_what_is_left() -> None:
    """Top, bottom, left and right each give the piece and the rest without the gap."""
    rect = Rect(0, 0, 100, 80)
    assert rect.cut_top(20, 5) == (Rect(0, 0, 100, 20), Rect(0, 25, 100, 55))
    assert rect.cut_bottom(20, 5) == (Rect(0, 0, 100, 55), Rect(0, 60, 100, 20))
    assert rect.cut_left(30, 5) == (Rect(0, 0, 30, 80), Rect(35, 0, 65, 80))
    assert rect.cut_right(30, 5) == (Rect(0, 0, 65, 80), Rect(70, 0, 30, 80))
    assert columns(rect, [1, 3])[1] == Rect(25, 0, 75, 80)


def test_fit_size_tells_when_nothing_fits() -> None:
    """The last size comes with False."""
    assert fit_size([30, 20, 10], lambda size: size <= 20) == (20, True)
    assert fit_size([30, 20], lambda size: False) == (20, False)


def test_the_theme_is_the_reference_at_1280_by_800_either_way_up() -> None:
    """Scale 1 in landscape and portrait; smaller panels shrink letters less than lengths."""
    assert theme_for(1280, 800).scale == theme_for(800, 1280).scale == 1.0
    small = theme_for(800, 480)
    assert small.scale < small.type_scale < 1


def test_touch_targets_are_ten_millimetres_where_the_panel_is_known() -> None:
    """A panel of 1280 pixels on 217 mm has 5.9 pixels a millimetre."""
    assert theme_for(1280, 800, 217.0).min_touch >= 59
    assert theme_for(800, 480, 154.0).min_touch >= 52
