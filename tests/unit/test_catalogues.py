"""The catalogues of words: whole in every language, fresh, and no key that nobody uses."""

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from kioskd.screens.words import LANGUAGES
from tools import catalogues
from tools.catalogues import SOURCE, CatalogueError, forms_of, messages, source_comment

ROOT = Path(__file__).resolve().parents[2]
PLURAL_FORMS = {"zh_CN": 1, "en": 2}


def fields(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def fields_of(message: Message) -> set[str]:
    """Return the names in braces of all its forms."""
    return {name for form in forms_of(message) for name in fields(form)}


def test_every_language_is_one_of_the_kiosks() -> None:
    """A folder that no button leads to, or a button without a folder, is a mistake."""
    assert tuple(catalogues.languages()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_exists_and_says_something(language: str) -> None:
    """A missing or empty message fails, in each of its plural forms."""
    here = messages(language)
    assert here.keys() == messages(SOURCE).keys()
    for key, message in here.items():
        forms = forms_of(message)
        assert all(form.strip() for form in forms), key
        assert len(forms) == (1 if isinstance(message.id, str) else PLURAL_FORMS[language]), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_translation_is_older_than_its_source(language: str) -> None:
    """Whoever corrects the Chinese has somebody look at what was made of it."""
    source = messages(SOURCE)
    stale = {
        key
        for key, message in messages(language).items()
        if message.fuzzy or tuple(message.auto_comments) != source_comment(source[key])
    }
    assert stale == set(), "run `make words`, then look at what is marked fuzzy"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_translation_wants_a_field_that_the_source_does_not_have(language: str) -> None:
    """Chinese is the source: a translation may leave a field out, never ask for another."""
    source = messages(SOURCE)
    wrong = {
        key for key, text in messages(language).items() if fields_of(text) - fields_of(source[key])
    }
    assert wrong == set()


def test_one_is_never_said_as_several() -> None:
    """English that counts things has a form for one of them: never "1 months"."""
    counted = re.compile(r"\{count\} (working )?[a-z]+s\b")
    without = {
        key
        for key, message in messages("en").items()
        if isinstance(message.id, str) and counted.search(forms_of(message)[0])
    }
    assert without == set()


def _said_in(*packages: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the strings of the code, and its f-strings as patterns."""
    exact: set[str] = set()
    patterns: set[str] = set()
    for file in (file for package in packages for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                exact.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                patterns.add("".join(_as_pattern(part) for part in node.values))
    return exact, [re.compile(p) for p in patterns if len(p.replace(".+", "")) > 3]


def _as_pattern(part: ast.expr) -> str:
    return re.escape(part.value) if isinstance(part, ast.Constant) else ".+"  # type: ignore[arg-type]


def test_every_text_is_used() -> None:
    """A key that no code says, whole or in two parts, is dead weight for translators."""
    exact, patterns = _said_in("kioskd", "kiosk_bench")

    def put_together(key: str) -> bool:
        dots = (at for at, sign in enumerate(key) if sign == ".")
        return any(key[:at] in exact and key[at + 1 :] in exact for at in dots)

    unsaid = {key for key in messages(SOURCE) if key not in exact and not put_together(key)}
    assert {key for key in unsaid if not any(p.fullmatch(key) for p in patterns)} == set()


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    """Two languages with one area: two texts, of which the second counts."""
    for language, texts in (("zh_CN", ("结束", "{count} 天")), ("en", ("End", "{count} days"))):
        catalog = Catalog(locale=language, header_comment="# Home")
        said = ("结束",), ("{count} 天",)
        for key, text, source in zip(("home.end", "home.left"), texts, said, strict=True):
            catalog.add(key, text, auto_comments=source if language == "en" else ())
        (tmp_path / language).mkdir()
        catalogues.write(tmp_path / language / "home.po", catalog)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Replace the only ``old`` in a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_what_is_fresh_is_left_as_it_is(locale: Path) -> None:
    """An update without a change changes no byte."""
    file = locale / "en" / "home.po"
    before = file.read_bytes()
    assert catalogues.update_all(locale) == []
    assert file.read_bytes() == before


def test_a_corrected_source_makes_its_translation_fuzzy(locale: Path) -> None:
    """The old translation stays for the translator to read, and is not compiled."""
    edit(locale / "zh_CN" / "home.po", "结束", "结束办理")
    assert catalogues.update_all(locale) == ["en: home.end"]
    assert catalogues.update_all(locale) == ["en: home.end"], "forgotten by the second update"
    stale = messages("en", locale)["home.end"]
    assert (stale.fuzzy, stale.string, stale.auto_comments) == (True, "End", ["结束办理"])
    catalogues.compile_all(locale)
    compiled = (locale / "en" / "LC_MESSAGES" / "kioskd.mo").read_bytes()
    assert b"home.left" in compiled and b"home.end" not in compiled


def test_new_and_removed_keys_reach_the_translation(locale: Path) -> None:
    """A new text waits untranslated; one that is gone leaves."""
    edit(locale / "zh_CN" / "home.po", "home.left", "home.stay")
    assert catalogues.update_all(locale) == ["en: home.stay"]
    assert messages("en", locale).keys() == {"home.end", "home.stay"}


def test_a_key_twice_is_refused(locale: Path) -> None:
    """Twice in a file, or in two files: which of them is said would be chance."""
    file = locale / "zh_CN" / "home.po"
    (locale / "zh_CN" / "other.po").write_bytes(file.read_bytes())
    with pytest.raises(CatalogueError, match=r"other\.po"):
        messages(SOURCE, locale)
    edit(file, "home.left", "home.end")
    with pytest.raises(CatalogueError, match=r"twice.*home\.end"):
        messages(SOURCE, locale)


def test_a_broken_file_is_named(locale: Path) -> None:
    """A line that is none of a catalogue says in which file."""
    edit(locale / "zh_CN" / "home.po", 'msgstr "结束"', 'msgtext "结束"')
    with pytest.raises(CatalogueError, match=r"home\.po"):
        messages(SOURCE, locale)


def test_only_what_is_older_is_compiled_and_the_same_words_make_the_same_bytes(
    locale: Path,
) -> None:
    """The compiled words are part of an image that must come out the same each time."""
    assert len(catalogues.compile_all(locale)) == 2
    assert catalogues.compile_all(locale) == []
    file = locale / "en" / "LC_MESSAGES" / "kioskd.mo"
    before = file.read_bytes()
    file.unlink()
    assert catalogues.compile_all(locale) == [file]
    assert file.read_bytes() == before
