"""What is in a PDF, and whose signature is on it: the only importer of pyhanko.

Blocks, and loads its library at the first call (0.7 s): for worker threads. Everything is in
memory. A file that is no sound PDF is NotGenuine(NOT_A_PDF), however it is broken.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from kioskd.errors import ConfigError, NotGenuine, SealFault

POINTS_PER_MM10: Final = 72 / 254
BOXES: Final = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")
PAGES_MAX: Final = 500
DEPTH_MAX: Final = 16
META_BYTES_MAX: Final = 1 << 20


def page_count(pdf: bytes) -> int:
    """Count the pages that are there, whatever the file claims. Raises NotGenuine."""
    with _broken_is_no_pdf():
        return sum(1 for _ in _pages(_reader(pdf).root["/Pages"], {}, 0))


def says(pdf: bytes, text: str) -> bool:
    """Tell whether the document's own description holds ``text``. Raises NotGenuine."""
    with _broken_is_no_pdf():
        reader = _reader(pdf)
        trailer = reader.trailer_view
        info = trailer["/Info"] if "/Info" in trailer else {}  # noqa: SIM401  get() follows no link
        told = [str(info[key]) for key in ("/Title", "/Subject", "/Keywords") if key in info]
        if "/Metadata" in reader.root:
            told.append(reader.root["/Metadata"].data[:META_BYTES_MAX].decode("utf-8", "replace"))
    return bool(text) and any(text in one for one in told)


def seal_fault(pdf: bytes, seal_ca_pem: bytes) -> SealFault | None:
    """Say what is wrong with the signature: there is one, whole, of the pinned CA, valid now.

    Raises NotGenuine where the file cannot be read, ConfigError where the CA cannot.
    """
    trusted = _certificate(seal_ca_pem)
    with _broken_is_no_pdf():
        signatures = _reader(pdf).embedded_regular_signatures
        if len(signatures) != 1:
            return SealFault.NOT_SIGNED
        return _fault_of(signatures[0], trusted)


def _fault_of(signature: Any, trusted: Any) -> SealFault | None:
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    context = ValidationContext(
        trust_roots=[trusted], allow_fetching=False, moment=datetime.now(UTC)
    )
    # The library logs a trace with the names in a stranger's certificate; our own word is enough.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    try:
        status = validate_pdf_signature(signature, context)
    except SignatureValidationError:
        return SealFault.BROKEN_SIGNATURE
    if not (status.intact and status.valid):
        return SealFault.BROKEN_SIGNATURE
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        return SealFault.NOT_WHOLE
    if not (status.trusted and status.bottom_line):
        return SealFault.STRANGER
    return None


def moved(pdf: bytes, right_mm10: int, down_mm10: int) -> bytes:
    """Return the PDF with all it shows moved, in 0.1 mm; the very bytes if by nothing.

    The pages' boxes move and the content stays, so that everything moves together and no content
    has to be understood. Only for the printer: no signature is whole after it. Raises NotGenuine.
    """
    if not right_mm10 and not down_mm10:
        return pdf
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415

    x, y = -right_mm10 * POINTS_PER_MM10, down_mm10 * POINTS_PER_MM10
    with _broken_is_no_pdf():
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        for page, boxes in list(_pages(writer.root["/Pages"], {}, 0)):
            _move_boxes(page, boxes, x, y)
            writer.update_container(page)
        out = io.BytesIO()
        writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _move_boxes(page: Any, boxes: dict[str, list[float]], x: float, y: float) -> None:
    from pyhanko.pdf_utils.generic import ArrayObject, FloatObject, NameObject  # noqa: PLC0415

    for name, (left, low, right, high) in boxes.items():
        corners = (left + x, low + y, right + x, high + y)
        page[NameObject(name)] = ArrayObject(
            FloatObject(f"{one:.3f}")  # type: ignore[no-untyped-call]
            for one in corners
        )


def _pages(
    node: Any, inherited: dict[str, list[float]], depth: int
) -> Iterator[tuple[Any, dict[str, list[float]]]]:
    """Walk the page tree: each page with its boxes, its own or inherited."""
    if depth > DEPTH_MAX:
        raise ValueError("a page tree without an end")
    own = {name: [float(one) for one in node[name]] for name in BOXES if name in node}
    boxes = {**inherited, **own}
    if node["/Type"] == "/Page":
        yield node, boxes
        return
    kids = node["/Kids"]
    if len(kids) > PAGES_MAX:
        raise ValueError("too many pages")
    for kid in kids:
        yield from _pages(kid.get_object(), boxes, depth + 1)


def _reader(pdf: bytes) -> Any:
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    return PdfFileReader(io.BytesIO(pdf))


def _certificate(pem: bytes) -> Any:
    from asn1crypto import pem as pem_format  # noqa: PLC0415
    from asn1crypto.x509 import Certificate  # noqa: PLC0415

    try:
        _, _, der = pem_format.unarmor(pem)
        certificate = Certificate.load(der)
        certificate.native  # noqa: B018  read all of it now
    except (ValueError, TypeError) as broken:
        raise ConfigError("document_printer", "seal_ca", "not a certificate") from broken
    return certificate


@contextmanager
def _broken_is_no_pdf() -> Iterator[None]:
    """A hostile or torn file makes the library stumble in many ways; all mean the same here."""
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415

    try:
        yield
    except (
        PdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
        RecursionError, NotImplementedError, OSError, AssertionError,
    ) as broken:  # fmt: skip
        raise NotGenuine(SealFault.NOT_A_PDF) from broken
