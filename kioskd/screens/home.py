"""The home screen: left who I am and what matters today, right the four pages of services."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.person import Assurance, Person
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble
from kioskd.screens import theme as t
from kioskd.screens import trouble_words
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, grid
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import key_values, key_values_height, tabs
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, turned
from kioskd.screens.words import Public, personal


class Tab(Enum):
    """The four pages."""

    INQUIRY = "inquiry"
    HANDLING = "handling"
    POLICY = "policy"
    CONVENIENCE = "convenience"


class HomeChoice(Enum):
    """What may be chosen besides a service."""

    END = "end"


@dataclass(frozen=True, slots=True)
class ServiceTile:
    """One service on its page; its words are ``service.<id>``. Greyed where there is trouble."""

    id: str
    tab: Tab
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of what matters to this person today; ``good`` gives it its sign."""

    text: Text
    good: bool


SERVICE_ICONS = {
    "insurance": Icon.INSURED,
    "pay-contribution": Icon.COINS,
    "pension-account": Icon.SAVINGS,
    "medical-account": Icon.MEDICAL,
    "my-payments": Icon.PAID,
    "my-card": Icon.SOCIAL_CARD,
    "applications": Icon.IN_PROGRESS,
    "report-loss": Icon.CARD_OFF,
    "cancel-loss": Icon.CARD_BACK,
    "reissue-card": Icon.CARD_NEW,
    "activate-card": Icon.CARD_ON,
    "change-card-pin": Icon.PIN,
    "policies": Icon.LAW,
    "outlets": Icon.OFFICE,
    "hotlines": Icon.PHONE,
    "check-paper": Icon.CHECK_PAPER,
    "reprint-receipts": Icon.RECEIPT,
    "reprint-documents": Icon.COPIES,
    "change-profile": Icon.PROFILE,
    "print-rights-record": Icon.RECORD,
    "print-enrolment": Icon.STAMP,
}
TAB_ICONS = {
    Tab.INQUIRY: Icon.SEARCH,
    Tab.HANDLING: Icon.LIST,
    Tab.POLICY: Icon.BOOK,
    Tab.CONVENIENCE: Icon.HELP,
}
TILES_ACROSS = 2
FEW_CHOICES = 4
"""So many services are on a page at most in elder mode."""
LONG_MASK, SHORT_MASK = re.compile("＊{6,}"), "＊＊＊＊＊"
"""A name of thirty letters is no wider than others."""
FEW = 2
"""So few services stand in one column, over the whole width."""
ROWS_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Home(Screen[str | HomeChoice]):
    """The answer is the id of the service chosen, or END."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "home"
    person: Person
    tab: Tab
    services: tuple[ServiceTile, ...]
    notices: tuple[Notice, ...] = ()
    page: int = 0
    """Of the tab's services; drawing clamps it."""

    def tap(self, button: str) -> "Home | Done[str | HomeChoice] | None":
        """A tab (``tab-inquiry``), a service (``service-insurance``), a page, or ``end``."""
        if button == "end":
            return Done(HomeChoice.END)
        if button.startswith("tab-"):
            return replace(self, tab=Tab(button.removeprefix("tab-")), page=0)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        return Done(button.removeprefix("service-"))

    def draw(self, canvas: Canvas) -> None:
        """Draw the person, the notices, end, and the page."""
        gap = canvas.px(24)
        if canvas.portrait:
            page, end = canvas.area.cut_bottom(canvas.theme.button_height, gap)
            who, page = page.cut_top(canvas.px(300), gap)
            if self._tells(canvas):
                who, about = who.cut_right(who.w * 48 // 100, gap)
                self._notices(canvas, about)
        else:
            left, page = canvas.area.cut_left(canvas.area.w * 29 // 100, gap)
            left, end = left.cut_bottom(canvas.theme.button_height, gap)
            who = left
            if self._tells(canvas):
                who, about = left.cut_bottom(self._notices_height(canvas, left.w), gap)
                self._notices(canvas, about)
        self._person(canvas, who)
        by_card = self.person.assurance is Assurance.SOCIAL_CARD
        label = canvas.words("home.end_card" if by_card else "home.end")
        canvas.button("end", end, label, Look.SECOND)
        self._page(canvas, page)

    def _tells(self, canvas: Canvas) -> bool:
        """Whether notices are shown: not in elder mode, where nothing stands beside the choices."""
        return bool(self.notices) and not canvas.theme.elder

    def _facts(self, canvas: Canvas) -> list[tuple[str, str]]:
        words, person = canvas.words, self.person
        by_card = person.assurance is Assurance.SOCIAL_CARD
        status = "home.flexible" if person.flexible_employment else "home.employee"
        login = "home.by_social_card" if by_card else "home.by_id_card"
        return [
            (words("home.id_tail"), person.id_number.masked()[-4:]),
            (words("home.city"), person.city),
            (words("home.status"), personal(words(status))),
            (words("home.login"), personal(words(login))),
        ]

    def _person(self, canvas: Canvas, rect: Rect) -> None:
        """Draw the card of the person; the way of login gives way where there is no room."""
        everything = key_values_height(
            canvas, rect.w - 2 * canvas.px(26), self._facts(canvas), Type.NOTE
        )
        needed = everything + canvas.line_height(Type.NOTE) + canvas.line_height(Type.RESULT)
        if not canvas.portrait:
            rect = rect.cut_top(min(rect.h, needed + 2 * canvas.px(18) + canvas.px(12)))[0]
        canvas.card(rect)
        room = rect.inset(canvas.px(26), canvas.px(18))
        hello, room = room.cut_top(canvas.line_height(Type.NOTE))
        canvas.text(hello, canvas.words("home.hello"), Type.NOTE, t.SECOND_INK)
        name, room = room.cut_top(canvas.line_height(Type.RESULT), canvas.px(8))
        shown = LONG_MASK.sub(SHORT_MASK, str(self.person.name))
        canvas.text(name, shown, Type.RESULT, valign="middle", shrink_to=0.5)
        facts = self._facts(canvas)
        while len(facts) > 1 and key_values_height(canvas, room.w, facts, Type.NOTE) > room.h:
            facts.pop()
        key_values(canvas, room, facts, Type.NOTE)

    def _notices_height(self, canvas: Canvas, width: int) -> int:
        room = width - 2 * canvas.px(26) - canvas.px(34)
        lines = sum(self._notice_height(canvas, room, notice) for notice in self.notices)
        return 2 * canvas.px(22) + canvas.line_height(Type.STRONG) + canvas.px(6) + lines

    def _notice_height(self, canvas: Canvas, width: int, notice: Notice) -> int:
        text = notice.text.in_language(canvas.language)
        return canvas.text_height(width, text, Type.NOTE) + canvas.px(6)

    def _notices(self, canvas: Canvas, rect: Rect) -> None:
        room = canvas.card(rect)
        title, room = room.cut_top(canvas.line_height(Type.STRONG), canvas.px(6))
        canvas.text(title, canvas.words("home.notices"), Type.STRONG)
        for notice in self.notices:
            text_w = room.w - canvas.px(34)
            row, room = room.cut_top(self._notice_height(canvas, text_w, notice))
            mark, text = row.cut_right(text_w)
            icon, ink = (Icon.CHECK, t.DONE) if notice.good else (Icon.EXCLAMATION, t.STOP)
            line = canvas.line_height(Type.NOTE)
            size = line * 7 // 10
            place = Rect(mark.x, row.y + (line - size) // 2, size, size)
            canvas.icon(icon, place, ink)
            canvas.text(text, notice.text.in_language(canvas.language), Type.NOTE)

    def _page(self, canvas: Canvas, rect: Rect) -> None:
        entries = [
            (f"tab-{tab.value}", canvas.words(f"home.tab.{tab.value}"), TAB_ICONS[tab])
            for tab in Tab
        ]
        room = tabs(canvas, rect, entries, f"tab-{self.tab.value}")
        here = [tile for tile in self.services if tile.tab is self.tab]
        if len(here) <= FEW:
            room = _elsewhere(canvas, room)
        if not here:
            canvas.text(room, canvas.words("home.none"), Type.BODY, t.SECOND_INK)
            return
        self._tiles(canvas, room, here)

    def _tiles(self, canvas: Canvas, room: Rect, here: list[ServiceTile]) -> None:
        """Draw the tiles of the page: each a title and two lines, the rest on further pages."""
        across = 1 if canvas.portrait or len(here) <= FEW else TILES_ACROSS
        rows = [here[at : at + across] for at in range(0, len(here), across)]
        gap, lines = (
            canvas.px(16),
            canvas.line_height(Type.TITLE) + 2 * canvas.line_height(Type.NOTE),
        )
        high = max(lines + canvas.px(24), canvas.theme.min_touch)
        page = page_of(rows, 0, len(rows))
        most = FEW_CHOICES // across if canvas.theme.elder else len(rows)
        if min(most, rows_that_fit(room.h, high, gap)) < len(rows):
            room, turn = room.cut_bottom(canvas.theme.button_height, gap)
            page = page_of(rows, self.page, min(most, rows_that_fit(room.h, high, gap)))
            page_buttons(canvas, turn, page.index, page.count)
        down = max(ROWS_AT_LEAST if across == 1 else 2, -(-len(rows) // page.count))
        tiles = [tile for row in page.items for tile in row]
        for cell, tile in zip(grid(room, across, down, gap), tiles, strict=False):
            _tile(canvas, cell, tile)


def _elsewhere(canvas: Canvas, room: Rect) -> Rect:
    """Say at the foot of a page of few services where the others are done; return the rest."""
    numbers = [hotline.number for hotline in canvas.facts.hotlines]
    if not numbers:
        return room
    text = canvas.words("home.elsewhere", hotline=Public(numbers[0]))
    height = canvas.text_height(room.w - canvas.px(42), text, Type.NOTE)
    rest, foot = room.cut_bottom(height, canvas.px(12))
    mark, line = foot.cut_left(canvas.px(26), canvas.px(16))
    canvas.icon(Icon.PHONE, mark, t.BLUE)
    canvas.text(line, text, Type.NOTE, t.SECOND_INK)
    return rest


def _tile(canvas: Canvas, cell: Rect, tile: ServiceTile) -> None:
    words, able = canvas.words, tile.trouble is None
    look, button = (Look.SECOND, f"service-{tile.id}") if able else (Look.OFF, None)
    canvas.card(cell, look, button)
    room = cell.inset(canvas.px(22), canvas.px(8 if canvas.theme.roomy else 4))
    text, wide = room, cell.w > canvas.px(520)
    if able or wide:  # what is wrong needs the room more than its picture
        mark, text = room.cut_left(min(canvas.px(56), room.h), canvas.px(18))
        icon = SERVICE_ICONS.get(tile.id, TAB_ICONS[tile.tab])
        canvas.icon(icon, mark, t.BLUE if able else t.OFF_INK, look.fill)
    title = words(f"service.{tile.id}.title")
    line, ink = words(f"service.{tile.id}.line"), t.SECOND_INK
    if tile.trouble is not None:
        line, ink = trouble_words.on_a_card(words, tile.trouble), t.STOP
    elif wide:
        text, arrow = text.cut_right(canvas.px(30), canvas.px(16))
        canvas.icon(Icon.ARROW_RIGHT, arrow, t.BLUE, look.fill)
    small = canvas.text_height(text.w, title, Type.TITLE) > canvas.line_height(Type.TITLE)
    style = Type.STRONG if small else Type.TITLE
    title_h = min(canvas.text_height(text.w, title, style), text.h * 55 // 100)
    line_h = min(canvas.text_height(text.w, line, Type.NOTE), text.h - title_h)
    both = text.centred(text.w, title_h + line_h)
    upper, lower = both.cut_top(title_h)
    canvas.text(upper, title, style, t.INK if able else t.OFF_INK, shrink_to=0.7)
    canvas.text(lower, line, Type.NOTE, ink, shrink_to=0.65)
