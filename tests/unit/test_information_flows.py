"""What she looks up: accounts, payments, periods, policies, outlets, papers, as stories."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import trio
from flow_world import VISIT, FakeDocuments, FakeReceipts, FlowWorld

from kiosk_central.region import load_region
from kioskd.domain.account import MedicalAccount, MyPayment, PaymentStanding, PensionAccount
from kioskd.domain.contribution import InsuranceView, Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.person import Assurance
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ServerUnreachable
from kioskd.flows.convenience.check_paper import check_paper
from kioskd.flows.convenience.hotlines import show_hotlines
from kioskd.flows.convenience.outlets import show_outlets
from kioskd.flows.inquiry.insurance import show_insurance
from kioskd.flows.inquiry.medical_account import show_medical_account
from kioskd.flows.inquiry.my_payments import show_my_payments
from kioskd.flows.inquiry.pension_account import show_pension_account
from kioskd.flows.policy.policies import read_policies
from kioskd.protocols.central_documents import (
    DocumentKind,
    DocumentRequest,
    PaperCheck,
    PaperVerdict,
    SealedDocument,
)
from kioskd.screens.check_paper import CheckPaper, PaperChecked, PaperVerdictShown
from kioskd.screens.hotlines import Hotlines
from kioskd.screens.insurance_periods import InsurancePeriods
from kioskd.screens.medical_account import MedicalAccountScreen
from kioskd.screens.my_payments import MyPayments, OnePayment
from kioskd.screens.my_receipts import MyReceipts
from kioskd.screens.outlets import OutletDetail, Outlets
from kioskd.screens.pension_account import PensionAccountScreen
from kioskd.screens.policies import PolicyList, PolicyReader
from kioskd.screens.policy_search import PolicySearch
from tests.goldens.gallery_accounts import BROKEN, MEDICAL, PENSION

REF = "K0123-7KQ4-000457"
PAPER_OUT = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11")
AWAY = Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01")


@dataclass
class FakeHealth:
    """Parts in trouble, by role."""

    troubles: dict[str, Trouble] = field(default_factory=dict)

    def trouble_of(self, *roles: str) -> Trouble | None:
        return next((self.troubles[role] for role in roles if role in self.troubles), None)


@dataclass
class FakeAccounts(FakeReceipts):
    """The centre: accounts, payments and papers as the test says; remembers what was asked."""

    payments: tuple[MyPayment, ...] = ()
    papers: dict[str, PaperCheck] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)
    away: bool = False
    sealed: FakeDocuments = field(default_factory=FakeDocuments)

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        return await self.sealed.document(token, ref, request)

    async def pension_account(self, token: SessionToken) -> PensionAccount:
        await self._ask("pension")
        return PENSION

    async def medical_account(self, token: SessionToken, year: int | None) -> MedicalAccount:
        await self._ask(year)
        return replace(MEDICAL, year=year or MEDICAL.year)

    async def my_payments(self, token: SessionToken) -> tuple[MyPayment, ...]:
        await self._ask("payments")
        return self.payments

    async def insurance(self, token: SessionToken, year: int | None) -> InsuranceView:
        await self._ask(year)
        return InsuranceView((BROKEN,), year or 2026, (2025, 2026), ())

    async def check_paper(self, code: str) -> PaperCheck:
        await self._ask(code)
        return self.papers.get(code, PaperCheck(PaperVerdict.UNKNOWN))

    async def _ask(self, what: object) -> None:
        await trio.lowlevel.checkpoint()
        if self.away:
            raise ServerUnreachable("a test")
        self.asked.append(what)


class World(FlowWorld):
    """The flow world with the sample city's content and a centre that knows accounts."""

    def __init__(self, *touches: str) -> None:
        super().__init__()
        self.accounts, self.health = FakeAccounts(sealed=self.documents), FakeHealth()
        self.kiosk = replace(
            self.kiosk,
            central=cast(Any, self.accounts),
            health=cast(Any, self.health),
            region=load_region(),
            outlet_id="first-hospital",
            region_seen_on="2026-11-22",
        )
        self.stage.touches = list(touches)

    def seen(self, kind: type[Any]) -> list[Any]:
        return [screen for screen in self.stage.seen if isinstance(screen, kind)]


def a_payment(standing: PaymentStanding) -> MyPayment:
    months, number = (Month(2026, 11),), "2026-0000-0031-59"
    posted = number if standing is PaymentStanding.POSTED else ""
    return MyPayment(
        REF, "2026-11-22T09:55:01Z", "K0124", Scheme.PENSION, months, Money(1), standing, posted
    )


async def test_her_pension_account_is_shown_and_left() -> None:
    """One request, her name masked by its type, and back home."""
    world = World("back")
    assert await show_pension_account(world.kiosk, VISIT)
    assert world.stage.last(PensionAccountScreen).account == PENSION
    assert world.accounts.asked == ["pension"]


async def test_each_year_of_the_medical_account_is_fetched_when_she_asks() -> None:
    """The latest first, then the one she touches."""
    world = World("list", "chart", "year-2025", "back")
    assert await show_medical_account(world.kiosk, VISIT)
    assert world.accounts.asked == [None, 2025]
    years = [screen.account.year for screen in world.seen(MedicalAccountScreen)]
    assert years == [2026, 2025]


async def test_looking_at_the_periods_asks_the_centre_nothing_again() -> None:
    """Scheme by scheme, then another year."""
    world = World("periods-pension", "back", "year-2025", "back")
    assert await show_insurance(world.kiosk, VISIT)
    periods = world.stage.last(InsurancePeriods)
    assert (periods.enrolment, periods.now) == (BROKEN, Month(2026, 11))
    assert periods.scheme_name == world.kiosk.region.rules(Scheme.PENSION).name
    assert world.accounts.asked == [None, 2025]


async def test_a_posted_payment_leads_to_the_receipts() -> None:
    """Her list, one payment, its receipt; then back through all of them."""
    world = World(f"payment-{REF}", "print", "back", "back")
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    assert await show_my_payments(world.kiosk, VISIT)
    (row,) = world.stage.last(MyPayments).rows
    assert (row.kiosk, row.standing) == ("K0124", PaymentStanding.POSTED)
    assert len(world.seen(MyReceipts)) == 1 and len(world.seen(MyPayments)) == 2


async def test_no_paper_is_told_where_the_receipt_would_be_printed() -> None:
    """The printer's trouble stands on the screen of the payment."""
    world = World(f"payment-{REF}", "back", "back")
    world.health.troubles["receipt_printer"] = PAPER_OUT
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    assert await show_my_payments(world.kiosk, VISIT)
    assert world.stage.last(OnePayment).no_printing == PAPER_OUT


async def test_a_payment_in_doubt_prints_nothing() -> None:
    """There is nothing to touch but back."""
    world = World(f"payment-{REF}", "back", "back")
    world.accounts.payments = (a_payment(PaymentStanding.IN_DOUBT),)
    assert await show_my_payments(world.kiosk, VISIT)
    assert world.stage.last(OnePayment).tap("print") is None


async def test_a_posted_payment_has_a_sealed_paper_on_a4() -> None:
    """It is about that payment, it is checked and printed once, and she goes home from there."""
    world = World(f"payment-{REF}", "sealed", "home")
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    assert await show_my_payments(world.kiosk, VISIT)
    wanted = DocumentRequest(DocumentKind.CONTRIBUTION_RECEIPT, subject=REF)
    assert world.documents.asked == [wanted]
    assert len(world.documents.printed) == 1
    assert not world.seen(MyReceipts)


async def test_ending_at_the_sealed_paper_ends_the_visit() -> None:
    """As everywhere else."""
    world = World(f"payment-{REF}", "sealed", "end")
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    assert not await show_my_payments(world.kiosk, VISIT)


@pytest.mark.parametrize("role", ["seal", "document_printer"])
async def test_no_sealed_paper_is_offered_where_none_can_be_printed(role: str) -> None:
    """Without the seal's CA or the A4 printer; the receipt is offered all the same."""
    world = World(f"payment-{REF}", "back", "back")
    world.health.troubles[role] = Trouble(TroubleReason.DOCUMENT_PAPER_OUT, "A-02")
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    assert await show_my_payments(world.kiosk, VISIT)
    screen = world.stage.last(OnePayment)
    assert (screen.sealing, screen.no_printing) == (False, None)


@pytest.mark.parametrize("wanted", [{}, {"print-receipt-a4": Assurance.SOCIAL_CARD}])
async def test_the_city_says_who_may_have_a_sealed_paper(wanted: dict[str, Assurance]) -> None:
    """Not offered, or to those with a social security card and PIN only."""
    world = World(f"payment-{REF}", "back", "back")
    services = dict(world.kiosk.region.services)
    del services["print-receipt-a4"]
    region = replace(world.kiosk.region, services=services | wanted)
    world.kiosk = replace(world.kiosk, region=region)
    world.accounts.payments = (a_payment(PaymentStanding.POSTED),)
    by_id_card = replace(VISIT, person=replace(VISIT.person, assurance=Assurance.ID_CARD))
    assert await show_my_payments(world.kiosk, by_id_card)
    assert not world.stage.last(OnePayment).sealing


FLOWS = (show_pension_account, show_medical_account, show_my_payments, show_insurance)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
async def test_a_centre_that_has_gone_is_an_error_with_a_name(flow: Callable[..., Any]) -> None:
    """The home screen turns it into a screen that says it; nothing is shown instead of data."""
    world = World()
    world.accounts.away = True
    with pytest.raises(ServerUnreachable):
        await flow(world.kiosk, VISIT)


async def test_policies_are_read_without_the_centre() -> None:
    """Tab, text, back to the tab and page; search, text, back to the search as it stood."""
    world = World(
        "tab-form", "policy-form-card", "back",
        "search", "key-g", "key-s", "policy-card-lost", "back", "back", "back",
    )  # fmt: skip
    world.accounts.away = True
    world.health.troubles["central"] = AWAY
    assert await read_policies(world.kiosk, None)
    assert [one.policy.id for one in world.seen(PolicyReader)] == ["form-card", "card-lost"]
    assert [one.category.value for one in world.seen(PolicyList)] == ["guide", "form", "form"]
    assert [one.typed for one in world.seen(PolicySearch)] == ["", "GS"]
    state = world.stage.last(PolicyList).state
    assert (state.kept, state.fetched_on, state.version) == (
        True,
        "2026-11-22",
        world.kiosk.region.version,
    )


async def test_the_content_is_fresh_while_the_centre_answers() -> None:
    """The same screen says so."""
    world = World("back")
    await read_policies(world.kiosk, None)
    assert not world.stage.last(PolicyList).state.kept


async def test_outlets_are_filtered_and_shown_in_full() -> None:
    """What she needs, those that help, one of them; going back changes nothing."""
    world = World("filter", "need-new-card", "outlet-2", "back", "filter", "back", "filter", "all",
                  "back")  # fmt: skip
    assert await show_outlets(world.kiosk, None)
    assert [len(one.places) for one in world.seen(Outlets)] == [5, 2, 2, 2, 5]
    detail = world.stage.last(OutletDetail)
    assert (detail.place.outlet.id, detail.number) == ("east", 2)
    assert detail.here is not None and detail.here.outlet.id == "first-hospital"
    assert [place.here for place in world.stage.last(Outlets).places] == [False] * 4 + [True]


async def test_a_kiosk_that_stands_nowhere_known_marks_nothing() -> None:
    """No outlet in its configuration, or one the region has no more: no mark, no error."""
    for outlet_id in ("", "pulled-down"):
        world = World("back")
        world.kiosk = replace(world.kiosk, outlet_id=outlet_id)
        assert await show_outlets(world.kiosk, None)
        assert world.stage.last(Outlets).here is None


async def test_a_city_without_a_map_still_lists_its_outlets() -> None:
    """An older pack: no map, no needs, no times."""
    world = World("outlet-1", "back", "filter", "all", "back")
    bare = tuple(
        replace(one, id="", at=None, opening=(), helps=()) for one in world.kiosk.region.outlets
    )
    region = replace(world.kiosk.region, outlets=bare, city_map=None, outlet_needs=())
    world.kiosk = replace(world.kiosk, region=region)
    assert await show_outlets(world.kiosk, None)
    assert all(place.now is None for place in world.stage.last(Outlets).places)


async def test_hotlines_are_shown() -> None:
    """All of the region's, and back."""
    world = World("back")
    assert await show_hotlines(world.kiosk, None)
    assert world.stage.last(Hotlines).hotlines == world.kiosk.region.hotlines


def keys(code: str) -> list[str]:
    return [f"key-{character.lower()}" for character in code]


async def test_a_genuine_paper_is_told_with_what_stands_on_it() -> None:
    """Labels of the centre in both languages where they are known; the holder masked as it came."""
    world = World(*keys("RC26000123"), "check", "back")
    world.accounts.papers["RC26000123"] = PaperCheck(
        PaperVerdict.GENUINE,
        "RC2600-0123",
        DocumentKind.RIGHTS_RECORD,
        "2026-11-22T02:00:00Z",
        "张**",
        (("月份", "2026-11"), ("别的", "值")),
    )
    assert await check_paper(world.kiosk, None)
    checked = world.stage.last(PaperChecked)
    assert (checked.verdict, checked.number) == (PaperVerdictShown.GENUINE, "RC2600-0123")
    told = [(label.en, value.zh) for label, value in checked.facts]
    assert told == [
        ("Paper", "个人权益记录单"), ("Holder", "张**"), ("Months", "2026-11"), ("别的", "值"),
    ]  # fmt: skip


async def test_another_paper_begins_with_an_empty_field() -> None:
    """An unknown one has no facts, and its number as it was typed, in groups."""
    world = World(*keys("ABCDEFGH12"), "check", "another", "back")
    assert await check_paper(world.kiosk, None)
    checked = world.stage.last(PaperChecked)
    assert (checked.verdict, checked.facts) == (PaperVerdictShown.UNKNOWN, ())
    assert checked.number == "ABCD-EFGH-12"
    assert world.stage.last(CheckPaper).typed == ""
    assert world.accounts.asked == ["ABCDEFGH12"]


async def test_a_mistyped_number_is_not_asked_about() -> None:
    """The centre hears nothing of it."""
    world = World(*keys("20260000003158"), "check", "back")
    assert await check_paper(world.kiosk, None)
    assert world.accounts.asked == []


async def test_what_was_typed_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Only the verdict does."""
    caplog.set_level("DEBUG", "kioskd")
    world = World(*keys("ABCDEFGH12"), "check", "back")
    await check_paper(world.kiosk, None)
    told = [str(vars(record)) for record in caplog.records]
    assert any("paper.checked" in line for line in told)
    assert not any("ABCDEFGH12" in line or "ABCD-EFGH" in line for line in told)
