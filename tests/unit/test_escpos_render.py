"""The bench's receipt printer: its reading of bytes against tables and against python-escpos."""

import io

import pytest
from PIL import Image

from kiosk_bench.devices.escpos_parser import Command, EscposParser, Text, Token, Unknown
from kiosk_bench.devices.escpos_render import PaperRoll, Slip


def tokens(data: bytes) -> list[Token]:
    parser = EscposParser()
    parser.receive(data)
    return list(parser.tokens())


def slips(data: bytes) -> list[Slip]:
    roll = PaperRoll()
    return [slip for token in tokens(data) if (slip := roll.take(token)) is not None]


def picture(slip: Slip) -> Image.Image:
    return Image.open(io.BytesIO(slip.png))


def ink(slip: Slip) -> tuple[int, int, int, int]:
    """Return the box of what is printed, within the paper's dots."""
    image = picture(slip)
    dots = image.crop((20, 20, image.width - 20, image.height - 20))
    box = dots.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1B40", Command("ESC @")),
        ("1B6101", Command("ESC a", b"\x01")),
        ("1B2138", Command("ESC !", b"\x38")),
        ("1D2111", Command("GS !", b"\x11")),
        ("1B4501", Command("ESC E", b"\x01")),
        ("1C26", Command("FS &")),
        ("1C2E", Command("FS .")),
        ("1B7400", Command("ESC t", b"\x00")),
        ("1B6406", Command("ESC d", b"\x06")),
        ("1B2002", Command("ESC SP", b"\x02")),
        ("1B24C000", Command("ESC $", b"\xc0\x00")),
        ("1B5C6000", Command("ESC \\", b"\x60\x00")),
        ("1C2D01", Command("FS -", b"\x01")),
        ("1C530000", Command("FS S", b"\x00\x00")),
        ("1C2841020030 00".replace(" ", ""), Command("FS ( A", b"0\x00")),
        ("0A", Command("LF")),
        ("0D", Command("CR")),
        ("1D5600", Command("GS V", b"\x00")),
        ("1D564203", Command("GS V", b"\x42\x03")),
        ("1D7201", Command("GS r", b"\x01")),
        ("1D286B0300315130", Command("GS ( k", b"1Q0")),
        ("1D763000020001 00F00F".replace(" ", ""), None),
        ("1D76300002000100F00F", Command("GS v 0", bytes.fromhex("0002000100F00F"))),
        ("41", Text(b"A")),
        ("07", Unknown(b"\x07")),
        ("1B7A", Unknown(b"\x1bz")),
    ],
)
def test_each_command_by_the_table(data: str, expected: Token | None) -> None:
    """Every command takes exactly the bytes of the reference, also when they come one by one."""
    parser = EscposParser()
    found: list[Token] = []
    for byte in bytes.fromhex(data):
        parser.receive(bytes([byte]))
        found += parser.tokens()
    if expected is not None:
        assert found == [expected]


def test_chinese_only_in_chinese_mode() -> None:
    """FS & pairs the bytes, FS . and ESC @ end that: forgetting the mode shows as rubbish."""
    code = "缴".encode("gb18030")
    assert tokens(b"\x1c&" + code) == [Command("FS &"), Text(code)]
    assert tokens(b"\x1c&\x1b@" + code)[-2:] == [Text(code[:1]), Text(code[1:])]


def test_rows_and_cut() -> None:
    """Rows end at LF and at the edge of the paper; the cut makes a slip of them."""
    (slip,) = slips(b"\x1b@" + b"x" * 40 + b"\nend\n\x1dV\x00")
    assert slip.rows == ("x" * 32, "x" * 8, "end")


def test_alignment_and_size_move_the_ink() -> None:
    """Left, centred and right stand where they should; double size is twice as tall and wide."""
    left, middle, right, big = (
        ink(slips(b"\x1b@" + code + b"HH\n\x1dV\x00")[0])
        for code in (b"", b"\x1ba\x01", b"\x1ba\x02", b"\x1d!\x11")
    )
    assert left[2] < 30
    assert abs((middle[0] + middle[2]) / 2 - 192) < 4
    assert right[2] > 355
    assert big[2] - big[0] >= 1.8 * (left[2] - left[0])
    assert big[3] - big[1] >= 1.8 * (left[3] - left[1])


def test_bold_has_more_ink() -> None:
    """ESC E darkens."""
    dark = [
        sum(picture(slips(code + b"HHHH\n\x1dV\x00")[0]).convert("1", dither=0).histogram()[:1])
        for code in (b"\x1bE\x00", b"\x1bE\x01")
    ]
    assert dark[1] > 1.1 * dark[0]


def test_raster_is_printed_dot_by_dot() -> None:
    """GS v 0: set bits are black, at the left edge, as many rows as said."""
    (slip,) = slips(b"\x1dv0\x00" + bytes([2, 0, 3, 0]) + b"\xf0\x0f" * 3 + b"\x1dV\x00")
    assert ink(slip) == (0, 0, 16, 3)


def test_what_python_escpos_sends_is_understood() -> None:
    """Text, styles, native code, picture and cut of the library leave no unknown byte."""
    from escpos.printer import Dummy

    library = Dummy()
    library.hw("INIT")
    library._raw(b"\x1c&")
    library.set(align="center", bold=True, custom_size=True, width=2, height=2)
    library.text("缴费凭条\n")
    library.set(align="left", bold=False, normal_textsize=True)
    library.text("签：，。①㎡\n")
    library.qr("KX1|000123", native=True, size=4)
    library._raw(b"\x1d(k\x03\x001Q0")
    library.image(Image.new("1", (64, 8)), impl="bitImageRaster")
    library.cut()
    found = tokens(library.output)
    assert not [token for token in found if isinstance(token, Unknown)]
    (slip,) = slips(library.output)
    assert slip.rows[:2] == ("缴费凭条", "签：，。①㎡")
    assert b"KX1|000123" in slip.codes


def test_a_character_of_four_bytes_is_rubbish_on_this_head() -> None:
    """Like a cheap head: what should have been □ is visibly wrong."""
    (slip,) = slips(b"\x1b@\x1c&" + "𠮷".encode("gb18030") + b"\n\x1dV\x00")
    assert "𠮷" not in slip.rows[0]
