"""The notice as a picture: why the kiosk is out of service, what to do, which one it is, a QR code.

In both languages at once, for whoever stands before it; without buttons, for nothing runs that
could answer. Drawn without the stage, which may be what does not run.
"""

from dataclasses import dataclass

import pygame

from kioskd.domain.notice import Notice, WhichKiosk, qr_text
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.drawn import Run
from kioskd.screens.font_files import FontFiles
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import FrameFacts
from kioskd.screens.layout import Rect
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Type, theme_for
from kioskd.screens.widgets.code import draw_code
from kioskd.screens.words import Words

FACTS = ("kiosk", "serial", "address", "software")
REASON_LINES = 4
"""More are counted; the whole list is in the report on the card."""
ANOTHER_TRY_PX = 44


@dataclass(frozen=True, slots=True)
class NoticePage:
    """What is shown."""

    notice: Notice
    which: WhichKiosk
    again_in_min: int = 0
    """When the kiosk is tried again; 0: not told."""


def draw_notice(surface: pygame.Surface, page: NoticePage, files: FontFiles) -> Canvas:
    """Draw it over the whole of ``surface``. Raises WordsError."""
    canvas = _canvas(surface, files)
    canvas.fill(canvas.area, t.GROUND)
    room = _header(canvas, page.notice)
    room = room.inset(canvas.theme.margin, canvas.theme.gap)
    room = _again(canvas, room, page.again_in_min)
    if canvas.portrait:
        text, beside = room.cut_bottom(round(room.h * 0.36), canvas.theme.gap)
    else:
        text, beside = room.cut_right(round(room.w * 0.34), canvas.theme.gap)
    _what(canvas, text, page.notice)
    _which(canvas, beside, page)
    return canvas


def _canvas(surface: pygame.Surface, files: FontFiles) -> Canvas:
    width, height = surface.get_size()
    facts = FrameFacts(Text("", ""), Text("", ""), ())
    theme, area = theme_for(width, height), Rect(0, 0, width, height)
    return Canvas(surface, area, theme, Fonts(files), Shapes(), Words("zh_CN"), facts)


def _said(canvas: Canvas, key: str, **fields: object) -> str:
    """Return a text in both languages, beside each other."""
    return f"{canvas.words(key, **fields)}  {Words('en')(key, **fields)}"


def _header(canvas: Canvas, notice: Notice) -> Rect:
    bar, rest = canvas.area.cut_top(canvas.theme.header_height)
    canvas.fill(bar, t.DEEP_BLUE)
    room = bar.inset(canvas.theme.margin, canvas.px(4))
    room, code = room.cut_right(canvas.text_width(notice.code, Type.RESULT) + canvas.px(8))
    canvas.text(room, _said(canvas, "notice.title"), Type.TITLE, t.SURFACE, valign="middle")
    canvas.text(code, notice.code, Type.RESULT, t.SURFACE, "right", "middle")
    return rest


def _again(canvas: Canvas, room: Rect, minutes: int) -> Rect:
    """Say below when the kiosk is tried again."""
    if not minutes:
        return room
    room, line = room.cut_bottom(canvas.px(ANOTHER_TRY_PX), canvas.px(8))
    text = _said(canvas, "notice.again", count=minutes)
    canvas.text(line, text, Type.NOTE, t.SECOND_INK, valign="middle", shrink_to=0.6)
    return room


def _what(canvas: Canvas, room: Rect, notice: Notice) -> None:
    """Draw what is wrong, and below in a card what to do."""
    upper, card = room.cut_bottom(round(room.h * 0.32), canvas.theme.gap)
    parts = (
        (notice.title.zh, Type.RESULT, t.STOP, 0.2),
        (notice.title.en, Type.BODY, t.STOP, 0.12),
        (_shortened(canvas, notice.reason.zh), Type.BODY, t.INK, 0.36),
        (_shortened(canvas, notice.reason.en), Type.NOTE, t.SECOND_INK, 0.3),
    )
    gap = canvas.px(6)
    whole = upper.h - gap * len(parts)
    for text, type, colour, share in parts:
        place, _ = upper.cut_top(round(whole * share))
        used = canvas.text(place, text, type, colour, shrink_to=0.5)
        _, upper = upper.cut_top(used.h, gap)
    inner = canvas.card(card)
    label, inner = inner.cut_top(canvas.line_height(Type.NOTE), canvas.px(4))
    canvas.text(label, _said(canvas, "notice.next_step"), Type.NOTE, t.SECOND_INK)
    zh, _ = inner.cut_top(round(inner.h * 0.55))
    used = canvas.text(zh, notice.next_step.zh, Type.LEAD, shrink_to=0.5)
    _, en = inner.cut_top(used.h, canvas.px(6))
    canvas.text(en, notice.next_step.en, Type.NOTE, t.SECOND_INK, shrink_to=0.5)


def _shortened(canvas: Canvas, reason: str) -> str:
    """Return the first lines, and how many more there are."""
    lines = reason.splitlines()
    if len(lines) <= REASON_LINES:
        return reason
    more = len(lines) - REASON_LINES + 1
    words = canvas.words if any(ord(letter) > 0x2E80 for letter in reason) else Words("en")
    return "\n".join([*lines[: REASON_LINES - 1], words("notice.more", count=more)])


def _which(canvas: Canvas, room: Rect, page: NoticePage) -> None:
    """Draw the QR code, and what it says of this kiosk in letters."""
    inner = canvas.card(room)
    height = canvas.line_height(Type.NOTE) * 2
    if canvas.portrait:
        code, lines = inner.cut_left(min(inner.h, inner.w // 2), canvas.theme.gap)
    else:
        code, lines = inner.cut_top(max(0, min(inner.w, inner.h - height * 4)), canvas.px(8))
    draw_code(canvas, code, qr_text(page.notice, page.which))
    for name in FACTS:
        line, lines = lines.cut_top(min(height, (lines.h // (len(FACTS) - FACTS.index(name)))))
        label, value = line.cut_top(line.h // 2)
        canvas.runs(label, [Run(_said(canvas, f"notice.{name}"), Type.NOTE, t.SECOND_INK)])
        canvas.runs(value, [Run(getattr(page.which, name) or "?", Type.NOTE_STRONG)])
