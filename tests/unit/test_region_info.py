"""What people read of a region: search, initials, hours, codes; and the sample's content."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk_central.initials import RARE, initials
from kiosk_central.receipt_numbers import receipt_number, receipt_number_is_right
from kiosk_central.region import load_region
from kioskd.domain.paper_code import CodeState, code_state, grouped
from kioskd.domain.region_info import (
    OpeningTime,
    OpenNow,
    PolicyCategory,
    minute_of,
    open_now,
)
from kioskd.domain.search import find_policies

REGION = load_region()
WEEK = (1, 2, 3, 4, 5)
WORKDAYS = (OpeningTime(WEEK, "09:00", "12:00"), OpeningTime(WEEK, "13:00", "17:00"))

# Checked by hand, one letter a character; digits and marks are left out.
TITLES = {
    "灵活就业人员怎样参加社会保险": "lhjyryzycjshbx",
    "缴费多少年可以按月领取养老金": "jfdsnkyaylqylj",
    "查询和打印个人权益记录": "cxhdygrqyjl",
    "职工医保的待遇等待期": "zgybddyddq",
    "换城市工作养老保险怎样转移": "hcsgzylbxzyzy",
    "个人信息变更申请表": "grxxbgsqb",
    "以前漏缴的月份能补缴吗": "yqljdyfnbjm",
    "第八十三条：有争议怎么办": "dbsstyzyzmb",
    "社会保障卡有 2 个密码": "shbzkygmm",
    "银行卡重复扣款调整 APP": "yhkcfkktzapp",
    "遗属抚恤金": "ysfxj",
}


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_initials_are_those_that_people_say(title: str, expected: str) -> None:
    """Common characters by the order of GB 2312, others by the tables."""
    assert initials(title) == expected


def test_every_character_of_the_sample_has_an_initial() -> None:
    """No Chinese character of a title is silently left out, whatever a pack's author adds."""
    for policy in REGION.policies:
        han = re.findall("[\u4e00-\u9fff]", policy.title.zh)
        latin = re.findall("[A-Za-z]", policy.title.zh)
        assert len(policy.keys[0]) == len(han) + len(latin), policy.title.zh
    assert [initials(rare) for rare in RARE] == list(RARE.values())


def test_keys_are_lower_case_letters_and_told_once() -> None:
    """What the pack names itself is kept beside the initials of the title."""
    for policy in REGION.policies:
        assert all(re.fullmatch("[a-z]+", key) for key in policy.keys)
        assert len(set(policy.keys)) == len(policy.keys)
    assert "lhjyryzycjshbx" in REGION.policies[0].keys and "zyjycb" in REGION.policies[0].keys


def ids(typed: str) -> list[str]:
    return [policy.id for policy in find_policies(REGION.policies, typed)]


def test_initials_find_titles_that_begin_with_them_first() -> None:
    """lhjy: two titles begin so, two more hold it behind "article ten"."""
    found = ids("lhjy")
    assert set(found[:2]) <= {"flexible-employment", "form-enrol", "law-ten", "law-twenty-three"}
    assert set(found) == {"flexible-employment", "form-enrol", "law-ten", "law-twenty-three"}
    assert ids("LHJY") == found == ids("l h-j.y")
    assert ids("jfdc")[:2] == ["contribution-grades", "change-grade"]


def test_what_people_call_it_finds_it() -> None:
    """A lost card is "guashi", a waiting period "ddq", a refund "tf": none of it is in a title."""
    assert "card-lost" in ids("gs")
    assert "medical-waiting" in ids("ddq")
    assert ids("tfsqb") == ["form-refund"]


def test_english_words_count_from_their_beginnings() -> None:
    """The beginning of any word, on into the next one; never from inside a word."""
    assert "pension-transfer" in ids("pensional")
    assert "card-lost" in ids("lose")
    assert ids("ension") == []


def test_nothing_typed_is_everything_and_nonsense_is_nothing() -> None:
    """In the order of the pack."""
    assert ids("") == [policy.id for policy in REGION.policies]
    assert ids("xyzzy") == []


@settings(max_examples=150)
@given(st.text(st.sampled_from("abcdefghijlmnqrstwxyz"), max_size=8), st.integers(0, 8))
def test_another_letter_never_finds_more(typed: str, length: int) -> None:
    """What fits a longer text fits its beginning too."""
    assert set(ids(typed)) <= set(ids(typed[:length]))


def test_the_sample_has_what_the_pages_promise() -> None:
    """Four pages, sources and dates, forms with what to bring and where; both languages whole."""
    assert len(REGION.policies) >= 20
    for category in PolicyCategory:
        assert [one for one in REGION.policies if one.category is category]
    for policy in REGION.policies:
        texts = [policy.title, policy.source, *policy.paragraphs, *policy.bring]
        assert all(text.zh and text.en for text in texts)
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", policy.date)
        is_form = policy.category is PolicyCategory.FORM
        assert bool(policy.bring) is is_form and bool(policy.where.zh) is is_form
        if policy.category is PolicyCategory.LAW:
            assert "2018 年修正" in policy.source.zh and policy.date == "2018-12-29"


def test_outlets_stand_on_the_map_and_name_known_needs() -> None:
    """Every outlet is on the map, has hours as times, and helps with what can be looked for."""
    city, needs = REGION.city_map, {need.id for need in REGION.outlet_needs}
    assert city is not None
    for outlet in REGION.outlets:
        assert outlet.at is not None and outlet.opening and outlet.id
        assert 0 <= outlet.at.x <= city.width and 0 <= outlet.at.y <= city.height
        assert set(outlet.helps) <= needs
    assert all(any(need in one.helps for one in REGION.outlets) for need in needs)
    assert len({outlet.id for outlet in REGION.outlets}) == len(REGION.outlets)


@pytest.mark.parametrize(
    ("weekday", "clock", "expected"),
    [
        (1, "08:59", OpenNow(False, 1, "09:00", today=True)),
        (1, "09:00", OpenNow(True, 1, "12:00", today=True)),
        (1, "11:59", OpenNow(True, 1, "12:00", today=True)),
        (1, "12:00", OpenNow(False, 1, "13:00", today=True)),
        (1, "17:00", OpenNow(False, 2, "09:00", today=False)),
        (5, "17:00", OpenNow(False, 1, "09:00", today=False)),
        (6, "10:00", OpenNow(False, 1, "09:00", today=False)),
        (7, "23:59", OpenNow(False, 1, "09:00", today=False)),
    ],
)
def test_open_now_and_when_that_changes(weekday: int, clock: str, expected: OpenNow) -> None:
    """At opening it is open, at closing it is not; over noon and the weekend it says when next."""
    assert open_now(WORKDAYS, weekday, minute_of(clock)) == expected


def test_hours_nobody_told_are_not_closed() -> None:
    """No times: nobody can say; one day a week: the same day next week."""
    assert open_now((), 1, 600) is None
    only = (OpeningTime((3,), "09:00", "10:00"),)
    assert open_now(only, 3, 600) == OpenNow(False, 3, "09:00", today=False)


@settings(max_examples=150)
@given(st.integers(1, 7), st.integers(0, 24 * 60 - 1))
def test_every_minute_has_an_answer(weekday: int, minute: int) -> None:
    """It is open exactly within the hours, and a closed place opens on a day it is open on."""
    now = open_now(WORKDAYS, weekday, minute)
    assert now is not None
    inside = any(
        weekday in one.days and minute_of(one.opens) <= minute < minute_of(one.closes)
        for one in WORKDAYS
    )
    assert now.open is inside and now.day in WEEK
    assert now.day == weekday or not now.today


@pytest.mark.parametrize(
    ("days", "opens", "closes"),
    [
        ((0,), "09:00", "17:00"),
        ((8,), "09:00", "17:00"),
        ((1,), "17:00", "09:00"),
        ((1,), "9:00", "17:00"),
        ((1,), "09:60", "17:00"),
        ((1,), "09:00", "24:01"),
        ((1,), "-1:00", "17:00"),
    ],
)
def test_impossible_hours_are_refused(days: tuple[int, ...], opens: str, closes: str) -> None:
    """A pack with them is not taken by the centre, so no kiosk ever sees them."""
    with pytest.raises(ValueError):
        OpeningTime(days, opens, closes)


@settings(max_examples=100)
@given(st.integers(2000, 2099), st.integers(1, 99_999_999), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_of_a_receipt_number_is_always_seen(
    year: int, serial: int, at: int, by: int
) -> None:
    """The number the centre makes is asked about; with any one digit changed it is not."""
    digits = receipt_number(year, serial).replace("-", "")
    assert code_state(digits) is CodeState.TO_ASK
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert code_state(wrong) is CodeState.MISTYPED
    assert grouped(digits) == receipt_number(year, serial)
    assert receipt_number_is_right(grouped(digits)) and not receipt_number_is_right(grouped(wrong))


def test_codes_of_other_papers_are_left_to_the_centre() -> None:
    """Letters, or another length: no guess about check digits; too short is not asked at all."""
    assert code_state("ZZ99YY88XX77") is CodeState.TO_ASK
    assert code_state("123456789012345") is CodeState.TO_ASK
    assert code_state("12345") is code_state("") is CodeState.TOO_SHORT
