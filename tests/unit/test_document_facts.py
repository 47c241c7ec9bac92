"""What stands on papers: numbers people can type, sums in capitals, words, and what is kept."""

from dataclasses import replace

import pytest
from central_world import NOW, World, refused
from hypothesis import given
from hypothesis import strategies as st
from sample_papers import CARD, CONTENTS, LI, NUMBER, RECEIPT, paper, rights_record

from kiosk_central.clock import local_date
from kiosk_central.differences import NotToBeSettled
from kiosk_central.documents.capitals import in_capitals
from kiosk_central.documents.cards import CardApplication
from kiosk_central.documents.facts import CONTENT, months_period
from kiosk_central.documents.gather import content_of
from kiosk_central.documents.issue import Asked, NoSuchDocument, issue, revoke
from kiosk_central.documents.numbers import ALPHABET, document_number, random_group, typed_number
from kiosk_central.documents.views import view_of
from kiosk_central.region import SAMPLE_FILE
from kiosk_central.store.engine import read
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import ContractBroken, ProblemCode, decode, encode
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBERS = st.builds(
    document_number,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=4),
    st.integers(2000, 2199),
    st.integers(1, 999_999_999),
    st.text(ALPHABET, min_size=5, max_size=5),
)


@given(number=NUMBERS)
def test_a_number_is_found_however_it_is_typed(number: str) -> None:
    """Case, spaces, hyphens, full width: the same number; random groups are of its alphabet."""
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    for typed in (number, number.lower(), number.replace("-", ""), f" {number[:5]} {number[5:]}"):
        assert typed_number(typed) == number
    assert typed_number(wide) == number and set(random_group()) <= set(ALPHABET)


@given(number=NUMBERS, at=st.integers(0, 30), other=st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_noticed(number: str, at: int, other: str) -> None:
    """Any character typed wrongly is no number, unless it only looks like the right one."""
    at %= len(number)
    wrong = number[:at] + other + number[at + 1 :]
    looks_alike = {"0": "O", "1": "IL"}.get(number[at], "")
    if number[at] not in ("-", other) and other not in looks_alike:
        assert typed_number(wrong) is None


@given(number=NUMBERS, at=st.integers(0, 30))
def test_swapped_neighbours_are_noticed(number: str, at: int) -> None:
    """Two characters of one group the wrong way round are no number."""
    at %= len(number) - 1
    left, right = number[at], number[at + 1]
    kinds = (left.isdigit(), at > number.rindex("-")), (right.isdigit(), at > number.rindex("-"))
    if left != right and "-" not in (left, right) and (kinds[0] == kinds[1] or kinds[0][1]):
        assert typed_number(number[:at] + right + left + number[at + 2 :]) is None


def test_letters_among_digits_are_mended() -> None:
    """An O typed for a zero, an l for a one: people read what they see."""
    assert document_number("SB", 2026, 101, "7KQ4M") == "SB2026-000101-7KQ4MA"
    assert typed_number("sb2o26-ooolO1-7kq4ma") == "SB2026-000101-7KQ4MA"
    for wrong in ("", "SB", "SB2026", "2026-0000-0031-88", "SB2026-000101-7KQ4M", "张三", "A" * 99):
        assert typed_number(wrong) is None


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("2800.00", "贰仟捌佰元整"),
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10.05", "壹拾元零伍分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("100000000.01", "壹亿元零壹分"),
        ("1000010000.00", "壹拾亿零壹万元整"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("20000.00", "贰万元整"),
    ],
)
def test_sums_in_capitals(yuan: str, words: str) -> None:
    """As the bank's rules for bills write them, their own examples among them."""
    assert in_capitals(Money.from_yuan(yuan)) == words


@pytest.mark.parametrize("kind", DocumentKind)
def test_what_is_kept_gives_the_same_paper(kind: DocumentKind) -> None:
    """Facts go into the database and come back as they were, of every kind."""
    content = CONTENTS[kind]
    assert decode(encode(content), CONTENT[kind]) == content
    view = view_of(paper(kind))
    assert view["number"] == NUMBER and view["issued_on"] == "2026年11月26日"


def test_a_record_adds_up() -> None:
    """Each scheme and year has its sum below its months; the QR code repeats the whole."""
    record = rights_record()
    view = view_of(paper(DocumentKind.RIGHTS_RECORD, record))
    sums = [view["months"]["rows"][at] for at in view["months"]["sums"]]
    assert len(sums) == 6 and sums[0] == [
        *("2024 年小计", "12 个月", ""),
        *("16,800.00", "6,720.00", "10,080.00"),
    ]
    assert record.stated.months == 72 and record.stated.amount == Money(140_000) * 72
    assert record.stated.period == months_period(Month(2024, 1), Month(2026, 12))


def test_a_year_without_payments_says_so() -> None:
    """An empty list is not left empty, and states no sum."""
    empty = rights_record(years=())
    view = view_of(paper(DocumentKind.RIGHTS_RECORD, empty))
    assert view["months"]["rows"][0][1] == "无缴费记录" and empty.stated.period is None


def test_months_of_a_receipt_are_spans() -> None:
    """Months that follow each other are told as one span, others one by one."""
    apart = (Month(2026, 1), Month(2026, 3), Month(2026, 4), Month(2026, 12), Month(2027, 1))
    receipt = replace(RECEIPT, months=apart)
    rows = dict(view_of(paper(DocumentKind.CONTRIBUTION_RECEIPT, receipt))["payment"])
    spans = "2026年01月、2026年03月至2026年04月、2026年12月至2027年01月（共 5 个月）"
    assert rows["费款所属期"] == spans


def test_an_application_gives_a_card_certificate() -> None:
    """What the applications hand over is what the certificate states."""
    applied = CardApplication(
        CARD.application,
        CARD.applied_on,
        CARD.old_card_tail,
        CARD.handed_in,
        CARD.outlet,
        CARD.outlet_address,
        CARD.collect_from,
        CARD.collect_to,
    )
    assert applied.certificate(LI, CARD.entitles) == CARD


def test_a_certificate_says_whether_the_old_card_was_lost_or_handed_in() -> None:
    """Nobody is said to have lost a card that she laid on the desk."""
    lost = str(view_of(paper(DocumentKind.CARD_CERTIFICATE, CARD))["statement"])
    assert "正式挂失和补领手续，原卡（尾号 19）已经停用" in lost
    exchanged = replace(CARD, handed_in=True)
    told = str(view_of(paper(DocumentKind.CARD_CERTIFICATE, exchanged))["statement"])
    assert "到期换卡手续，原卡（尾号 19）已经交回" in told and "挂失" not in told


def test_the_account_counts_what_was_paid_before(world: World) -> None:
    """The balance of a year holds all years before it, shown or not."""
    request = DocumentRequest(DocumentKind.RIGHTS_RECORD, (2025,))
    gathered = read(
        world.engine, lambda at: content_of(at, world.region, 1, request, local_date(NOW))
    )
    assert [one.year for one in gathered.account] == [2025]  # type: ignore[union-attr]
    (year,) = gathered.account  # type: ignore[union-attr]
    assert (year.months, year.personal) == (12, Money(56_000) * 12)
    assert year.balance == Money(56_000) * 24, "of 2024 and 2025"


def test_a_region_without_papers_gives_none(world: World) -> None:
    """Where the pack has no words for papers, there are none."""
    bare = replace(world.region, documents=None)
    asked = Asked("d1", "K0123", 1, DocumentRequest(DocumentKind.RIGHTS_RECORD))
    with refused(ProblemCode.NOT_FOUND):
        world.at_desk(lambda desk: issue(desk, bare, asked, "AAAAA"))


def test_revoking_wants_a_name_a_reason_and_a_document(world: World) -> None:
    """Once, by somebody, for a reason."""
    asked = Asked("d1", "K0123", 1, DocumentRequest(DocumentKind.ENROLMENT_CERTIFICATE))
    made = world.at_desk(lambda desk: issue(desk, world.region, asked, "AAAAA"))
    with pytest.raises(NotToBeSettled):
        world.at_desk(lambda desk: revoke(desk, made.number, "Wu", " "))
    world.at_desk(lambda desk: revoke(desk, made.number, "Wu", "wrong"))
    with pytest.raises(NoSuchDocument):
        world.at_desk(lambda desk: revoke(desk, made.number, "Wu", "again"))


@pytest.mark.parametrize(
    "wrong", [{"number_prefix": "sb"}, {"number_prefix": ""}, {"years_max": 0}]
)
def test_a_region_pack_that_cannot_number_papers_is_refused(wrong: dict[str, object]) -> None:
    """A prefix nobody could type back is found when the pack is read, not at the first paper."""
    pack = decode(SAMPLE_FILE.read_bytes(), dict)
    pack["documents"] |= wrong
    with pytest.raises(ContractBroken):
        decode(encode(pack), RegionPack)
