"""The whole terminal is out of service: why, where else to go, the code. Shown with ``follow``."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.problem import Told, draw_told, draw_trouble
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Sign
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class OutOfService(Screen[None]):
    """Never answered."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "out-of-service"
    trouble: Trouble
    notice: tuple[Text, Text] | None = None
    """What a technician needs to know of it: the reason and the next step, by provisioning."""

    def tap(self, button: str) -> None:
        """No button."""
        raise AssertionError(button)

    def draw(self, canvas: Canvas) -> None:
        """Draw that it is out of service, and the trouble."""
        words, area = canvas.words, canvas.area
        title = words("out_of_service.title")
        height = canvas.text_height(area.w, title, Type.RESULT)
        top, body = area.cut_top(height, canvas.theme.gap)
        canvas.text(top, title, Type.RESULT, t.STOP, "centre")
        if self.notice is not None:
            reason, way_out = self.notice
            why, do = (Public(one.in_language(words.language)) for one in (reason, way_out))
            draw_told(canvas, body, self.trouble, Sign.STOP, Told(why, do, Type.BODY))
            return
        draw_trouble(canvas, body, self.trouble, Sign.STOP, words("out_of_service.sorry"))
