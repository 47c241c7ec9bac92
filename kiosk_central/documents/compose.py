"""Composes papers with Typst; the only home of it. The same paper always gives the same bytes.

PDF/A-2b: fonts embedded, no transparency group without a colour space, metadata inside. The fonts
are Debian's fonts-wqy-microhei, and fonts-hanazono for the rarest characters in names.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

import segno
import typst

from kiosk_central.documents.facts import Paper
from kiosk_central.documents.views import view_of
from kioskd.errors import KioskError
from kioskd.protocols.receipt_facts import qr_text

FONT_FOLDERS = ("/usr/share/fonts/truetype/wqy", "/usr/share/fonts/truetype/hanazono")
FONTS = {"WenQuanYi Micro Hei", "HanaMinA", "HanaMinB"}
NO_GLYPH = "could not be displayed with"
"""What Typst says of a character that no font has; the character stands beside it."""
PDF_STANDARD: Final = "a-2b"
QR_QUIET_ZONE = 2


class CannotCompose(KioskError):
    """Fonts are missing, or a template is broken: nothing the citizen could do about."""


class NotPrintable(KioskError):
    """A character is in none of the fonts. PDF/A forbids an empty box, and so do people's names."""


class Composer:
    """Sets papers; keeps fonts and templates warm. One for each thread that composes."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[folder for folder in FONT_FOLDERS if Path(folder).is_dir()],
        )
        if missing := FONTS - set(fonts.families()):
            names = ", ".join(sorted(missing))
            raise CannotCompose(f"no {names}: install fonts-wqy-microhei and fonts-hanazono")
        self._folder = Path(str(files("kiosk_central.documents"))) / "templates"
        self._typst = typst.Compiler(root=self._folder, font_paths=fonts)

    def compose(self, paper: Paper) -> bytes:
        """Return the unsigned PDF. Raises CannotCompose, NotPrintable; neither tells the data."""
        view = view_of(paper) | {"qr": _qr_svg(qr_text(paper.proof, paper.letterhead.verify_url))}
        try:
            made = self._typst.compile(
                input=self._folder / f"{paper.kind.value}.typ",
                format="pdf",
                sys_inputs={"paper": json.dumps(view, ensure_ascii=False)},
                pdf_standards=PDF_STANDARD,
                pdf_tags=False,  # it is printed and forgotten; tags would double its size
            )
        except typst.TypstError as error:
            if NO_GLYPH in error.message:
                raise NotPrintable(paper.kind.value) from None
            raise CannotCompose(f"{paper.kind.value}: Typst refuses it") from None
        assert isinstance(made, bytes), "one PDF"
        return made


def _qr_svg(text: bytes) -> str:
    """Return the QR code as SVG; error correction M stands a fold in the paper."""
    code = segno.make_qr(text.decode("ascii"), error="m", boost_error=False)
    return code.svg_inline(border=QR_QUIET_ZONE, dark="#000", light=None)
