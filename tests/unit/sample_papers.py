"""Papers of made-up people, for tests: one of each kind, the longest name, the rarest character."""

from datetime import date

from kiosk_central.documents.facts import (
    AccountYear,
    CardCertificate,
    Content,
    ContributionReceipt,
    EnrolledIn,
    EnrolmentCertificate,
    Holder,
    Letterhead,
    PaidMonth,
    Paper,
    RightsRecord,
)
from kiosk_central.documents.issue import facts_of
from kiosk_central.sample import LONG_NAME
from kiosk_central.sample_people import SAMPLE_SIGNING_SEED
from kiosk_central.signing import signer_of_seed
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central_documents import DocumentKind

AGENCY = "示例市社会保险经办机构"
NUMBER, ISSUED_AT = "SB2026-000123-7KQ4MN", "2026-11-26T02:00:00Z"
HEAD = Letterhead(
    AGENCY,
    "社会保险业务专用章",
    "SAMPLE 样章",
    "本件由经办机构电子签章，与加盖实物印章的纸质件具有同等效力；涂改无效。",
    "12333",
    "https://city.example/r/",
)
LI = Holder(PersonName("李𠮷"), IdNumber("000000200002290010"), "示例市")
LONGEST = Holder(PersonName(LONG_NAME), IdNumber("11111119700101001X"), "示例市")
PENSION, MEDICAL = "职工基本养老保险", "职工基本医疗保险"
ENROLMENTS = (
    EnrolledIn(PENSION, True, Month(2022, 1), 36, Month(2026, 12)),
    EnrolledIn(MEDICAL, False, Month(2022, 1), 0, None),
)
MONEY = (Money(700_000), Money(140_000), Money(56_000), Money(84_000))
YEAR = Money(672_000)


def months(*years: int) -> tuple[PaidMonth, ...]:
    """Return twelve months of each year in both schemes."""
    return tuple(
        PaidMonth(scheme, Month(year, month), *MONEY)
        for year in years
        for scheme in (PENSION, MEDICAL)
        for month in range(1, 13)
    )


def rights_record(holder: Holder = LI, years: tuple[int, ...] = (2024, 2025, 2026)) -> RightsRecord:
    account = tuple(AccountYear(one, 12, YEAR, YEAR * at) for at, one in enumerate(years, 1))
    return RightsRecord(holder, years, ENROLMENTS, months(*years), account)


RECEIPT = ContributionReceipt(
    LONGEST,
    "2026-0000-0031-88",
    "K0123-7KQ4-000457",
    "2026-11-22T02:00:00Z",
    PENSION,
    100,
    Money(700_000),
    Money(140_000),
    (Month(2026, 10), Month(2026, 11)),
    Money(280_000),
    Money(112_000),
    Money(168_000),
    "29001006",
    31,
)
CARD = CardCertificate(
    LI,
    "BK2026-000012",
    date(2026, 11, 22),
    "19",
    False,
    "示例市社会保险经办中心",
    "示例市中心区人民路 1 号",
    date(2026, 12, 14),
    date(2027, 3, 14),
    ("领取并启用新卡后，本证明自动失效。",),
)
CONTENTS: dict[DocumentKind, Content] = {
    DocumentKind.RIGHTS_RECORD: rights_record(),
    DocumentKind.ENROLMENT_CERTIFICATE: EnrolmentCertificate(
        LONGEST, ENROLMENTS, date(2026, 11, 26)
    ),
    DocumentKind.CONTRIBUTION_RECEIPT: RECEIPT,
    DocumentKind.CARD_CERTIFICATE: CARD,
}


def paper(kind: DocumentKind, content: Content | None = None) -> Paper:
    """Return a paper of ``kind`` as it would be issued."""
    stated = CONTENTS[kind] if content is None else content
    facts = facts_of(kind, NUMBER, ISSUED_AT, stated)
    proof = signer_of_seed(SAMPLE_SIGNING_SEED).document_proof(facts)
    return Paper(kind, NUMBER, ISSUED_AT, HEAD, stated, proof)
