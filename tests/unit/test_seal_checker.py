"""Only what the centre sealed is printed: every way a document may not fit has its name."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from kiosk_bench.seal_office import (
    SealOffice,
    by_a_stranger,
    composed,
    with_a_byte_changed,
    with_pdf,
)
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.alignment_page import LINE_MM, alignment_page
from kioskd.drivers.pdf_file import moved, page_count
from kioskd.drivers.seal_checker import PinnedSealChecker
from kioskd.errors import DeviceUnavailable, NotGenuine, SealFault
from kioskd.flows.troubles import trouble_for
from kioskd.protocols.central_documents import DocumentKind, SealedDocument
from tests.pictures import drawn
from tests.unit.a4_rig import office, sealed

DOTS_PER_INCH = 254
"""Ten dots a millimetre: a dot is the unit of the offset."""


def checker(folder: Path, pem: bytes = b"") -> PinnedSealChecker:
    """Return a checker that has pinned the office's CA, or what is given."""
    (folder / "ca.pem").write_bytes(pem or office().ca_pem)
    return PinnedSealChecker(str(folder / "ca.pem"))


async def test_a_genuine_paper_is_given_to_the_printer_byte_for_byte(tmp_path: Path) -> None:
    """What is printed is what was sealed."""
    paper = await checker(tmp_path).check(sealed())
    assert (paper.ref, paper.pages, paper.pdf) == ("d3", 3, sealed().pdf)


def appended(document: SealedDocument) -> SealedDocument:
    """Return it with something written behind the signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document.pdf))
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return with_pdf(document, out.getvalue())


def unsigned(document: SealedDocument) -> SealedDocument:
    """Return a paper without any signature."""
    return with_pdf(document, composed("x", document.number, document.pages))


def of_an_expired_seal(document: SealedDocument) -> SealedDocument:
    """Return it sealed by the pinned CA's own seal, which is no longer valid."""
    old = SealOffice("Bench Seal CA", days=-1)
    return old.document(document.ref, document.kind, document.pages, document.number)


FORGERIES: list[tuple[Callable[[SealedDocument], SealedDocument], SealFault]] = [
    (lambda d: replace(d, sha256=bytes(32)), SealFault.OTHER_BYTES),
    (lambda d: with_pdf(d, b""), SealFault.NOT_A_PDF),
    (lambda d: with_pdf(d, b"%PDF-1.7\n" + bytes(range(256)) * 20), SealFault.NOT_A_PDF),
    (lambda d: with_pdf(d, d.pdf[: len(d.pdf) // 2]), SealFault.NOT_A_PDF),
    (unsigned, SealFault.NOT_SIGNED),
    (with_a_byte_changed, SealFault.BROKEN_SIGNATURE),
    (appended, SealFault.NOT_WHOLE),
    (by_a_stranger, SealFault.STRANGER),
    (of_an_expired_seal, SealFault.STRANGER),
    (lambda d: replace(d, pages=2), SealFault.OTHER_PAGES),
    (lambda d: replace(d, number="S000000000000"), SealFault.OTHER_NUMBER),
    (lambda d: replace(d, number=""), SealFault.OTHER_NUMBER),
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: getattr(forge, "__name__", None))
async def test_what_does_not_fit_is_named(
    tmp_path: Path, forge: tuple[Callable[[SealedDocument], SealedDocument], SealFault]
) -> None:
    """Each forgery is found by the check that is there for it; the code is the operator's."""
    make, fault = forge
    with pytest.raises(NotGenuine) as refused:
        await checker(tmp_path).check(make(sealed()))
    assert refused.value.fault is fault


async def test_a_stranger_in_the_pinned_file_lets_nothing_through(tmp_path: Path) -> None:
    """The same name does not make the same CA."""
    strange = checker(tmp_path, SealOffice("Bench Seal CA").ca_pem)
    with pytest.raises(NotGenuine) as refused:
        await strange.check(sealed())
    assert refused.value.fault is SealFault.STRANGER


async def test_without_a_ca_the_services_are_greyed_and_nothing_passes(tmp_path: Path) -> None:
    """A missing file is trouble with a reason; a file that is no certificate names the key."""
    for path in ("", str(tmp_path / "none.pem")):
        trouble = PinnedSealChecker(path).trouble
        assert trouble is not None and trouble.reason is TroubleReason.DOCUMENT_SEAL_MISSING
        with pytest.raises(DeviceUnavailable):
            await PinnedSealChecker(path).check(sealed())
    broken = checker(tmp_path, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert broken.trouble is None
    with pytest.raises(DeviceUnavailable) as none:
        await broken.check(sealed())
    assert trouble_for(none.value).reason is TroubleReason.DOCUMENT_SEAL_MISSING
    assert broken.trouble is not None, "found out, it is said before the next one asks"


def dark_line(pdf: bytes, folder: Path, page: int = 1) -> tuple[int, int]:
    """Return the place of the alignment lines in 0.1 mm: the longest dark column and row."""
    image = drawn(pdf, folder, DOTS_PER_INCH, page).convert("L").point(lambda v: 255 * (v < 128))
    across = image.resize((image.width, 1), Image.Resampling.BOX).tobytes()
    down = image.resize((1, image.height), Image.Resampling.BOX).tobytes()
    return across.index(max(across)), down.index(max(down))


@pytest.mark.parametrize(("right", "down"), [(0, 0), (-42, 55)])
def test_the_offset_moves_the_print_by_tenths_of_a_millimetre(
    tmp_path: Path, right: int, down: int
) -> None:
    """Drawn by another program, the lines stand where the technician wants them."""
    page = alignment_page("ipp://localhost/ipp/print", right, down)
    x, y = dark_line(moved(page, right, down), tmp_path)
    assert abs(x - (LINE_MM * 10 + right)) <= 2 and abs(y - (LINE_MM * 10 + down)) <= 2


def test_moving_keeps_every_page_and_touches_nothing_without_an_offset() -> None:
    """With no offset the very bytes that were sealed are printed."""
    pdf = sealed().pdf
    assert moved(pdf, 0, 0) is pdf
    assert page_count(moved(pdf, 10, 10)) == 3


def test_a_page_tree_that_bites_its_tail_is_no_pdf() -> None:
    """A hostile file ends in a name, not in a hang."""
    loop = alignment_page("x", 0, 0).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(NotGenuine):
        page_count(loop)


def test_kinds_of_paper_have_a_title_in_the_office() -> None:
    """The bench can compose every kind the centre can."""
    assert {office().document(k.value, k, 1).kind for k in DocumentKind} == set(DocumentKind)
