"""Texts and figures below one another: measured first, then drawn where they fit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kioskd.domain.money import Money
from kioskd.screens import theme as t
from kioskd.screens.canvas import Align, Canvas, Valign
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets.facts import money, money_fits

FIGURES = (Type.FIGURE, Type.RESULT, Type.QUESTION, Type.TITLE)
"""The types of amounts, from the largest."""


MOST_SQUEEZED = 12
"""Blocks that are squeezed by more than a twelfth lie over one another."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something of a known height; ``gap`` is the air above it (not above the first)."""

    height: int
    draw: Callable[[Rect], object]
    gap: int = 0
    minor: bool = False
    """Left out where there is too little room for all."""


def minor(block: Block) -> Block:
    """Return the block as one that gives way where there is too little room."""
    return replace(block, minor=True)


def minor_if_elder(canvas: Canvas, blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, minor in elder mode: large letters are worth more than details."""
    return [minor(block) if canvas.theme.elder else block for block in blocks]


def text_block(
    canvas: Canvas,
    width: int,
    text: str,
    type: Type = Type.BODY,
    colour: Colour = t.INK,
    gap: float = 8,
    align: Align = "left",
) -> Block:
    """Return ``text`` wrapped at ``width``; ``gap`` in reference pixels."""
    height = canvas.text_height(width, text, type)
    return Block(height, lambda rect: canvas.text(rect, text, type, colour, align), canvas.px(gap))


def money_block(
    canvas: Canvas, amount: Money, type: Type = Type.FIGURE, gap: float = 8, align: Align = "left"
) -> Block:
    """Return an amount with its unit; where it is squeezed it takes a smaller type."""

    def draw(rect: Rect) -> None:
        money_that_fits(canvas, rect, amount, type, align)

    return Block(canvas.line_height(type), draw, canvas.px(gap))


def money_that_fits(
    canvas: Canvas, rect: Rect, amount: Money, type: Type = Type.FIGURE, align: Align = "left"
) -> None:
    """Write an amount in the largest figures, up to ``type``, that ``rect`` has room for."""
    sizes = [size for size in FIGURES if size.size <= type.size]
    fitting = [
        size
        for size in sizes
        if canvas.line_height(size) <= rect.h + canvas.px(2)
        and money_fits(canvas, rect.w, amount, size)
    ]
    money(canvas, rect, amount, (fitting or sizes[-1:])[0], align=align)


def fact_blocks(
    canvas: Canvas,
    width: int,
    facts: Sequence[tuple[str, str]],
    type: Type = Type.BODY,
    gap: float = 8,
) -> list[Block]:
    """Return labelled facts, one a row, values lined up after the widest label and strong."""
    widest = max((canvas.text_width(label, type) for label, _ in facts), default=0)
    left = min(widest + canvas.px(2), width * 2 // 5)
    return [_fact(canvas, width, left, label, value, type, gap) for label, value in facts]


def _fact(
    canvas: Canvas, width: int, left: int, label: str, value: str, type: Type, gap: float
) -> Block:
    strong = Type.NOTE_STRONG if type is Type.NOTE else Type.STRONG
    between = canvas.px(16)
    height = max(
        canvas.text_height(left, label, type),
        canvas.text_height(width - left - between, value, strong),
    )

    def draw(rect: Rect) -> None:
        label_rect, value_rect = rect.cut_left(left, between)
        canvas.text(label_rect, label, type, t.SECOND_INK)
        canvas.text(value_rect, value, strong)

    return Block(height, draw, canvas.px(gap))


def blocks_height(blocks: Sequence[Block]) -> int:
    """Return how many pixels high the blocks are together."""
    return sum(block.height for block in blocks) + sum(block.gap for block in blocks[1:])


def draw_blocks(
    canvas: Canvas, rect: Rect, blocks: Sequence[Block], valign: Valign = "top"
) -> Rect:
    """Draw the blocks below one another in ``rect``; return what they cover.

    Where there is too little room the gaps give way first, then the minor blocks from the last,
    then each block in proportion.
    """
    blocks = _without_minor(blocks, rect.h)
    heights = [block.height for block in blocks]
    gaps = [0, *(block.gap for block in blocks[1:])]
    spare = rect.h - sum(heights)
    if spare < sum(gaps):
        gaps = [gap * max(0, spare) // max(1, sum(gaps)) for gap in gaps]
    if -spare > rect.h // MOST_SQUEEZED:
        canvas.does_not_fit("", Rect(rect.x, rect.y, rect.w, sum(heights)), rect)
    if spare < 0:
        heights = [height * rect.h // sum(heights) for height in heights]
    total = sum(heights) + sum(gaps)
    down = {"top": 0, "middle": (rect.h - total) // 2, "bottom": rect.h - total}[valign]
    y = rect.y + down
    for block, height, gap in zip(blocks, heights, gaps, strict=True):
        y += gap
        block.draw(Rect(rect.x, y, rect.w, height))
        y += height
    return Rect(rect.x, rect.y + down, rect.w, total)


def _without_minor(blocks: Sequence[Block], room: int) -> Sequence[Block]:
    """Return the blocks that are to be drawn in ``room`` pixels of height."""
    while sum(block.height for block in blocks) > room:
        gives_way = [at for at, block in enumerate(blocks) if block.minor]
        if not gives_way:
            break
        blocks = [*blocks[: gives_way[-1]], *blocks[gives_way[-1] + 1 :]]
    return blocks


def boxed_block(canvas: Canvas, look: Look, blocks: Sequence[Block], gap: float = 20) -> Block:
    """Return the blocks in a card of their own; they must be 2 x 26 pixels narrower than it."""
    padding = canvas.px(14)

    def draw(rect: Rect) -> None:
        canvas.card(rect, look)
        draw_blocks(canvas, rect.inset(canvas.px(26), padding), blocks, "middle")

    return Block(blocks_height(blocks) + 2 * padding, draw, canvas.px(gap))
