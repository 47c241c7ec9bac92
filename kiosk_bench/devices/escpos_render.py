"""The paper of a receipt printer: tokens in, slips of paper out, as pictures and as text.

A 203 dpi head: 24 x 24 dots a Chinese character, 12 x 24 a Latin one, 30 dots from line to line.
It has the characters of two bytes and no others, as cheap heads do.
"""

import io
from dataclasses import dataclass, field, replace
from functools import cache

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFont

from kiosk_bench.devices.escpos_parser import Command, Text, Token

FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
_MONOSPACED = 1
"""The face within the font file whose Latin letters are half as wide as its Chinese ones."""
HEAD_LACKS = "\ufffd"
_CELL = 24
_PAPER, _INK, _EDGE = 255, 0, 235
_MARGIN = 20
_QR_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}


@dataclass(frozen=True, slots=True)
class _Face:
    across: int = 1
    down: int = 1
    bold: bool = False
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """One cut piece of paper: its rows of text, the contents of its QR codes, its picture."""

    rows: tuple[str, ...]
    codes: tuple[bytes, ...]
    png: bytes = field(repr=False)


class PaperRoll:
    """Prints tokens on a roll; a cut makes a slip."""

    def __init__(self, dots_wide: int = 384) -> None:
        self._dots_wide = dots_wide
        self._bands: list[Image.Image] = []
        self._rows: list[str] = []
        self._codes: list[bytes] = []
        self._initialise()

    def _initialise(self) -> None:
        self._face = _Face()
        self._align = 0
        self._spacing = 30
        self._row: list[tuple[str, _Face]] = []
        self._qr_dots, self._qr_level, self._qr_content = 3, 48, b""

    @property
    def unfinished_rows(self) -> tuple[str, ...]:
        """The rows that hang out of the printer, not yet cut."""
        return tuple(self._rows)

    def take(self, token: Token) -> Slip | None:
        """Obey one token; a cut returns the slip."""
        if isinstance(token, Text):
            self._put(token.code)
        elif isinstance(token, Command):
            return self._obey(token.name, token.parameters)
        return None

    def _obey(self, name: str, parameters: bytes) -> Slip | None:
        n = parameters[0] if parameters else 0
        match name:
            case "ESC @":
                self._initialise()
            case "ESC a":
                self._align = n % 48
            case "ESC !":
                across, down = 1 + bool(n & 0x20), 1 + bool(n & 0x10)
                self._face = _Face(across, down, bool(n & 0x08), bool(n & 0x80))
            case "GS !":
                self._face = replace(self._face, across=1 + (n >> 4 & 7), down=1 + (n & 7))
            case "ESC E" | "ESC G":
                self._face = replace(self._face, bold=bool(n & 1))
            case "ESC -":
                self._face = replace(self._face, underlined=bool(n % 48))
            case "ESC 2" | "ESC 3":
                self._spacing = n or 30
            case _:
                return self._put_out(name, parameters, n)
        return None

    def _put_out(self, name: str, parameters: bytes, n: int) -> Slip | None:
        match name:
            case "LF":
                self._end_row()
            case "ESC d":
                self._end_row(n)
            case "ESC J":
                self._bands.append(self._blank(n))
            case "GS v 0":
                self._print_raster(parameters)
            case "GS ( k":
                self._obey_qr(parameters[1], parameters[2:])
            case "GS V":
                return self._cut(parameters)
        return None

    def _put(self, code: bytes) -> None:
        character = _decoded(code)
        if self._width_of_row() + _dots(character, self._face) > self._dots_wide:
            self._end_row()
        self._row.append((character, self._face))

    def _width_of_row(self) -> int:
        return sum(_dots(character, face) for character, face in self._row)

    def _end_row(self, feeds: int = 1) -> None:
        tallest = max((face.down for _, face in self._row), default=1)
        band = self._blank(max(self._spacing, tallest * _CELL + 6))
        x = self._left_edge(self._width_of_row())
        for character, face in self._row:
            band.paste(_glyph(character, face), (x, (tallest - face.down) * _CELL))
            x += _dots(character, face)
        self._bands.append(band)
        self._bands.extend(self._blank(self._spacing) for _ in range(feeds - 1))
        self._rows.append("".join(character for character, _ in self._row))
        self._row = []

    def _left_edge(self, width: int) -> int:
        return (self._dots_wide - width) * self._align // 2

    def _blank(self, height: int) -> Image.Image:
        return Image.new("L", (self._dots_wide, height), _PAPER)

    def _print_raster(self, parameters: bytes) -> None:
        across = int.from_bytes(parameters[1:3], "little")
        down = int.from_bytes(parameters[3:5], "little")
        bits = Image.frombytes("1", (across * 8, down), parameters[5:])
        self._print_picture(ImageChops.invert(bits.convert("L")))

    def _print_picture(self, picture: Image.Image) -> None:
        band = self._blank(picture.height)
        band.paste(picture, (self._left_edge(picture.width), 0))
        self._bands.append(band)

    def _obey_qr(self, function: int, parameters: bytes) -> None:
        match function:
            case 67:
                self._qr_dots = parameters[0]
            case 69:
                self._qr_level = parameters[0]
            case 80:
                self._qr_content = parameters[1:]
            case 81 if self._qr_content:
                self._print_qr()

    def _print_qr(self) -> None:
        code = segno.make_qr(self._qr_content, error=_QR_LEVELS[self._qr_level], boost_error=False)
        file = io.BytesIO()
        code.save(file, kind="png", scale=self._qr_dots, border=0)
        self._codes.append(self._qr_content)
        self._print_picture(Image.open(file).convert("L"))

    def _cut(self, parameters: bytes) -> Slip:
        if len(parameters) > 1 and parameters[1]:
            self._bands.append(self._blank(parameters[1]))
        slip = Slip(tuple(self._rows), tuple(self._codes), self._picture())
        self._bands, self._rows, self._codes = [], [], []
        return slip

    def _picture(self) -> bytes:
        height = sum(band.height for band in self._bands) + 2 * _MARGIN
        paper = Image.new("L", (self._dots_wide + 2 * _MARGIN, height), _PAPER)
        y = _MARGIN
        for band in self._bands:
            paper.paste(band, (_MARGIN, y))
            y += band.height
        ImageDraw.Draw(paper).rectangle((0, 0, paper.width - 1, height - 1), outline=_EDGE)
        file = io.BytesIO()
        paper.save(file, "PNG")
        return file.getvalue()


def _decoded(code: bytes) -> str:
    if len(code) == 1:
        return code.decode("cp437")
    try:
        return code.decode("gb18030")
    except UnicodeDecodeError:
        return HEAD_LACKS


def _dots(character: str, face: _Face) -> int:
    return face.across * (_CELL if _is_wide(character) else _CELL // 2)


def _is_wide(character: str) -> bool:
    # What came as two bytes is square; code page characters are half as wide.
    return character == HEAD_LACKS or len(character.encode("gb18030", "replace")) == 2


@cache
def _glyph(character: str, face: _Face) -> Image.Image:
    width = _CELL if _is_wide(character) else _CELL // 2
    scale = max(face.across, face.down)
    glyph = Image.new("L", (width * scale, _CELL * scale), _PAPER)
    font = ImageFont.truetype(FONT, _CELL * scale - 2 * scale, index=_MONOSPACED)
    draw = ImageDraw.Draw(glyph)
    middle = (width * scale / 2, _CELL * scale / 2)
    stroke = scale / 3 if face.bold else 0
    draw.text(middle, character, _INK, font, anchor="mm", stroke_width=stroke)
    if face.underlined:
        draw.line((0, glyph.height - 1, glyph.width, glyph.height - 1), _INK, 1)
    return glyph.resize((width * face.across, _CELL * face.down))
