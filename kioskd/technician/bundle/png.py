"""Squares of a QR code as a picture file: PNG (ISO/IEC 15948), one bit a pixel."""

import struct
import zlib
from collections.abc import Sequence

PIXELS = 8
"""Width of a square."""


def png_of(squares: Sequence[Sequence[bool]], pixels: int = PIXELS) -> bytes:
    """Return a black and white picture; dark squares are True."""
    side = len(squares) * pixels
    rows = b"".join(_row(row, pixels) * pixels for row in squares)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(row: Sequence[bool], pixels: int) -> bytes:
    """Return a line of pixels: filter type 0, then white 1 and black 0, the first bit leftmost."""
    bits = "".join(("0" if dark else "1") * pixels for dark in row)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
