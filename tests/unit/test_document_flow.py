"""Printing sealed papers: what she chooses, sees and may do, and what is never printed."""

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
import trio

from kioskd.domain.contribution import InsuranceView
from kioskd.domain.document import PrintEnd
from kioskd.domain.payment import Printed
from kioskd.domain.person import Assurance
from kioskd.domain.region_documents import DocumentTexts
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import NotGenuine, SealFault, ServerRefused, ServerUnreachable, VisitorLeft
from kioskd.flows import printing
from kioskd.flows.handling.print_enrolment_certificate import print_enrolment_certificate
from kioskd.flows.handling.print_rights_record import print_rights_record
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.services import SERVICES, trouble_with
from kioskd.flows.troubles import trouble_for
from kioskd.health import HealthBoard
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.screens.choose_years import ChooseYears
from kioskd.screens.document_printed import DocumentPrinted
from kioskd.screens.document_printing import DocumentPrinting
from kioskd.screens.problem import Problem
from tests.unit.flow_world import VISIT, FakeDocuments, FlowWorld

SERVICE_IDS = ("print-rights-record", "print-enrolment", "reprint-documents")


@dataclass
class Years:
    """The centre's insurance view with these years; documents as the world says."""

    years: tuple[int, ...]
    documents: FakeDocuments

    async def insurance(self, token: SessionToken, year: int | None) -> InsuranceView:
        await trio.lowlevel.checkpoint()
        return InsuranceView((), max(self.years, default=2026), self.years, ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.documents, name)


def kiosk_of(world: FlowWorld, *years: int, most: int = 5) -> Kiosk:
    """Return the world's kiosk at a centre that knows these years."""
    texts = DocumentTexts("示例机构", years_max=most)
    central = cast(Any, Years(years, world.documents))
    region = replace(world.kiosk.region, documents=texts)
    return replace(world.kiosk, central=central, region=region)


async def test_the_latest_year_is_marked_and_several_can_be_chosen() -> None:
    """The centre is asked for exactly these years, and every page comes out once."""
    world = FlowWorld()
    world.stage.touches = ["year-2024", "print", "end"]
    assert not await print_rights_record(kiosk_of(world, 2024, 2025, 2026), VISIT)
    assert world.documents.asked == [DocumentRequest(DocumentKind.RIGHTS_RECORD, (2024, 2026))]
    assert len(world.documents.printed) == 1
    assert world.stage.last(DocumentPrinted).end == PrintEnd(Printed.YES, 3, 3)
    pages = [s.progress.done for s in world.stage.seen if isinstance(s, DocumentPrinting)]
    assert pages == [0, 1]


async def test_all_years_at_one_touch_and_no_more_than_fit_on_a_record() -> None:
    """Beyond the region's limit a year cannot be marked, and "all" is not offered."""
    screen = ChooseYears((2024, 2025, 2026), frozenset(), 0, most=5)
    whole = screen.tap("all")
    assert isinstance(whole, ChooseYears) and whole.chosen == {2024, 2025, 2026}
    none = whole.tap("all")
    assert isinstance(none, ChooseYears) and not none.chosen and none.tap("print") is None
    full = ChooseYears((2024, 2025, 2026), frozenset({2025, 2026}), 0, most=2)
    assert full.tap("year-2024") is None
    less = full.tap("year-2025")
    assert isinstance(less, ChooseYears) and less.chosen == {2026}


async def test_without_years_nothing_is_asked_for() -> None:
    """She is told, and comes home again."""
    world = FlowWorld()
    world.stage.touches = ["ok"]
    assert await print_rights_record(kiosk_of(world), VISIT)
    assert world.stage.last(Problem).trouble.reason is TroubleReason.DOCUMENT_NONE
    assert not world.documents.asked


async def test_back_from_the_years_is_home() -> None:
    """Nothing is composed."""
    world = FlowWorld()
    world.stage.touches = ["back"]
    assert await print_rights_record(kiosk_of(world, 2026), VISIT)
    assert not world.documents.asked


async def test_a_print_that_failed_may_be_asked_for_again_and_only_then_is_printed_again() -> None:
    """The same paper, under a new reference of the print."""
    world = FlowWorld()
    world.documents.ends = [PrintEnd(Printed.UNKNOWN, 3, 1)]
    world.stage.touches = ["again", "home"]
    assert await print_enrolment_certificate(kiosk_of(world), VISIT)
    (first, first_print), (second, second_print) = world.documents.printed
    assert first == second and first_print != second_print
    assert len(world.documents.asked) == 1


@pytest.mark.parametrize("fault", SealFault)
async def test_what_is_not_genuine_is_not_printed_and_reported(fault: SealFault) -> None:
    """The centre hears NO with the fault; she reads a reason with the same code."""
    world = FlowWorld()
    world.documents.fault = fault
    with pytest.raises(NotGenuine) as refused:
        await print_enrolment_certificate(kiosk_of(world), VISIT)
    assert not world.documents.printed
    (report,) = world.documents.notes
    assert (report.printed, report.pages_done, report.fault) == (Printed.NO, 0, fault.value)
    assert trouble_for(refused.value) == Trouble(TroubleReason.DOCUMENT_NOT_GENUINE, fault.value)


async def test_she_may_stop_the_print_and_is_told_the_truth() -> None:
    """Her touch goes to the printer; the result is the printer's word, not her wish."""
    world = FlowWorld()
    world.documents.waits = True
    world.stage.followed_touches = ["cancel"]
    world.stage.touches = ["home"]
    assert await print_enrolment_certificate(kiosk_of(world), VISIT)
    assert world.documents.cancelled.is_set()
    end = world.stage.last(DocumentPrinted).end
    assert end == PrintEnd(Printed.UNKNOWN, 3, 1, cancelled=True)


async def test_when_she_leaves_the_print_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Her pages do not come out with nobody there; what became of them stands a while."""
    monkeypatch.setattr(printing, "READING_TIME_S", 0.01)
    world = FlowWorld()
    world.documents.waits = True
    world.stage.leaving.set()
    world.stage.leaves = VisitorLeft("card pulled")
    with pytest.raises(VisitorLeft):
        await print_enrolment_certificate(kiosk_of(world), VISIT)
    assert world.documents.cancelled.is_set()
    assert world.stage.last(DocumentPrinted).end.done == 1


async def test_nothing_to_certify_is_told_and_a_centre_that_fails_is_its_own_error() -> None:
    """NOT_FOUND has words of its own; everything else is the centre's."""
    world = FlowWorld()
    world.documents.gives = ServerRefused(404, "not_found")
    world.stage.touches = ["ok"]
    assert await print_enrolment_certificate(kiosk_of(world), VISIT)
    assert world.stage.last(Problem).trouble.reason is TroubleReason.DOCUMENT_NONE
    for error in (ServerUnreachable(), ServerRefused(403, "assurance_too_low")):
        world.documents.gives = error
        with pytest.raises(type(error)):
            await print_enrolment_certificate(kiosk_of(world), VISIT)


@pytest.mark.parametrize("role", ["central", "seal", "document_printer"])
@pytest.mark.parametrize("name", SERVICE_IDS)
def test_what_is_missing_greys_the_services_with_its_reason(name: str, role: str) -> None:
    """No paper, no seal CA, no centre: the card on the home page says which."""
    trouble = Trouble(TroubleReason.DOCUMENT_PAPER_OUT, "D-21")
    roles = dict.fromkeys(("central", "seal", "document_printer"), lambda: None)
    health = HealthBoard({**roles, role: lambda: trouble})
    world = FlowWorld()
    region = replace(world.kiosk.region, services=dict.fromkeys(SERVICE_IDS, Assurance.ID_CARD))
    service = next(one for one in SERVICES if one.id == name)
    kiosk = replace(world.kiosk, health=health, region=region)
    assert trouble_with(kiosk, VISIT, service) == trouble
