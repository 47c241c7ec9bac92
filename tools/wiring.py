"""The pins of the cabinet for who wires it: a table in ``docs/wiring.md``, a picture of the header.

``python -m tools.wiring`` makes both of the example in ``docs/cabinet.md``; where a pin is on the
header is gpiozero's own description of the board.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
from gpiozero.pins.pi import PiBoardInfo

from kioskd.drivers.settings import CabinetSettings

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, EXAMPLE, PICTURE = DOCS / "wiring.md", DOCS / "cabinet.md", DOCS / "wiring-header.svg"
BEGIN, END = "<!-- pins: python -m tools.wiring -->", "<!-- end of pins -->"
BOARD_REVISION = 0xC03114
"""A Raspberry Pi 4B; its header is that of every board with 40 pins."""
HEADER = "J8"
LAMPS = {
    "card": "card slot",
    "id": "ID reader",
    "pinpad": "PIN pad",
    "receipt": "receipt printer",
    "document": "A4 tray",
}
RESERVED = {2: "I2C", 3: "I2C", 0: "board id", 1: "board id", 14: "serial TXD", 15: "serial RXD"}
"""BCM numbers that have another use on this kiosk, or a resistor of their own."""
COLOURS = {
    "lamp": "#b45309",
    "contact": "#1d4ed8",
    "sensor": "#047857",
    "5V": "#b91c1c",
    "3V3": "#c2410c",
    "GND": "#111827",
    "other": "#6b7280",
}
ROW, TOP, WIDE = 24, 64, 660
LEFT, RIGHT = 318, 342
"""Where the two columns of pins are."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One pin of the cabinet."""

    key: str
    """In ``[cabinet]``."""
    what: str
    kind: str
    """``lamp``, ``contact`` or ``sensor``: how it is wired."""
    bcm: int
    place: int
    """On the header."""
    meaning: str


def cabinet() -> CabinetSettings:
    """Return the documented configuration."""
    block = EXAMPLE.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    return msgspec.convert(tomllib.loads(block)["cabinet"], CabinetSettings)


def places() -> dict[int, str]:
    """Return the header: ``3V3``, ``GND`` or ``GPIO17`` by the number of the place."""
    pins = PiBoardInfo.from_revision(BOARD_REVISION).headers[HEADER].pins
    return {number: str(pin.name) for number, pin in sorted(pins.items())}


def wires() -> list[Wire]:
    """Return every pin that is used, in the order of the header."""
    at = {name: number for number, name in places().items()}
    found = [
        Wire(key, what, kind, bcm, at[f"GPIO{bcm}"], meaning)
        for key, what, kind, bcm, meaning in _used()
    ]
    return sorted(found, key=lambda wire: wire.place)


def _used() -> Iterator[tuple[str, str, str, int, str]]:
    pins = cabinet()
    for slot, bcm in pins.lamps.items():
        yield f"lamps.{slot}", f"lamp, {LAMPS[slot]}", "lamp", bcm, "high: lit"
    inputs = {
        "presence": ("presence sensor", "sensor", pins.presence, "high: somebody is seen"),
        "earphones": ("earphone jack", "contact", pins.earphones, "low: a plug is in"),
        "door": ("door contact", "contact", pins.door, "low: closed"),
        "tamper": ("tamper contact", "contact", pins.tamper, "low: closed"),
    }
    for key, (what, kind, pin, meaning) in inputs.items():
        if pin is not None:
            yield key, what, kind, pin, meaning


def table() -> str:
    """Return the table for the page."""
    rows = [
        "| place | BCM | `[cabinet]` | what | wired as | it means |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {wire.place} | {wire.bcm} | `{wire.key}` | {wire.what} | {wire.kind} | {wire.meaning} |"
        for wire in wires()
    ]
    return "\n".join(rows)


def picture() -> str:
    """Return the header as SVG: as one looks down on the board, place 1 at the top left."""
    used = {wire.place: wire for wire in wires()}
    tall, middle = TOP + 20 * ROW + 40, WIDE // 2
    size = f'width="{WIDE}" height="{tall}"'
    font = 'font-family="DejaVu Sans, sans-serif" font-size="12"'
    body = f'width="{RIGHT - LEFT + 28}" height="{20 * ROW + 4}" rx="4" fill="#1f2937"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" {size} {font}>',
        f'<rect {size} fill="#ffffff"/>',
        _text(
            middle, 22, "middle", "#111827", "40-pin header from above, the board's corner on top"
        ),
        _text(middle, 42, "middle", "#b91c1c", "3.3 V: no pin but the two 5 V ones may see more"),
        f'<rect x="{LEFT - 14}" y="{TOP - 14}" {body}/>',
    ]
    for number, name in places().items():
        lines += _pin(number, name, used.get(number))
    return "\n".join([*lines, "</svg>", ""])


def _pin(number: int, name: str, wire: Wire | None) -> list[str]:
    odd, y = number % 2 == 1, TOP + (number - 1) // 2 * ROW
    x, outward = (LEFT, -1) if odd else (RIGHT, 1)
    anchor = "end" if odd else "start"
    colour = COLOURS.get(wire.kind if wire else name, COLOURS["other"])
    corner = 0 if number == 1 else 8  # as on the board: the first one is square
    at = f'x="{x - 8}" y="{y - 8}" width="16" height="16" rx="{corner}"'
    words = f"{wire.what} · BCM {wire.bcm}" if wire else _idle(name)
    return [
        f'<rect {at} fill="{colour}" stroke="#f9fafb" stroke-width="2"/>',
        _text(x + 24 * outward, y + 4, anchor, "#6b7280", str(number)),
        _text(x + 50 * outward, y + 4, anchor, colour, words, bold=wire is not None),
    ]


def _text(x: int, y: int, anchor: str, colour: str, words: str, *, bold: bool = False) -> str:
    style = (
        f'text-anchor="{anchor}" fill="{colour}"{" font-weight=" + repr("bold") if bold else ""}'
    )
    return f'<text x="{x}" y="{y}" {style}>{escape(words)}</text>'


def _idle(name: str) -> str:
    bcm = name.removeprefix("GPIO")
    use = RESERVED.get(int(bcm)) if bcm.isdigit() else None
    return f"{name} ({use})" if use else name


def main() -> None:
    """Write table and picture."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
