"""The words of every screen, in each language: gettext catalogues under ``kioskd/locale``.

A text is found by a stable key: ``home.end``. Fields in braces are filled in by name. What a
language lacks is said in Chinese, the source, and logged once; ``tools/catalogues.py`` compiles.
"""

import contextlib
import gettext
import os
import struct
from functools import cache
from pathlib import Path

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import KioskError

LANGUAGES = ("zh_CN", "en")
SOURCE = LANGUAGES[0]
WORDS_GONE = Trouble(TroubleReason.WORDS_GONE, "K-02")
_DOMAIN = "kioskd"
_LOCALE = Path(__file__).resolve().parent.parent / "locale"


class Public(str):
    """A text that names nobody and may be said aloud: it came from the catalogue, or the region.

    Whatever was filled into it was public too. A plain ``str`` counts as somebody's.
    """

    __slots__ = ()


def personal(text: str) -> str:
    """Mark a text of the catalogue as hers: which of several it is tells something of her."""
    return str(text)


def together(*parts: str, by: str = "\n") -> str:
    """Put texts together; what comes of public ones alone is public."""
    whole = by.join(parts)
    return Public(whole) if all(isinstance(part, Public) for part in parts) else whole


class WordsError(KioskError):
    """A text is missing or does not fit: ``key`` in ``language``."""

    operator_code = "K-02"

    def __init__(self, language: str, key: str, reason: str) -> None:
        super().__init__(f"{language}: {key}: {reason}")
        self.language, self.key, self.reason = language, key, reason


class Words:
    """One language's texts: ``words("home.until", time="1:42")``."""

    __slots__ = ("_texts", "language")

    def __init__(self, language: str) -> None:
        """Load the catalogue. Raises WordsError if there is none, not even of the source."""
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **fields: object) -> str:
        """Return the text at ``key`` with its fields filled in; Public where all of them are.

        A field named ``count`` also chooses among the plural forms, if the text has some.
        Raises WordsError.
        """
        try:
            text = self._form_for(key, fields.get("count")).format(**fields)
        except (KeyError, IndexError) as missing:
            raise WordsError(self.language, key, f"field {missing} not given") from None
        public = all(isinstance(field, Public) for field in fields.values())
        return Public(text) if public else text

    def _form_for(self, key: str, count: object) -> str:
        if count is not None:
            with contextlib.suppress(WordsError):
                return self._texts.ngettext(key, key, int(str(count)))
        return self._texts.gettext(key)

    def __contains__(self, key: str) -> bool:
        try:
            self._texts.gettext(key)
        except WordsError:
            return False
        return True


def language_of_caller() -> str:
    """Return the language of whoever types a command: Chinese where the locale is, else English."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in named if name), "")
    return SOURCE if locale.startswith("zh") else LANGUAGES[1]


def words_trouble() -> Trouble | None:
    """Return WORDS_GONE if a language has no catalogue of its own, so that Chinese stands in."""
    return WORDS_GONE if any(isinstance(catalogue(x), _Source) for x in LANGUAGES) else None


@cache
def catalogue(language: str, folder: Path = _LOCALE) -> gettext.NullTranslations:
    """Return the texts of ``language``, and behind them those of the source.

    Raises WordsError if the source has no catalogue, or ``language`` is none of ours.
    """
    if language not in LANGUAGES:
        raise WordsError(language, "", "no catalogue")
    if language == SOURCE:
        texts = _read(SOURCE, folder)
        texts.add_fallback(_Nowhere(SOURCE))
        return texts
    source = _Source(language, catalogue(SOURCE, folder))
    try:
        texts = _read(language, folder)
    except WordsError:
        log.warning("words.catalogue_gone", code=WORDS_GONE.code, language=language)
        return source
    texts.add_fallback(source)
    return texts


def _read(language: str, folder: Path) -> gettext.GNUTranslations:
    file = folder / language / "LC_MESSAGES" / f"{_DOMAIN}.mo"
    try:
        with file.open("rb") as compiled:
            return gettext.GNUTranslations(compiled)
    except (OSError, UnicodeDecodeError, struct.error) as broken:
        raise WordsError(language, "", f"no catalogue: {broken}") from broken


class _Source(gettext.NullTranslations):
    """Behind a translation: says in Chinese what it lacks, and logs each such key once."""

    def __init__(self, language: str, source: gettext.NullTranslations) -> None:
        super().__init__()
        self._language, self._source = language, source
        self._told: set[str] = set()

    def gettext(self, message: str) -> str:
        text = self._source.gettext(message)
        self._tell(message)
        return text

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        text = self._source.ngettext(msgid1, msgid2, n)
        self._tell(msgid1)
        return text

    def _tell(self, key: str) -> None:
        if key not in self._told:
            self._told.add(key)
            log.warning("words.untranslated", language=self._language, key=key)


class _Nowhere(gettext.NullTranslations):
    """Behind the source: a key that nobody has written a text for is a fault of ours."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def gettext(self, message: str) -> str:
        raise WordsError(self._language, message, "no such text")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise WordsError(self._language, msgid1, f"no forms for {n} and others")
