"""Measure how fast the centre makes a paper: composing and sealing, against composing alone.

A rights record of three pages for other people each time, so that nothing is found made before.
Both are taken in turn in this one run: a slow or busy machine slows both.
"""

import statistics
import sys
import time

from kiosk_central.documents.compose import Composer
from kiosk_central.documents.facts import (
    AccountYear,
    EnrolledIn,
    Holder,
    Letterhead,
    PaidMonth,
    Paper,
    RightsRecord,
)
from kiosk_central.documents.issue import facts_of
from kiosk_central.documents.numbers import document_number
from kiosk_central.documents.press import make
from kiosk_central.documents.seal import Seal
from kiosk_central.documents.seal_key import sample_seal
from kiosk_central.sample_people import SAMPLE_SEAL_SEED, SAMPLE_SIGNING_SEED
from kiosk_central.signing import signer_of_seed
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central_documents import DocumentKind

ROUNDS, WARMING = 15, 2
PAGES = 3
LIMIT_S = 0.5
RATIO_MAX = 3.0
"""Sealed over composed alone; sealing is Python, composing is not."""
AGENCY = "示例市社会保险经办机构"
HEAD = Letterhead(
    AGENCY, "社会保险业务专用章", "SAMPLE 样章", "涂改无效。", "12333", "https://city.example/r/"
)
SCHEMES = ("职工基本养老保险", "职工基本医疗保险")
YEARS = (2024, 2025, 2026)


def a_record(index: int) -> RightsRecord:
    """Return three years in two schemes of somebody else each time."""
    holder = Holder(PersonName(f"示例{index:04d}"), IdNumber(f"000000197001{index:05d}X"), "示例市")
    base = Money(700_000 + index * 100)
    months = tuple(
        PaidMonth(scheme, Month(year, month), base, Money(140_000), Money(56_000), Money(84_000))
        for year in YEARS
        for scheme in SCHEMES
        for month in range(1, 13)
    )
    enrolled = tuple(EnrolledIn(one, True, Month(2024, 1), 36, Month(2026, 12)) for one in SCHEMES)
    account = tuple(AccountYear(year, 12, Money(672_000), Money(672_000)) for year in YEARS)
    return RightsRecord(holder, YEARS, enrolled, months, account)


def a_paper(index: int) -> Paper:
    """Return it as it is issued."""
    number, at = document_number("SB", 2026, index + 1, "AAAAA"), "2026-11-26T02:00:00Z"
    content, kind = a_record(index), DocumentKind.RIGHTS_RECORD
    proof = signer_of_seed(SAMPLE_SIGNING_SEED).document_proof(facts_of(kind, number, at, content))
    return Paper(kind, number, at, HEAD, content, proof)


def measure() -> tuple[list[float], list[float]]:
    """Return seconds of each round: composed and sealed, composed alone."""
    composer, seal = Composer(), Seal(sample_seal(SAMPLE_SEAL_SEED), AGENCY)
    sealed, alone = [], []
    for index in range(WARMING + ROUNDS):
        begun = time.perf_counter()
        made = make(a_paper(2 * index), composer, seal)
        between = time.perf_counter()
        composer.compose(a_paper(2 * index + 1))
        ended = time.perf_counter()
        assert made.pages == PAGES, f"{made.pages} pages"
        sealed.append(between - begun)
        alone.append(ended - between)
    return sealed[WARMING:], alone[WARMING:]


def main() -> None:
    """Print the table; exit 1 if a limit is passed."""
    sealed, alone = map(statistics.median, measure())
    ratio = sealed / alone
    rows = [
        ("rights record, 3 pages, sealed, s", sealed, f"{LIMIT_S}"),
        ("the same by Typst alone, s", alone, ""),
        ("ratio", ratio, f"{RATIO_MAX}"),
    ]
    print(f"{'':38}{'median':>9}{'limit':>8}")
    for name, value, limit in rows:
        print(f"{name:38}{value:9.3f}{limit:>8}")
    if sealed > LIMIT_S or ratio > RATIO_MAX:
        sys.exit(1)


if __name__ == "__main__":
    main()
