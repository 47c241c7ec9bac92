"""The words of every screen, in each language: TOML catalogues under ``kioskd/locale``.

A key is the path of tables to a text: ``home.end``. Fields in braces are filled in by name. All
files of a language make one catalogue; a key that two files define is an error.
"""

import tomllib
from functools import cache
from pathlib import Path

from kioskd.errors import KioskError

LANGUAGES = ("zh_CN", "en")
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
        """Load the catalogue. Raises WordsError if it is missing, broken or defines a key twice."""
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **fields: object) -> str:
        """Return the text at ``key`` with its fields filled in; Public where all of them are.

        Raises WordsError.
        """
        if key not in self._texts:
            raise WordsError(self.language, key, "no such text")
        try:
            text = self._texts[key].format(**fields)
        except (KeyError, IndexError) as missing:
            raise WordsError(self.language, key, f"field {missing} not given") from None
        public = all(isinstance(field, Public) for field in fields.values())
        return Public(text) if public else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts


@cache
def catalogue(language: str) -> dict[str, str]:
    """Read all texts of ``language``, keyed by dotted path. Raises WordsError."""
    files = sorted((_LOCALE / language).glob("*.toml"))
    if not files:
        raise WordsError(language, "", "no catalogue")
    texts: dict[str, str] = {}
    for file in files:
        for key, text in _texts_of(language, file).items():
            if key in texts:
                raise WordsError(language, key, f"defined twice, again in {file.name}")
            texts[key] = text
    return texts


def _texts_of(language: str, file: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise WordsError(language, file.name, str(broken)) from broken
    return _flat(language, table, "")


def _flat(language: str, table: dict[str, object], prefix: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            texts |= _flat(language, value, f"{prefix}{name}.")
        elif isinstance(value, str):
            texts[prefix + name] = value
        else:
            raise WordsError(language, prefix + name, "not a text")
    return texts
