"""Letters to characters: cutting into syllables, what is offered and in which order, initials."""

import random
import sys
from pathlib import Path

import pytest

import kioskd.pinyin.engine as engine_module
from kioskd.pinyin import Candidate, Expects, Pinyin, googlepinyin, initials, spell
from kioskd.pinyin.googlepinyin import GooglePinyin, open_library
from kioskd.pinyin.syllables import SYLLABLES, cuts
from kioskd.pinyin.tables import DATA, table

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from bench_pinyin import HELD_OUT, THE_TWENTY, pairs

WITHOUT, WITH = Pinyin(use_library=False), Pinyin()
ENGINES = [WITHOUT, *([WITH] if open_library() else [])]
NAMES = ["tables alone", "with libgooglepinyin"][: len(ENGINES)]
engines = pytest.mark.parametrize("engine", ENGINES, ids=NAMES)


def texts(engine: Pinyin, letters: str, expects: Expects = Expects.ANYTHING) -> list[str]:
    """Return the texts that are offered."""
    return [one.text for one in engine.candidates(letters, expects)]


@pytest.mark.parametrize(
    ("letters", "wanted"),
    [
        ("beijingdonglu", "bei jing dong lu"),
        ("lina", "li na"),
        ("fangan", "fan gan"),
        ("xian", "xian"),
        ("zhangw", "zhang w"),
        ("nj", "n j"),
        ("njgulou", "n j gu lou"),
        ("beijdl", "bei j d l"),
        ("lv", "lv"),
        ("iii", "i i i"),
        ("", ""),
    ],
)
def test_letters_are_cut_into_syllables(letters: str, wanted: str) -> None:
    """The likeliest way is shown; the last may be begun only, and initials stand for syllables."""
    assert spell(letters) == wanted


def test_both_ways_to_read_letters_are_known() -> None:
    """Xian is one syllable first, and xi'an after it; lve is looked up as lue."""
    assert [cut.key for cut in cuts("xian") if cut.whole] == ["xian", "xi an"]
    assert cuts("lve")[0].key == "lue"
    assert all(cuts(syllable)[0].whole for syllable in SYLLABLES)


@engines
def test_the_measured_inputs_are_found(engine: Pinyin) -> None:
    """At least 19 of the twenty among the first five, and nine of ten of the others."""
    for inputs, least in ((pairs(THE_TWENTY), 19), (pairs(HELD_OUT), 48)):
        found = sum(wanted in texts(engine, letters)[:5] for letters, wanted in inputs)
        assert found >= least


@engines
@pytest.mark.parametrize(
    ("letters", "wanted"),
    [("nj", "南京"), ("lhjy", "灵活就业"), ("beijdl", "北京东路"), ("shehuibaoz", "社会保障")],
)
def test_phrases_are_found_before_they_are_typed_out(
    engine: Pinyin, letters: str, wanted: str
) -> None:
    """By initials, by begun syllables, by the first letters of the last."""
    assert wanted in texts(engine, letters)[:5]


@engines
def test_a_candidate_knows_how_many_letters_it_takes(engine: Pinyin) -> None:
    """What she chooses for the first syllables leaves the rest waiting."""
    found = {one.text: one.letters for one in engine.candidates("beijingdonglu")}
    assert found["北京东路"] == 13 and found["北京"] == 7 and found["北"] == 3
    assert all(1 <= letters <= 13 for letters in found.values())


@engines
def test_every_text_is_offered_once_and_nothing_is_learnt(engine: Pinyin) -> None:
    """The same letters give the same candidates, whatever was looked up between."""
    before = engine.candidates("shilishi")
    engine.candidates("zhangwei")
    assert engine.candidates("shilishi") == before
    assert len({one.text for one in before}) == len(before)


@engines
def test_a_field_for_names_offers_names_first(engine: Pinyin) -> None:
    """张伟 before 长尾; surnames first; characters that only names have are among the first."""
    assert texts(engine, "zhangwei", Expects.NAME)[0] == "张伟"
    assert texts(engine, "wang", Expects.NAME)[0] == "王"
    assert "\U00020bb7" in texts(engine, "ji", Expects.NAME)[:10]
    assert "欧阳小明" in texts(engine, "ouyangxiaoming", Expects.NAME)[:3]


@engines
def test_the_regions_own_places_are_offered(engine: Pinyin) -> None:
    """Looked up by each reading of their characters, and before they are typed out."""
    region = Pinyin.for_region(("长长小区", "夫子庙", "A座"), engine.use_library)
    assert texts(region, "fuzimiao")[0] == "夫子庙"
    assert "长长小区" in texts(region, "zhangchangxiaoqu")[:5]
    assert "长长小区" in texts(region, "changchangxiaoq")[:5]


@engines
@pytest.mark.parametrize("letters", ["", "v", "iuv", "zzzzzzzz", "a" * 40, "xi'an", "'"])
def test_any_letters_are_borne(engine: Pinyin, letters: str) -> None:
    """Nonsense has few candidates or none, and never an error."""
    assert all(isinstance(one, Candidate) and one.text for one in engine.candidates(letters))


def test_what_would_end_the_process_is_kept_from_the_library() -> None:
    """Its pool of matches runs out at many syllables; the bound leaves it a margin."""
    library = open_library()
    if library is None:
        pytest.skip("libgooglepinyin is not installed")
    for hard in ("a" * 36, "erengengerenengenganang", "zh" * 16, "sh" * 18):
        assert library.candidates(hard) == []
    chance = random.Random(1)
    hard_ones = (
        "an",
        "en",
        "ang",
        "eng",
        "er",
        "ai",
        "xian",
        "zh",
        "ch",
        "sh",
        "gan",
        "z",
        "liang",
    )
    for _ in range(200):
        library.candidates("".join(chance.choice(hard_ones) for _ in range(7)))
        library.candidates(chance.choice(hard_ones) * 7)


def test_a_missing_library_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without the dictionary nor without the library: the tables take its place."""
    monkeypatch.setattr(googlepinyin, "DICTIONARIES", "*/nowhere/*.dat")
    assert open_library.__wrapped__() is None
    monkeypatch.undo()
    monkeypatch.setattr(googlepinyin, "LIBRARY", "libnowhere.so.0")
    assert open_library.__wrapped__() is None
    monkeypatch.setattr(engine_module, "open_library", lambda: None)
    assert WITH.candidates("yanglaobaoxian") == WITHOUT.candidates("yanglaobaoxian")


def test_the_library_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No user dictionary appears where the process stands."""
    library = open_library()
    if library is None:
        pytest.skip("libgooglepinyin is not installed")
    assert isinstance(library, GooglePinyin)
    monkeypatch.chdir(tmp_path)
    assert library.candidates("zhangwei") and not library.candidates("a" * 60)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["phrases", "words", "initials", "chars"])
def test_tables_are_sorted_small_and_found_in(name: str) -> None:
    """Lines are in order of their keys, so that halving finds them; no file is above a megabyte."""
    keys = [key for key, _ in table(name)]
    assert keys == sorted(set(keys))
    assert (DATA / f"{name}.tsv").stat().st_size < 1 << 20
    for key in (keys[0], keys[len(keys) // 3], keys[-1]):
        assert table(name).exact(key)
    assert table(name).exact("zz~") == [] and table(name).exact("") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("灵活就业", "lhjy"),
        ("重庆银行卡", "cqyhk"),
        ("长安街 12 号", "caj12h"),
        ("ABC", "abc"),
        ("（）", ""),
        ("", ""),
    ],
)
def test_initials_of_words(text: str, wanted: str) -> None:
    """First letters as a word reads them; letters and digits stay, marks go."""
    assert initials(text) == wanted
