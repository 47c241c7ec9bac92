"""PDF pages as pictures, by poppler, which is no code of ours."""

import subprocess
from pathlib import Path

from PIL import Image


def drawn(pdf: bytes, folder: Path, dots_per_inch: int, page: int = 1) -> Image.Image:
    """Return one page as a picture."""
    (folder / "page.pdf").write_bytes(pdf)
    words = ["pdftoppm", "-r", str(dots_per_inch), "-f", str(page), "-l", str(page), "-png"]
    subprocess.run(
        [*words, "-singlefile", str(folder / "page.pdf"), str(folder / "page")], check=True
    )
    return Image.open(folder / "page.png")
