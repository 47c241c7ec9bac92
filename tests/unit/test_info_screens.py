"""Information screens: what touches lead to, and that everything drawn is inside and alive."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.domain.account import PaymentStanding
from kioskd.domain.contribution import Month, PaidPeriod, Scheme
from kioskd.domain.region_info import PolicyCategory
from kioskd.screens.check_paper import CheckPaper, PaperChoice
from kioskd.screens.contract import Done, Screen
from kioskd.screens.insurance import Insurance
from kioskd.screens.insurance_periods import Stretch
from kioskd.screens.medical_account import MedicalAccountScreen
from kioskd.screens.my_payments import OnePayment, PaymentChoice
from kioskd.screens.navigation import Navigation
from kioskd.screens.outlets import OutletNeeds, OutletsChoice
from kioskd.screens.policies import Picked, PolicyChoice, PolicyList, PolicyReader
from kioskd.screens.policy_search import Found, PolicySearch
from kioskd.screens.widgets.chart import scale_top
from kioskd.screens.widgets.pages import page_of
from kioskd.screens.words import LANGUAGES
from tests.goldens import gallery_accounts as mine
from tests.goldens import gallery_convenience as content
from tests.goldens import gallery_pay as sample
from tests.unit.screen_checks import PANELS, assert_sound, draw

BACK = Done(Navigation.BACK)
BACKS = {BACK, Done(PolicyChoice.BACK), Done(OutletsChoice.BACK), Done(PaymentChoice.BACK),
         Done(PaperChoice.BACK)}  # fmt: skip
INSURANCE = [entry for entry in sample.SCREENS if entry[1].id == "insurance"]
INFO_SCREENS: list[tuple[str, Screen[Any]]] = [*INSURANCE, *mine.SCREENS, *content.SCREENS]


@pytest.mark.parametrize(("name", "screen"), INFO_SCREENS, ids=[name for name, _ in INFO_SCREENS])
def test_every_screen_goes_back(name: str, screen: Screen[Any]) -> None:
    """Back is always there, and buttons that do not exist do nothing."""
    assert screen.tap("back") in BACKS
    assert screen.tap("nonsense") is None


def test_another_year_is_answered() -> None:
    """A year with records is the answer; the one shown and unknown ones do nothing."""
    screen = Insurance(sample.VIEW, sample.NAMES, sample.SHORT_NAME)
    assert screen.tap("year-2025") == Done(2025)
    assert screen.tap("year-2026") is None
    assert screen.tap("year-1999") is None


def test_every_year_can_be_reached_by_touch() -> None:
    """On the smallest panel the years shown always lead further, down to the first one."""
    year, seen = 2026, set()
    while year not in seen:
        seen.add(year)
        view = replace(sample.LONG_VIEW, year=year)
        screen = Insurance(view, sample.NAMES, sample.SHORT_NAME)
        buttons = draw(screen, (800, 480), "en").buttons
        shown = [int(name.removeprefix("year-")) for name in buttons if name.startswith("year-")]
        year = min([year, *shown])
    assert year == sample.LONG_VIEW.years[0]


def test_the_name_is_masked() -> None:
    """The whole name never stands on the screen."""
    screen = Insurance(sample.VIEW, sample.NAMES, sample.SHORT_NAME)
    for text in draw(screen, (1280, 800), "zh_CN").drawn:
        assert sample.SHORT_NAME.reveal() not in text.text


def test_an_enrolment_leads_to_its_periods() -> None:
    """Touching a scheme answers with it; one she is not in does nothing."""
    screen = Insurance(sample.EMPTY_YEAR, sample.NAMES, sample.SHORT_NAME)
    assert screen.tap("periods-pension") == Done(Scheme.PENSION)
    assert screen.tap("periods-medical") is None


def test_paid_and_missing_months_alternate_without_a_hole() -> None:
    """From enrolment to last month every month is in exactly one stretch."""
    stretches = list(mine.PERIODS.stretches())
    assert [one.paid for one in stretches] == [True, False, True, False, True, False]
    assert stretches[0].period.first == mine.BROKEN.since
    for one, after in pairwise(stretches):
        assert one.period.last.plus(1) == after.period.first
    october = Month(2026, 10)
    assert stretches[-1] == Stretch(PaidPeriod(october, october), paid=False)


def test_months_paid_ahead_are_not_missing_months() -> None:
    """Paid up to December in November: nothing is missing, nothing is doubled."""
    ahead = replace(mine.BROKEN, periods=(PaidPeriod(Month(2019, 3), Month(2026, 12)),))
    assert [s.paid for s in replace(mine.PERIODS, enrolment=ahead).stretches()] == [True]


def test_a_year_of_the_medical_account_is_a_chart_or_a_list() -> None:
    """Chart and list change places; another year is an answer; the list is newest first."""
    chart = MedicalAccountScreen(mine.MEDICAL, sample.SHORT_NAME)
    listed: Any = chart.tap("list")
    assert listed.as_list and listed.tap("chart") == chart
    assert listed.tap("page-next") == replace(listed, page=1)
    assert chart.tap("year-2025") == Done(2025)
    assert chart.tap("year-2026") is None
    canvas = draw(chart, (1280, 800), "en")
    moves = chart.movements(canvas)
    assert [move.day for move in moves] == sorted((m.day for m in moves), reverse=True)
    change = sum(move.amount.fen for move in moves)
    assert mine.MEDICAL.opening.fen + change == mine.MEDICAL.balance.fen


@pytest.mark.parametrize("panel", PANELS)
def test_every_year_of_the_account_can_be_reached(panel: tuple[int, int]) -> None:
    """On every panel there is a year to touch beside the one shown."""
    canvas = draw(MedicalAccountScreen(mine.MEDICAL, sample.SHORT_NAME), panel, "en")
    assert any(name.startswith("year-") for name in canvas.buttons)


def test_only_a_posted_payment_offers_its_receipt() -> None:
    """And only where it can be printed here now."""
    for row in mine.ROWS:
        posted = row.standing is PaymentStanding.POSTED
        assert (OnePayment(row).tap("print") == Done(PaymentChoice.PRINT)) is posted
        assert OnePayment(row, mine.NO_PAPER).tap("print") is None


def test_a_sealed_paper_is_offered_for_posted_payments_only() -> None:
    """And only where it can be printed here now, with or without paper for receipts."""
    for row in mine.ROWS:
        posted = row.standing is PaymentStanding.POSTED
        for trouble in (None, mine.NO_PAPER):
            offered = OnePayment(row, trouble, sealing=True).tap("sealed")
            assert (offered == Done(PaymentChoice.SEALED)) is posted
        assert OnePayment(row).tap("sealed") is None


def test_policy_is_answered_with_where_the_list_stood() -> None:
    """Touching a row answers with its text, tab and page; a tab begins at its first page."""
    screen = PolicyList(content.REGION.policies, content.FRESH, page=1)
    policy = content.BY_ID["card-lost"]
    assert screen.tap("policy-card-lost") == Done(Picked(policy, screen.category, 1))
    assert screen.tap("page-next") == replace(screen, page=2)
    forms = replace(screen, category=PolicyCategory.FORM, page=0)
    assert screen.tap("tab-form") == forms
    assert screen.tap("search") == Done(PolicyChoice.SEARCH)


def test_every_letter_changes_what_is_found() -> None:
    """Letters narrow the list, delete widens it; the answer holds what was typed."""
    screen: Any = PolicySearch(content.REGION.policies)
    for letter in "lhjy":
        screen = screen.tap(f"key-{letter}")
    buttons = draw(screen, (1080, 1920), "zh_CN").buttons
    found = {name for name in buttons if name.startswith("policy-")}
    wanted = {"flexible-employment", "form-enrol", "law-ten", "law-twenty-three"}
    assert found == {f"policy-{one}" for one in wanted}
    answer = screen.tap("policy-form-enrol")
    assert answer == Done(Found(content.BY_ID["form-enrol"], "LHJY", 0))
    assert screen.tap("key-delete").typed == "LHJ"
    longest = replace(screen, typed="A" * 12)
    assert longest.tap("key-b") == longest


def test_a_slip_of_the_finger_is_told_before_anybody_is_asked() -> None:
    """Check digits that do not fit stay on the screen; the next key takes the word back."""
    screen: Any = CheckPaper("2026000000315")
    wrong = screen.tap("key-8").tap("check")
    assert wrong.mistyped and wrong.typed == "20260000003158"
    right = wrong.tap("key-delete").tap("key-9")
    assert not right.mistyped and right.tap("check") == Done("20260000003159")
    assert CheckPaper("12345").tap("check") is None
    assert right.tap("key-clear") == CheckPaper()


def test_an_outlet_is_found_by_what_she_needs() -> None:
    """A need, or all outlets; a number on the list leads to that outlet."""
    screen = OutletNeeds(content.REGION.outlet_needs)
    assert screen.tap("need-lost-card") == Done(content.NEED)
    assert screen.tap("all") == Done(None)
    assert content.OUTLETS.tap("outlet-5") == Done(content.HERE)
    assert content.OUTLETS.tap("outlet-6") is None
    assert content.OUTLETS.tap("page-next") == replace(content.OUTLETS, page=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_reader_shows_every_line_once(panel: tuple[int, int], language: str) -> None:
    """Page after page the whole text is shown, with source and date on each."""
    reader: Any = PolicyReader(sample.POLICY, 0)
    said = ""
    while True:
        canvas = draw(reader, panel, language)
        page = " ".join(text.text for text in canvas.drawn)
        assert sample.POLICY.date in page
        assert sample.POLICY.source.in_language(language) in page
        said += page
        if "page-next" not in canvas.buttons:
            break
        reader = reader.tap("page-next")
    squeezed = said.replace(" ", "")
    for paragraph in sample.POLICY.paragraphs:
        assert paragraph.in_language(language).replace(" ", "") in squeezed


@settings(max_examples=100)
@given(st.integers(0, 40), st.integers(-3, 60), st.integers(0, 12))
def test_pages_hold_everything_once(count: int, wanted: int, at_most: int) -> None:
    """Whatever page is wished for exists, and all pages together are the list."""
    items = list(range(count))
    page = page_of(items, wanted, at_most)
    assert 0 <= page.index < page.count
    every = [page_of(items, index, at_most).items for index in range(page.count)]
    assert [item for part in every for item in part] == items
    assert all(len(part) <= max(1, at_most) for part in every)


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_scale_is_round_and_high_enough(fen: int) -> None:
    """The top of the chart's scale is whole yuan, not below the highest bar, not far above."""
    top = scale_top(fen)
    assert top >= fen
    assert top % 100 == 0
    assert top <= max(1000, fen * 2)


@pytest.mark.parametrize(("name", "screen"), INFO_SCREENS, ids=[name for name, _ in INFO_SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any]) -> None:
    """On the smallest panel every text fits, buttons are apart and inside, each leads somewhere."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, PANELS[0], language))
