"""What all paying screens share: the five steps, the round mark of a choice, the split of money."""

from decimal import Decimal

from kioskd.domain.contribution import Grade
from kioskd.domain.money import Money
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Type
from kioskd.screens.widgets.blocks import Block
from kioskd.screens.widgets.facts import legend
from kioskd.screens.widgets.headings import steps_bar

STEPS = ("scheme", "grade", "months", "review", "pay")


def pay_page(canvas: Canvas, step: str) -> tuple[Rect, Rect]:
    """Draw the five steps with ``step`` present; return the body and the row for buttons."""
    labels = [canvas.words(f"pay_steps.{name}") for name in STEPS]
    rest = steps_bar(canvas, canvas.area, labels, STEPS.index(step))
    return rest.cut_bottom(canvas.theme.button_height, canvas.px(14))


def choice_mark(canvas: Canvas, centre: tuple[int, int], chosen: bool) -> None:
    """Draw an empty ring, or a disc with a check where this is the chosen one."""
    radius = canvas.px(17)
    if not chosen:
        canvas.ring(centre, radius, t.OFF_LINE, t.SURFACE, max(2, canvas.px(3)))
        return
    canvas.disc(centre, radius, t.BLUE)
    box = Rect(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
    canvas.icon(Icon.CHECK, box.inset(radius * 9 // 20), t.SURFACE, t.BLUE)


def split_bar(canvas: Canvas, rect: Rect, personal: Money, pool: Money, whole: Money) -> None:
    """Draw own account (green) and pool (blue) as parts of a bar; all of ``rect`` is ``whole``."""
    parts = [(float(personal.fen), t.DONE), (float(pool.fen), t.SOFT_BLUE)]
    canvas.bar(rect, parts, float(whole.fen))


def split_block(canvas: Canvas, personal: Money, pool: Money, gap: float = 14) -> Block:
    """Return the bar with its legend: how much of the sum goes where, in yuan."""
    yuan = canvas.words("unit.yuan")
    entries = [(t.SOFT_BLUE, f"{canvas.words('pay.pool')} {pool} {yuan}")]
    if personal:
        entries.insert(0, (t.DONE, f"{canvas.words('pay.personal')} {personal} {yuan}"))
    bar, air = canvas.px(18), canvas.px(12)
    row = canvas.line_height(Type.NOTE) + canvas.px(4)

    def draw(rect: Rect) -> None:
        top, rest = rect.cut_top(bar, air)
        split_bar(canvas, top, personal, pool, personal + pool)
        legend(canvas, rest, entries)

    return Block(bar + air + row * len(entries), draw, canvas.px(gap))


def percent(fraction: Decimal) -> str:
    """Return a rate as people say it: 0.085 as ``8.5``."""
    return f"{(fraction * 100).normalize():f}"


def grade_name(canvas: Canvas, grade_percent: int) -> str:
    """Return "100 % grade", or the words for a base the person chose freely."""
    key = "pay.grade" if grade_percent else "pay.grade_free"
    return canvas.words(key, percent=grade_percent)


def grade_and_amount(canvas: Canvas, grade: Grade) -> str:
    """Return the grade with its monthly yuan."""
    key = "review.grade_value" if grade.percent else "review.grade_free"
    return canvas.words(key, percent=grade.percent, monthly=grade.monthly)


def hotline(canvas: Canvas) -> str:
    """Return the number to call, empty if the region names none."""
    return next((hotline.number for hotline in canvas.facts.hotlines), "")


def where_to_ask(canvas: Canvas) -> str:
    """Return whom to ask with the reference: the hotline, or the counter where there is none."""
    number = hotline(canvas)
    return canvas.words("pay.where_text" if number else "pay.where_counter", hotline=number)
