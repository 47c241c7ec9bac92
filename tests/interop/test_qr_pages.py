"""A bundle of logs as QR pages: another reader than the project's own finds every letter."""

from pathlib import Path
from random import Random

import pytest

from kioskd.screens.qr_code import squares_of
from kioskd.technician.bundle.pages import PAGE_BYTES, join, split
from kioskd.technician.bundle.png import png_of
from tests.interop.comparison import Comparison, ran, told
from tests.interop.peers import ZBAR

READ = ("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable")


@pytest.mark.interop("QR pages of a bundle", ZBAR)
def test_zbar_reads_the_pages_of_a_bundle(compare: Comparison, tmp_path: Path) -> None:
    """Every page as it is drawn; what was read joins to the same bytes. A blot is not read."""
    data = Random(7).randbytes(3 * PAGE_BYTES - 100)
    pages = split(data)
    found = []
    for number, page in enumerate(pages, start=1):
        picture = tmp_path / f"page-{number}.png"
        picture.write_bytes(png_of(squares_of(page)))
        found.append(told(*READ, picture).rstrip("\n"))
        compare.same(f"page {number} of {len(pages)}", page, found[-1])
    compare.same("joined", data, join(found))
    squares = [list(row) for row in squares_of(pages[0])]
    for row in squares[30:60]:
        row[30:60] = [True] * 30
    (tmp_path / "blot.png").write_bytes(png_of(squares))
    compare.refused("a blot", ran(*READ, tmp_path / "blot.png").stdout.strip() == b"")
