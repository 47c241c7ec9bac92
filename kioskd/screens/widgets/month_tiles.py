"""The months of an offer as tiles: name, what is to be said of it, and whether it is chosen."""

from dataclasses import dataclass

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets.blocks import Block, draw_blocks, text_block


@dataclass(frozen=True, slots=True)
class MonthTile:
    """One month to draw; ``button`` None where it cannot be touched."""

    name: str
    said: str
    sign: Icon | None
    chosen: bool
    button: str | None

    @property
    def look(self) -> Look:
        """How the tile looks: greyed where it cannot be touched."""
        if self.button is None:
            return Look.OFF
        return Look.CHOSEN if self.chosen else Look.OPEN

    @property
    def ink(self) -> Colour:
        """The colour of its words."""
        if self.button is None:
            return t.OFF_INK
        return t.DEEP_BLUE if self.chosen else t.INK


def month_tile_height(canvas: Canvas) -> int:
    """Return the least height of a tile, with both its lines in full size."""
    lines = canvas.line_height(Type.TITLE) + canvas.line_height(Type.NOTE)
    return max(canvas.theme.min_touch, lines + canvas.px(8))


def month_tile(canvas: Canvas, cell: Rect, tile: MonthTile) -> None:
    """Draw the tile in ``cell``."""
    canvas.card(cell, tile.look, tile.button)
    inner = cell.inset(canvas.px(10), canvas.px(8))
    said_width = inner.w - (canvas.px(26) if tile.sign else 0)
    name = text_block(canvas, inner.w, tile.name, Type.TITLE, tile.ink, align="centre")
    high = canvas.text_height(said_width, tile.said, Type.NOTE)
    below = Block(high, lambda rect: _status(canvas, rect, tile), 2)
    draw_blocks(canvas, inner, [name, below], "middle")


def _status(canvas: Canvas, rect: Rect, tile: MonthTile) -> None:
    if tile.sign is None:
        canvas.text(rect, tile.said, Type.NOTE, tile.ink, "centre", "middle")
        return
    side = canvas.px(20)
    width = min(rect.w, canvas.text_width(tile.said, Type.NOTE) + side + canvas.px(6) + 2)
    sign, words = rect.centred(width, rect.h).cut_left(side, canvas.px(6))
    canvas.icon(tile.sign, sign, tile.ink, tile.look.fill)
    canvas.text(words, tile.said, Type.NOTE, tile.ink, valign="middle")
