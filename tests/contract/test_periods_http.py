"""Rules of periods over HTTP: the centre is the judge, and each refusal has its own code."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from central_server import Server, assessment_path

from kiosk_central.region import load_region
from kiosk_central.sample_people import QIAN
from kioskd.domain.contribution import Assessment, ClosedWhy, Month, MonthStatus, Offer, Scheme
from kioskd.domain.money import Money
from kioskd.domain.period import Arrears, Period, PeriodRules
from kioskd.domain.region import RegionPack, SchemeRules
from kioskd.domain.waiting import Standing, entitlement
from kioskd.protocols import central
from kioskd.protocols.central import AssessmentRequest, ProblemCode

NOW = Month(2026, 11)
Served = Callable[..., Server]


@pytest.fixture
def under(serve: Callable[..., Server], tmp_path: Path) -> Iterator[Served]:
    """Serve the sample city under other rules for the pension."""
    made: list[Server] = []

    def start(**rules: object) -> Server:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(serve(folder, _region(**rules)))
        return made[-1]

    yield start
    for server in made:
        server.session.close()
    shutil.rmtree(tmp_path)


def _region(**rules: object) -> RegionPack:
    region = load_region()
    pension: SchemeRules = replace(region.schemes[0], **rules)  # type: ignore[arg-type]
    return replace(region, schemes=(pension, *region.schemes[1:]))


def asked(*numbers: int, percent: int = 100, year: int = 2026) -> AssessmentRequest:
    months = tuple(Month(year, number) for number in numbers)
    return AssessmentRequest(Scheme.PENSION, percent, months)


def refusal(server: Server, request: AssessmentRequest) -> tuple[int, ProblemCode]:
    return server.refused("PUT", assessment_path("r1"), request, token=server.token(QIAN))


def pension_of(server: Server) -> Offer:
    token = server.token(QIAN)
    return server.get(tuple[Offer, ...], "GET", central.OFFERS_PATH, token=token)[0]


@contextmanager
def accepted(server: Server, request: AssessmentRequest, fen: int) -> Iterator[Assessment]:
    path, token = assessment_path("a1"), server.token(QIAN)
    made = server.get(Assessment, "PUT", path, request, token=token)
    assert made.amount == Money(fen)
    yield made


def test_arrears_in_order(under: Served) -> None:
    """She owes July to October: October alone is refused by name, all from July is not."""
    server = under(periods=PeriodRules(arrears=Arrears.IN_ORDER))
    assert refusal(server, asked(10)) == (409, ProblemCode.EARLIER_FIRST)
    with accepted(server, asked(7, 8, 9, 10), 4 * 140_000) as made:
        assert made.months == tuple(Month(2026, number) for number in (7, 8, 9, 10))


def test_whole_periods_only(under: Served) -> None:
    """Where quarters are paid, two months of one are refused; the half-year has its exact sum."""
    server = under(periods=PeriodRules((Period.QUARTER, Period.HALF_YEAR)))
    assert refusal(server, asked(10, 11)) == (409, ProblemCode.WHOLE_PERIODS_ONLY)
    with accepted(server, asked(7, 8, 9, 10, 11, 12, percent=60), 6 * 84_000) as made:
        assert (made.personal, made.pool) == (Money(6 * 33_600), Money(6 * 50_400))


def test_too_few_months(under: Served) -> None:
    """Where three in a row are the least, two are refused."""
    server = under(periods=PeriodRules(consecutive_min=3))
    assert refusal(server, asked(7, 8)) == (409, ProblemCode.TOO_FEW_MONTHS)


def test_months_of_the_next_year(under: Served) -> None:
    """January is refused by name, unless the region lets payments cross the year."""
    server = under()
    assert refusal(server, asked(1, year=2027)) == (409, ProblemCode.MONTHS_NOT_OPEN)
    across = under(periods=PeriodRules(cross_year=True), months_ahead=3)
    offered = {one.month: one for one in pension_of(across).months}
    assert min(offered) == Month(2026, 7)
    assert offered[Month(2027, 2)].status is MonthStatus.PAYABLE
    assert offered[Month(2027, 3)].why is ClosedWhy.NOT_OPEN_YET
    january = asked(1, year=2027)
    with accepted(across, replace(january, months=(Month(2026, 12), *january.months)), 280_000):
        assert refusal(across, asked(5)) == (409, ProblemCode.MONTHS_NOT_OPEN)


def test_where_months_are_not_made_up(under: Served) -> None:
    """A past month is closed and says why; the months from now on are not."""
    server = under(periods=PeriodRules(arrears=Arrears.NEVER))
    offered = {one.month: one for one in pension_of(server).months}
    assert offered[Month(2026, 8)].why is ClosedWhy.TOO_LATE
    assert offered[NOW].status is MonthStatus.PAYABLE
    assert refusal(server, asked(8)) == (409, ProblemCode.MONTHS_NOT_OPEN)


def test_the_grade_of_the_year(under: Served) -> None:
    """Paid at 100 % this year: another grade is refused by name."""
    server = under(grade_fixed_for_year=True)
    assert pension_of(server).fixed_percent == 100
    assert refusal(server, asked(7, percent=60)) == (409, ProblemCode.GRADE_FIXED)


def test_months_taken_and_no_months(under: Served) -> None:
    """A paid month is taken; no month at all is no request of this contract."""
    server = under()
    assert refusal(server, asked(1)) == (409, ProblemCode.MONTHS_TAKEN)
    assert refusal(server, asked()) == (400, ProblemCode.BAD_REQUEST)


def test_what_counts_for_the_waiting_period_is_told(under: Served) -> None:
    """Her first month of medical insurance: nothing counts yet; Zhang's years do, and stopped."""
    server = under()
    waiting = load_region().rules(Scheme.MEDICAL).waiting
    assert waiting is not None

    def medical(token: str) -> Offer:
        return server.get(tuple[Offer, ...], "GET", central.OFFERS_PATH, token=token)[1]

    qian, zhang = medical(server.token(QIAN)), medical(server.token())
    assert entitlement(qian.counting, waiting, NOW).begins == Month(2027, 5)
    assert len(zhang.counting) == 33
    assert entitlement(zhang.counting, waiting, NOW).standing is Standing.STOPPED
