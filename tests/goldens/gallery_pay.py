"""Representative states of the paying and information screens, longest values included."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from kioskd.domain.contribution import (
    Assessment,
    AssessmentState,
    Contribution,
    Enrolment,
    InsuranceView,
    Month,
    MonthStatus,
    Offer,
    OfferedMonth,
    Rates,
    Scheme,
    grade_of_average,
)
from kioskd.domain.money import Money
from kioskd.domain.payment import PinPadStep, Printed
from kioskd.domain.region import Hotline, Outlet, PolicyText, SchemeRules
from kioskd.domain.secret import PersonName
from kioskd.domain.text import Text
from kioskd.screens.choose_grade import ChooseGrade
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme
from kioskd.screens.contract import Screen
from kioskd.screens.follow_pin_pad import FollowPinPad
from kioskd.screens.insurance import Insurance
from kioskd.screens.not_paid import NotPaid, NotPaidReason
from kioskd.screens.paid import Paid
from kioskd.screens.payment_unknown import PaymentUnknown
from kioskd.screens.review import Review

AVERAGE = Money.from_yuan("7000.00")
PERCENTS = (60, 70, 80, 90, 100, 150, 200, 250, 300)
PENSION_RATES = Rates(Decimal("0.20"), Decimal("0.08"))
MEDICAL_RATES = Rates(Decimal("0.06"), Decimal("0"))
PENSION_NAME = Text("职工基本养老保险", "Employees' basic pension")
MEDICAL_NAME = Text("职工基本医疗保险", "Employees' basic medical insurance")
NAMES = ((Scheme.PENSION, PENSION_NAME), (Scheme.MEDICAL, MEDICAL_NAME))
REF = "K0123-7KQ4-000457"
TODAY = Month(2026, 11)
SHORT_NAME = PersonName("测试甲")
LONG_NAME = PersonName("阿卜杜热西提阿卜杜")
"""Nine characters: 27 bytes in UTF-8, the longest that fits a 30-byte name field."""

RULES = (
    SchemeRules(
        Scheme.PENSION,
        PENSION_NAME,
        PENSION_RATES,
        PERCENTS,
        grade_fixed_for_year=True,
        notice=Text(
            "养老保险不能跨年度补缴。", "Earlier years of the pension cannot be paid later."
        ),
    ),
    SchemeRules(
        Scheme.MEDICAL,
        MEDICAL_NAME,
        MEDICAL_RATES,
        (100,),
        notice=Text(
            "第一次参保要等 6 个月才能享受待遇；中断超过 6 个月的，要重新等待。",
            "The first benefits come after 6 months; after a break of more than 6 months "
            "the wait begins anew.",
        ),
    ),
)


def year_of(year: int, paid_until: int, **special: MonthStatus) -> tuple[OfferedMonth, ...]:
    """Return a year paid until a month and payable after it; ``m10=`` says otherwise of October."""
    months = []
    for number in range(1, 13):
        usual = MonthStatus.PAID if number <= paid_until else MonthStatus.PAYABLE
        months.append(OfferedMonth(Month(year, number), special.get(f"m{number}", usual)))
    return tuple(months)


def offer_of(months: tuple[OfferedMonth, ...]) -> Offer:
    """Return a pension offer for those months, every usual grade."""
    grades = tuple(grade_of_average(percent, AVERAGE, PENSION_RATES) for percent in PERCENTS)
    return Offer(Scheme.PENSION, 2026, AVERAGE, PENSION_RATES, grades, months)


PENSION = offer_of(year_of(2026, 9))
FIVE_GRADES = replace(PENSION, grades=tuple(PENSION.grades[i] for i in (0, 2, 4, 6, 8)))
FIXED = replace(PENSION, fixed_percent=100)
MIXED = offer_of(
    year_of(
        2026,
        6,
        m1=MonthStatus.CLOSED,
        m2=MonthStatus.CLOSED,
        m8=MonthStatus.LOCKED,
        m12=MonthStatus.CLOSED,
    )
)
WHOLE_YEAR = offer_of(year_of(2026, 0))
MEDICAL = Offer(
    Scheme.MEDICAL,
    2026,
    AVERAGE,
    MEDICAL_RATES,
    (grade_of_average(100, AVERAGE, MEDICAL_RATES),),
    year_of(2026, 9),
)
NOTHING_LEFT = replace(MEDICAL, months=year_of(2026, 12))
ALL_MONTHS = frozenset(Month(2026, number) for number in range(1, 13))
TWO_MONTHS = frozenset({Month(2026, 10), Month(2026, 11)})


def assessment_of(percent: int, months: frozenset[Month]) -> Assessment:
    """Return the centre's word on that grade for those months."""
    grade = grade_of_average(percent, AVERAGE, PENSION_RATES)
    count = len(months)
    return Assessment(
        "0" * 32,
        Scheme.PENSION,
        grade,
        tuple(sorted(months)),
        grade.monthly * count,
        grade.personal * count,
        grade.pool * count,
        "2026-11-22T10:40:00Z",
        AssessmentState.OPEN,
    )


def paid_in(year: int, last: int) -> tuple[Contribution, ...]:
    """Return both schemes paid for the first ``last`` months of ``year``."""
    pension = grade_of_average(100, AVERAGE, PENSION_RATES)
    medical = grade_of_average(100, AVERAGE, MEDICAL_RATES)
    return tuple(
        Contribution(
            scheme, Month(year, number), grade.base, grade.monthly, grade.personal, grade.pool
        )
        for scheme, grade in ((Scheme.PENSION, pension), (Scheme.MEDICAL, medical))
        for number in range(1, last + 1)
    )


ENROLMENTS = (
    Enrolment(Scheme.PENSION, True, Month(2015, 3), 139, Month(2026, 9)),
    Enrolment(Scheme.MEDICAL, False, Month(2018, 7), 87, Month(2026, 9)),
)
VIEW = InsuranceView(ENROLMENTS, 2026, (2024, 2025, 2026), paid_in(2026, 9))
LONG_VIEW = InsuranceView(ENROLMENTS, 2025, tuple(range(2012, 2027)), paid_in(2025, 12))
EMPTY_YEAR = InsuranceView(
    (Enrolment(Scheme.PENSION, True, Month(2026, 10), 0, None),), 2026, (), ()
)

POLICY = PolicyText(
    "flexible-employment",
    Text("灵活就业人员参加养老保险办法（示例）", "Pension for flexible employment (sample)"),
    tuple(
        Text(
            f"{number}. 灵活就业人员可以自己选择缴费档次。缴费基数在上年度平均工资的 60% 到 "
            "300% 之间。个人账户的钱属于您自己，统筹基金用于发放所有人的养老金。",
            f"{number}. People in flexible employment choose their own grade. The base lies between "
            "60 % and 300 % of last year's average wage. The own account is yours; the shared "
            "fund pays everybody's pension.",
        )
        for number in range(1, 13)
    ),
    Text("示例市人力资源和社会保障局", "Human Resources and Social Security Bureau (sample)"),
    "2026-01-01",
)
POLICIES = tuple(
    replace(POLICY, id=f"policy-{n}", title=Text(f"办事指南第 {n} 篇：{topic}", f"Guide {n}: {en}"))
    for n, (topic, en) in enumerate(
        (
            ("怎样参加养老保险", "how to join the pension"),
            ("怎样选缴费档次", "how to choose a grade"),
            ("社保卡丢了怎么办", "what to do when your card is lost"),
            ("退休金怎样计算", "how a pension is worked out"),
            ("医保等待期是什么", "what the waiting period is"),
            ("怎样打印参保证明", "how to print a proof of insurance"),
            ("怎样修改手机号", "how to change your telephone number"),
        ),
        start=1,
    )
)
OUTLETS = tuple(
    Outlet(
        Text(f"示例市{area}社会保障服务中心", f"{en} service centre"),
        Text(
            f"示例市{area}中山路 {number} 号一楼大厅",
            f"Ground floor, {number} Zhongshan Road, {en}",
        ),
        Text(
            "周一至周五 9:00-17:00，节假日休息", "Monday to Friday 9:00-17:00, closed on holidays"
        ),
        Text("参保登记、缴费、社保卡补领、退休办理", "Enrolment, payment, new cards, retirement"),
        f"000-5550{number:04d}",
    )
    for number, (area, en) in enumerate(
        (
            ("东区", "East"),
            ("西区", "West"),
            ("南区", "South"),
            ("北区", "North"),
            ("中区", "Middle"),
        ),
        start=1,
    )
)
HOTLINES = (
    Hotline(
        "12333",
        Text("服务热线", "Service hotline"),
        Text("政策咨询、办事指引、业务查询", "Questions about rules, services and your records"),
    ),
    Hotline(
        "96102",
        Text("社保卡热线", "Card hotline"),
        Text("社保卡挂失，24 小时有人接", "Report a lost card, day and night"),
    ),
)

_REVIEW = Review(assessment_of(100, TWO_MONTHS), PENSION_NAME, SHORT_NAME, "示例市")
_PAID = Paid(
    Money.from_yuan("2800.00"),
    PENSION_NAME,
    100,
    tuple(sorted(TWO_MONTHS)),
    REF,
    "2026-0000-0031-88",
    None,
)
_PIN_PAD = FollowPinPad(Money.from_yuan("2800.00"), None, REF, True)
_UNKNOWN = PaymentUnknown(REF, Money.from_yuan("2800.00"), "10:26", None)

SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("choose-scheme", ChooseScheme((PENSION, MEDICAL), RULES, None)),
    ("choose-scheme-chosen", ChooseScheme((PENSION, NOTHING_LEFT), RULES, Scheme.PENSION)),
    ("choose-scheme-none", ChooseScheme((), RULES, None)),
    ("choose-grade", ChooseGrade(PENSION, PENSION_NAME, None, 0)),
    ("choose-grade-five", ChooseGrade(FIVE_GRADES, PENSION_NAME, 100, 0)),
    ("choose-grade-last-page", ChooseGrade(PENSION, PENSION_NAME, 300, 9)),
    ("choose-grade-fixed", ChooseGrade(FIXED, PENSION_NAME, None, 0)),
    ("choose-grade-medical", ChooseGrade(MEDICAL, MEDICAL_NAME, 100, 0)),
    ("choose-months", ChooseMonths(PENSION, PENSION.grades[4], TWO_MONTHS)),
    ("choose-months-none", ChooseMonths(MIXED, MIXED.grades[0], frozenset())),
    ("choose-months-all", ChooseMonths(WHOLE_YEAR, WHOLE_YEAR.grades[-1], ALL_MONTHS)),
    ("review", _REVIEW),
    (
        "review-long",
        Review(assessment_of(300, ALL_MONTHS), PENSION_NAME, LONG_NAME, "示例自治州某某县"),
    ),
    ("follow-pin-pad-starting", _PIN_PAD),
    ("follow-pin-pad-card", replace(_PIN_PAD, step=PinPadStep.PRESENT_CARD)),
    ("follow-pin-pad-pin", replace(_PIN_PAD, step=PinPadStep.ENTER_PIN)),
    ("follow-pin-pad-wrong-pin", replace(_PIN_PAD, step=PinPadStep.WRONG_PIN)),
    ("follow-pin-pad-bank", replace(_PIN_PAD, step=PinPadStep.CONTACTING_BANK, can_cancel=False)),
    ("follow-pin-pad-wait", replace(_PIN_PAD, step=PinPadStep.WAIT, can_cancel=False)),
    ("follow-pin-pad-reversing", replace(_PIN_PAD, step=PinPadStep.REVERSING, can_cancel=False)),
    ("follow-pin-pad-declined", replace(_PIN_PAD, step=PinPadStep.DECLINED, can_cancel=False)),
    ("follow-pin-pad-remove", replace(_PIN_PAD, step=PinPadStep.REMOVE_CARD, can_cancel=False)),
    (
        "follow-pin-pad-approved",
        FollowPinPad(Money.from_yuan("50400.00"), PinPadStep.APPROVED, REF, False),
    ),
    ("paid", _PAID),
    ("paid-printed", replace(_PAID, printed=Printed.YES)),
    ("paid-unposted", replace(_PAID, receipt_number="", printed=Printed.UNKNOWN)),
    (
        "paid-long",
        replace(
            _PAID,
            amount=Money.from_yuan("50400.00"),
            percent=300,
            months=tuple(Month(2026, number) for number in (1, 3, 5, 7, 9, 11)),
            printed=Printed.NO,
        ),
    ),
    *(
        (f"not-paid-{reason.value}", NotPaid(reason, "P-07", REF))
        for reason in (NotPaidReason.DECLINED, NotPaidReason.CENTRE_UNREACHABLE)
    ),
    ("payment-unknown", _UNKNOWN),
    ("payment-unknown-printing", replace(_UNKNOWN, printing=True)),
    ("payment-unknown-printed", replace(_UNKNOWN, printed=Printed.YES)),
    ("insurance", Insurance(VIEW, NAMES, SHORT_NAME)),
    ("insurance-many-years", Insurance(LONG_VIEW, NAMES, LONG_NAME)),
    ("insurance-new", Insurance(EMPTY_YEAR, NAMES, SHORT_NAME)),
)
