"""The pictures of the technician's runbook: ``python -m tests.goldens.runbook`` draws them anew.

Chinese and English beside each other, on the smallest panel; the notice has both in one.
"""

from pathlib import Path
from typing import Final

import pygame

from kioskd.domain.notice import Notice, WhichKiosk
from kioskd.domain.text import Text
from kioskd.screens.font_files import find_fonts
from kioskd.screens.notice_page import NoticePage, draw_notice
from tests.goldens.gallery import PANELS, Variant, draw, screens

FOLDER: Final = Path(__file__).parents[2] / "docs/runbook"
PANEL: Final = "7"
LANGUAGES: Final = ("zh_CN", "en")
GAP_PX: Final = 16
PICTURES: Final = {
    "let-in": "technician-code",
    "parts": "technician-parts",
    "part": "technician-part-fails",
    "sheet": "technician-sheet",
    "doctor": "technician-doctor",
    "pages": "technician-pages",
    "updating": "out-of-service-updating",
    "not-enrolled": "out-of-service-code-used",
}
"""File to the gallery's name of the screen."""
NOTICE: Final = Notice(
    "I-02",
    Text("安装文件 kioskd.txt", "Site file kioskd.txt"),
    Text(
        "有 1 处不对。\n第 7 行：没有“outlett”这个键，是不是 outlet？",
        "1 line is wrong.\nLine 7: there is no key outlett; do you mean outlet?",
    ),
    Text(
        "把卡插入电脑，改好这一行，再插回来。", "Correct the line on a laptop, put the card back."
    ),
)
WHICH: Final = WhichKiosk("K0123", "10000000abcdef01", "192.0.2.23", "0.1.0 a")


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    known = dict(screens())
    for file, name in PICTURES.items():
        pair = [draw(known[name], Variant("standard", PANEL, one)).surface for one in LANGUAGES]
        pygame.image.save(_beside(pair), FOLDER / f"{file}.png")
    pygame.image.save(_notice(), FOLDER / "notice.png")


def _beside(pair: list[pygame.Surface]) -> pygame.Surface:
    width, height = pair[0].get_size()
    both = pygame.Surface((2 * width + GAP_PX, height))
    both.fill("white")
    for number, one in enumerate(pair):
        both.blit(one, (number * (width + GAP_PX), 0))
    return both


def _notice() -> pygame.Surface:
    surface = pygame.Surface(PANELS[PANEL][:2])
    draw_notice(surface, NoticePage(NOTICE, WHICH, 5), find_fonts())
    return surface


if __name__ == "__main__":
    main()
