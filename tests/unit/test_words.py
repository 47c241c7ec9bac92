"""The words on the kiosk: what is missing is said in Chinese, and the visit goes on."""

import gettext
import json
import logging
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens import trouble_words
from kioskd.screens.words import LANGUAGES, Public, Words, WordsError, catalogue

SOURCE_TEXTS = {"home.end": "结束", "home.left": "还有 {count} 天"}


def compiled(folder: Path, language: str, texts: dict[str, str]) -> None:
    """Write the ``.mo`` of ``language``."""
    catalog = Catalog(locale=language, fuzzy=False)
    for key, text in texts.items():
        catalog.add(key, text)
    file = folder / language / "LC_MESSAGES" / "kioskd.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_mo(out, catalog)


def events(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, object]]:
    """Return the values of every event of this name."""
    return [record.__dict__["values"] for record in caplog.records if record.message == name]


@pytest.fixture(autouse=True)
def hear_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let caplog hear kioskd's log, whatever an earlier test set up."""
    monkeypatch.setattr(logging.getLogger("kioskd"), "propagate", True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", TroubleReason)
def test_every_trouble_has_its_words(reason: TroubleReason, language: str) -> None:
    """Title, reason, way out, and on a card the code."""
    words, trouble = Words(language), Trouble(reason, "X-99")
    assert trouble_words.title(words, trouble) and trouble_words.why(words, trouble)
    assert trouble_words.what_to_do(words, trouble) in trouble_words.on_a_card(words, trouble)
    assert "X-99" in trouble_words.on_a_card(words, trouble)


def test_a_missing_text_and_a_missing_field_are_named() -> None:
    """WordsError says which language, key and field."""
    with pytest.raises(WordsError, match=r"no\.such"):
        Words("en")("no.such")
    with pytest.raises(WordsError, match=r"no\.such"):
        Words("en")("no.such", count=2)
    with pytest.raises(WordsError, match="hotline"):
        Words("en")("home.elsewhere")
    with pytest.raises(WordsError, match="no catalogue"):
        Words("tlh")


def test_one_of_a_thing_and_several_are_said_differently() -> None:
    """English has two plural forms, Chinese one."""
    english, chinese = Words("en"), Words("zh_CN")
    assert english("choose_months.next", count=1) == "Check 1 month"
    assert english("choose_months.next", count=3) == "Check 3 months"
    assert [chinese("choose_months.next", count=n) for n in (1, 3)] == [
        "选好 1 个月，去核对",
        "选好 3 个月，去核对",
    ]
    assert english("choose_months.quick.quarter", count=3) == "This quarter: 3"


def test_a_count_of_hers_stays_hers() -> None:
    """A plural text is public only with a public count, as any other."""
    assert not isinstance(Words("en")("choose_months.next", count=2), Public)
    assert isinstance(Words("en")("choose_months.next", count=Public(2)), Public)


def test_what_is_not_translated_is_said_in_chinese_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A translator's gap ends no visit: the source stands there, and operators read which key."""
    compiled(tmp_path, "zh_CN", SOURCE_TEXTS)
    compiled(tmp_path, "en", {"home.end": "End"})
    texts = catalogue("en", tmp_path)
    assert texts.gettext("home.end") == "End"
    assert [texts.gettext("home.left") for _ in range(3)] == ["还有 {count} 天"] * 3
    assert events(caplog, "words.untranslated") == [{"language": "en", "key": "home.left"}]


@pytest.mark.parametrize("broken", [None, b"", b"\x00" * 64, b"\xde\x12\x04\x95\x00\x00"])
def test_a_broken_translation_is_named_and_all_is_said_in_chinese(
    broken: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """English that is missing, empty, foreign or cut short leaves the kiosk Chinese, not dead."""
    compiled(tmp_path, "zh_CN", SOURCE_TEXTS)
    if broken is not None:
        compiled(tmp_path, "en", {})
        (tmp_path / "en" / "LC_MESSAGES" / "kioskd.mo").write_bytes(broken)
    assert catalogue("en", tmp_path).gettext("home.end") == "结束"
    [gone] = events(caplog, "words.catalogue_gone")
    assert (gone["code"], gone["language"]) == ("K-02", "en")


def test_without_its_source_nothing_can_be_said(tmp_path: Path) -> None:
    """No Chinese catalogue is a fault of the installation, named before anything is shown."""
    with pytest.raises(WordsError, match="zh_CN"):
        catalogue("zh_CN", tmp_path)
    with pytest.raises(WordsError, match="zh_CN"):
        catalogue("en", tmp_path)


def test_a_catalogue_is_what_gettext_reads(tmp_path: Path) -> None:
    """Other programs of the city read the same file with the standard library."""
    compiled(tmp_path, "zh_CN", SOURCE_TEXTS)
    assert gettext.translation("kioskd", tmp_path, ["zh_CN"]).gettext("home.end") == "结束"


def test_an_event_of_words_is_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """What is untranslated reaches the journal as one JSON object."""
    before = logging.getLogger("kioskd").handlers[:]
    log.set_up("info")
    try:
        log.warning("words.untranslated", language="en", key="home.left")
    finally:
        logging.getLogger("kioskd").handlers[:] = before
    line = capsys.readouterr().err
    assert json.loads(line[line.index("{") :])["event"] == "words.untranslated"
