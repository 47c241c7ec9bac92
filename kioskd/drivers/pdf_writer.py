"""The smallest PDF that readers take: objects one after the other, and the table of their places.

For pages of our own that need no more than this; what the centre seals is composed elsewhere.
"""

import zlib
from collections.abc import Sequence
from typing import Final

POINTS_PER_MM: Final = 72 / 25.4
A4_MM: Final = (210.0, 297.0)


def page_of(content: bytes, resources: bytes, *others: bytes) -> bytes:
    """Return one A4 page of drawing commands; ``others`` are its objects from number 5 on."""
    width, height = (side * POINTS_PER_MM for side in A4_MM)
    return _written(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.3f %.3f]" % (width, height)
            + b" /Contents 4 0 R /Resources << "
            + resources
            + b" >> >>",
            stream_of(b"", content),
            *others,
        )
    )


def stream_of(head: bytes, data: bytes) -> bytes:
    """Return an object that holds data; ``head`` are further entries of its dictionary."""
    return b"<< %s /Length %d >>\nstream\n" % (head, len(data)) + data + b"\nendstream"


def picture_page(width: int, height: int, grey: bytes) -> bytes:
    """Return a page that is one picture of ``width`` by ``height`` grey pixels, a byte each."""
    assert len(grey) == width * height, "a byte a pixel"
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d" % (width, height)
    head += b" /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    across, up = (side * POINTS_PER_MM for side in A4_MM)
    content = b"q %.3f 0 0 %.3f 0 0 cm /Im1 Do Q" % (across, up)
    picture = stream_of(head, zlib.compress(grey, 6))
    return page_of(content, b"/XObject << /Im1 5 0 R >>", picture)


def _written(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n" % count
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    )
