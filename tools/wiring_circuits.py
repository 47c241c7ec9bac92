"""Draws how a lamp, a contact and a 5 V sensor hang on a pin: ``docs/wiring-circuits.svg``.

``python -m tools.wiring_circuits``. The values are those of the tables in ``docs/wiring.md``.
"""

from pathlib import Path
from xml.sax.saxutils import escape

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "wiring-circuits.svg"
WIDE, TALL = 980, 330
INK, GREY, RED, BLUE = "#111827", "#6b7280", "#b91c1c", "#1d4ed8"
LAMP_GATE, LAMP_DOWN = "220 Ω", "10 kΩ"
CONTACT_SERIES, CONTACT_UP, CONTACT_ACROSS = "1 kΩ", "4.7 kΩ", "100 nF"
DIVIDER_SERIES, DIVIDER_DOWN = "10 kΩ", "20 kΩ"


class Drawing:
    """Lines, parts and words of one circuit, its left upper corner at ``left``."""

    def __init__(self, left: int, title: str) -> None:
        self.left = left
        self.lines = [self._words(left + 10, 28, title, INK, "start", 15)]

    def wire(self, *points: tuple[int, int]) -> None:
        """Draw a wire from point to point."""
        path = " ".join(f"{self.left + x},{y}" for x, y in points)
        self.lines.append(
            f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="2"/>'
        )

    def joint(self, x: int, y: int) -> None:
        """Mark where wires are joined."""
        self.lines.append(f'<circle cx="{self.left + x}" cy="{y}" r="4" fill="{INK}"/>')

    def part(self, x: int, y: int, wide: int, tall: int, *words: str) -> None:
        """Draw a box around a middle, with words in it or beside it if it is narrow."""
        at = f'x="{self.left + x - wide // 2}" y="{y - tall // 2}" width="{wide}" height="{tall}"'
        self.lines.append(f'<rect {at} fill="#ffffff" stroke="{INK}" stroke-width="2"/>')
        beside = wide < 30
        for row, text in enumerate(words):
            down = y + 4 + 15 * row - (15 * (len(words) - 1)) // 2
            self.say(
                x + wide // 2 + 6 if beside else x, down, text, at="start" if beside else "middle"
            )

    def say(self, x: int, y: int, text: str, colour: str = INK, at: str = "middle") -> None:
        """Write words."""
        self.lines.append(self._words(self.left + x, y, text, colour, at, 13))

    def ground(self, x: int, y: int) -> None:
        """End a wire at ground."""
        for half, down in ((14, 0), (9, 5), (4, 10)):
            self.wire((x - half, y + down), (x + half, y + down))

    def capacitor(self, x: int, y: int, text: str) -> None:
        """Draw two plates across a wire that goes down."""
        for edge in (y - 4, y + 4):
            self.wire((x - 12, edge), (x + 12, edge))
        self.say(x + 18, y + 5, text, at="start")

    @staticmethod
    def _words(x: int, y: int, text: str, colour: str, at: str, size: int) -> str:
        style = f'font-size="{size}" fill="{colour}" text-anchor="{at}"'
        return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def lamp() -> Drawing:
    """Return a lamp on a MOSFET."""
    draw = Drawing(0, "Lamp")
    draw.say(30, 204, "pin", BLUE)
    draw.wire((50, 200), (180, 200))
    draw.part(95, 200, 56, 20, LAMP_GATE)
    draw.joint(146, 200)
    draw.wire((146, 200), (146, 290))
    draw.part(146, 246, 18, 44, LAMP_DOWN)
    draw.ground(146, 290)
    draw.part(222, 200, 84, 60, "MOSFET", "AO3400A")
    draw.say(172, 192, "G")
    draw.say(236, 164, "D")
    draw.say(236, 246, "S")
    draw.wire((222, 170), (222, 126))
    draw.part(222, 106, 96, 40, "lamp 12 V")
    draw.wire((222, 86), (222, 62))
    draw.say(222, 54, "+12 V, fused 1 A", RED)
    draw.wire((222, 230), (222, 290))
    draw.ground(222, 290)
    return draw


def contact() -> Drawing:
    """Return a contact with its filter and a pull-up for long wires."""
    draw = Drawing(330, "Contact: door, tamper, earphones")
    draw.say(30, 164, "pin", BLUE)
    draw.wire((50, 160), (270, 160))
    draw.joint(86, 160)
    draw.wire((86, 160), (86, 62))
    draw.part(86, 112, 18, 44, CONTACT_UP, "long wires")
    draw.say(86, 54, "3.3 V, place 17", RED)
    draw.wire((86, 160), (86, 220))
    draw.capacitor(86, 224, CONTACT_ACROSS)
    draw.wire((86, 228), (86, 290))
    draw.ground(86, 290)
    draw.part(180, 160, 56, 20, CONTACT_SERIES)
    draw.wire((270, 160), (270, 190))
    draw.wire((270, 190), (252, 232))
    draw.wire((270, 236), (270, 290))
    draw.say(244, 216, "dry contact", GREY, "end")
    draw.ground(270, 290)
    return draw


def sensor() -> Drawing:
    """Return a sensor of 5 V and its divider."""
    draw = Drawing(660, "Sensor whose output is 5 V")
    draw.part(230, 150, 100, 90, "presence", "sensor")
    draw.wire((230, 105), (230, 62))
    draw.say(230, 54, "5 V, place 4", RED)
    draw.wire((230, 195), (230, 290))
    draw.ground(230, 290)
    draw.say(30, 154, "pin", BLUE)
    draw.wire((50, 150), (180, 150))
    draw.say(166, 132, "OUT")
    draw.part(126, 150, 56, 20, DIVIDER_SERIES)
    draw.joint(76, 150)
    draw.wire((76, 150), (76, 290))
    draw.part(76, 220, 18, 44, DIVIDER_DOWN)
    draw.ground(76, 290)
    return draw


def picture() -> str:
    """Return the drawing of all three."""
    size = f'width="{WIDE}" height="{TALL}"'
    font = 'font-family="DejaVu Sans, sans-serif"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {TALL}" {size} {font}>',
        f'<rect {size} fill="#ffffff"/>',
    ]
    for draw in (lamp(), contact(), sensor()):
        lines += draw.lines
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
