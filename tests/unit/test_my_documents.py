"""Printing her sealed papers again: the list, the very same paper, and what may go wrong."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import trio

from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import NotGenuine, SealFault, ServerRefused
from kioskd.flows.convenience.documents import reprint_my_documents
from kioskd.flows.kiosk import Kiosk
from kioskd.protocols.central_documents import (
    DocumentKind,
    DocumentRequest,
    IssuedDocument,
    SealedDocument,
)
from kioskd.screens.contract import Done
from kioskd.screens.document_printed import DocumentPrinted
from kioskd.screens.my_documents import DocumentRow, MyDocuments
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem
from tests.goldens import gallery_my_documents as sample
from tests.unit.flow_world import VISIT, FakeDocuments, FlowWorld
from tests.unit.screen_checks import PANELS, assert_sound, draw

RECORD = DocumentRequest(DocumentKind.RIGHTS_RECORD, (2025, 2026))
ENROLMENT = DocumentRequest(DocumentKind.ENROLMENT_CERTIFICATE)
ISSUED = (
    IssuedDocument("d2", "SB-2", "2026-11-22T02:00:00Z", 3, RECORD),
    IssuedDocument("d1", "SB-1", "2026-11-21T02:00:00Z", 1, ENROLMENT),
)


@dataclass
class Issuer:
    """The centre with these documents of hers; composes as the world says."""

    documents: FakeDocuments
    issued: tuple[IssuedDocument, ...] = ISSUED
    refs: list[str] = field(default_factory=list)

    async def my_documents(self, token: SessionToken) -> tuple[IssuedDocument, ...]:
        await trio.lowlevel.checkpoint()
        return self.issued

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        self.refs.append(ref)
        return await self.documents.document(token, ref, request)


def begin(*touches: str) -> tuple[FlowWorld, Issuer, Kiosk]:
    world = FlowWorld()
    world.stage.touches = list(touches)
    issuer = Issuer(world.documents)
    return world, issuer, replace(world.kiosk, central=cast(Any, issuer))


async def test_the_very_same_paper_is_asked_for_and_printed() -> None:
    """By its own reference and request; then she goes home."""
    world, issuer, kiosk = begin("document-d1", "document-d2", "print", "home")
    assert await reprint_my_documents(kiosk, VISIT)
    assert issuer.refs == ["d2"] and world.documents.asked == [RECORD]
    assert [ref for ref, _ in world.documents.printed] == ["d2"]
    first, second = world.stage.last(MyDocuments).rows
    assert (first.number, first.years, first.pages) == ("SB-2", (2025, 2026), 3)
    assert (second.kind, second.years) == ("enrolment_certificate", ())
    assert world.stage.last(DocumentPrinted).kind == "rights_record"


async def test_she_may_end_at_the_paper_or_go_back_from_the_list() -> None:
    """Ending ends the visit; going back prints nothing."""
    _, _, kiosk = begin("document-d1", "print", "end")
    assert not await reprint_my_documents(kiosk, VISIT)
    world, issuer, kiosk = begin("back")
    assert await reprint_my_documents(kiosk, VISIT)
    assert not issuer.refs and not world.documents.printed


async def test_a_paper_taken_back_meanwhile_is_told_and_not_printed() -> None:
    """With a code of its own; any other refusal is the centre's error."""
    world, _, kiosk = begin("document-d1", "print", "ok")
    world.documents.gives = ServerRefused(409, "state_conflict")
    assert await reprint_my_documents(kiosk, VISIT)
    revoked = Trouble(TroubleReason.DOCUMENT_REVOKED, "A-11")
    assert world.stage.last(Problem).trouble == revoked
    assert not world.documents.printed
    world, _, kiosk = begin("document-d1", "print")
    world.documents.gives = ServerRefused(422, "reference_reused")
    with pytest.raises(ServerRefused):
        await reprint_my_documents(kiosk, VISIT)


async def test_its_seal_is_checked_as_the_first_time() -> None:
    """What is not genuine is not printed, and the centre hears of it."""
    world, _, kiosk = begin("document-d1", "print")
    world.documents.fault = next(iter(SealFault))
    with pytest.raises(NotGenuine):
        await reprint_my_documents(kiosk, VISIT)
    assert not world.documents.printed
    assert [note.ref for note in world.documents.notes] == ["d1"]


def test_nothing_is_printed_before_a_paper_is_marked() -> None:
    """Then that one; another touch marks another; unknown buttons do nothing."""
    screen = MyDocuments(sample.FEW, None, 0)
    assert screen.tap("print") is None and screen.tap("document-nonsense") is None
    marked = cast(MyDocuments, screen.tap("document-d21"))
    assert marked.tap("print") == Done("d21")
    assert cast(MyDocuments, marked.tap("document-d20")).tap("print") == Done("d20")
    assert marked.tap("back") == Done(Navigation.BACK)


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_paper_can_be_reached_and_read(panel: tuple[int, int], language: str) -> None:
    """Page by page all rows are there once, whole, with what tells one paper from another."""
    screen, seen = MyDocuments(sample.MANY, None, 0), list[str]()
    while True:
        canvas = draw(screen, panel, language)
        assert_sound(screen, canvas)
        seen += [name for name in canvas.buttons if name.startswith("document-")]
        if "page-next" not in canvas.buttons:
            break
        screen = cast(MyDocuments, screen.tap("page-next"))
    assert seen == [f"document-{row.ref}" for row in sample.MANY]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (sample.FEW[0], "K0123-7KQ4-000457"),
        (sample.FEW[1], "2022、2023、2024、2025、2026 年"),
        (sample.FEW[2], "2026-11-20 17:55"),
    ],
)
def test_the_row_says_what_the_paper_is_about(row: DocumentRow, told: str) -> None:
    """Payment, years, or only when it was issued; and its number."""
    canvas = draw(MyDocuments((row,), None, 0), (1280, 800), "zh_CN")
    said = " ".join(text.text for text in canvas.drawn)
    assert told in said and row.number in said
