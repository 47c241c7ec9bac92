"""Join photographed QR pages of ``kioskd bundle --qr``: ``read_qr_pages.py OUT PICTURE...``.

A page may also be given as a text file, as a telephone's own reader saves it.
"""

import sys
from pathlib import Path

import zxingcpp
from PIL import Image

from kioskd.technician.bundle.archive import faults_in
from kioskd.technician.bundle.pages import PagesUnreadable, join


def texts_in(file: Path) -> list[str]:
    """Return the pages in one picture, or the lines of one text file."""
    if file.suffix == ".txt":
        return [line for line in file.read_text(encoding="ascii").splitlines() if line]
    with Image.open(file) as picture:
        return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


def main(words: list[str]) -> int:
    """Write the bundle; 1 with the reason if pages are missing or damaged."""
    if len(words) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    out, files = Path(words[0]), [Path(word) for word in words[1:]]
    found = [(file, texts_in(file)) for file in files]
    for file in (file for file, texts in found if not texts):
        print(f"{file}: no code is seen: photograph it again, straight and close", file=sys.stderr)
    try:
        data = join(text for _, texts in found for text in texts)
    except PagesUnreadable as why:
        print(f"not written: {why}", file=sys.stderr)
        return 1
    out.write_bytes(data)
    damaged = faults_in(data)
    print(f"{out}: {len(data)} bytes, {'damaged: ' + ', '.join(damaged) if damaged else 'whole'}")
    return 1 if damaged else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
