"""What result screens share: a large sign, the words beside it, and what became of the paper."""

from collections.abc import Sequence

from kioskd.domain.payment import Printed
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks
from kioskd.screens.widgets.headings import Sign, sign

PRINTED_WORDS = {
    Printed.YES: "printed",
    Printed.NO: "not_printed",
    Printed.UNKNOWN: "print_unknown",
    None: "printing",
}


def result_body(canvas: Canvas) -> tuple[Rect, Rect]:
    """Return the room for sign and words, and the row for buttons."""
    return canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))


def result_width(canvas: Canvas) -> int:
    """Return how wide the words beside (portrait: below) the sign may be."""
    return canvas.area.w if canvas.portrait else canvas.area.w - _side(canvas) - _air(canvas)


def _side(canvas: Canvas) -> int:
    """Return how large the sign is: large letters need its room."""
    return canvas.px(150 if canvas.theme.elder else 200)


def _air(canvas: Canvas) -> int:
    return canvas.px(28 if canvas.theme.elder else 40)


def draw_result(canvas: Canvas, body: Rect, what: Sign, blocks: Sequence[Block]) -> None:
    """Draw sign and words in the middle of ``body``."""
    size, gap = _side(canvas), _air(canvas)
    if not canvas.portrait:
        left, words = body.cut_left(size, gap)
        sign(canvas, left, what)
        draw_blocks(canvas, words, blocks, "middle")
        return
    together = min(body.h, size + gap + blocks_height(blocks))
    top, words = body.centred(body.w, together).cut_top(size, gap)
    sign(canvas, top.centred(size, size), what)
    draw_blocks(canvas, words, blocks)


def paper_block(
    canvas: Canvas, width: int, section: str, printed: Printed | None, gap: float = 20
) -> Block:
    """Return a card saying what became of the paper; None is "printing now".

    The words are those of ``section``: printing, printed, not_printed, print_unknown.
    """
    said = canvas.words(f"{section}.{PRINTED_WORDS[printed]}")
    look = Look.DOUBT if printed in (Printed.NO, Printed.UNKNOWN) else Look.PLAIN
    side, padding = canvas.px(40), canvas.px(18)
    words_width = width - 2 * padding - side - canvas.px(16)
    height = max(side, canvas.text_height(words_width, said)) + 2 * canvas.px(14)

    def draw(rect: Rect) -> None:
        canvas.card(rect, look)
        left, words = rect.inset(padding, canvas.px(8)).cut_left(side, canvas.px(16))
        ink = t.DONE if printed is Printed.YES else t.DOUBT_INK if printed else t.BLUE
        canvas.icon(Icon.PRINTER, left, ink, look.fill)
        canvas.text(words, said, Type.BODY, valign="middle")

    return Block(height, draw, canvas.px(gap))
