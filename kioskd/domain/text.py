"""A text in the languages of the screens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in ``zh_CN`` or ``en``."""
        return self.en if language == "en" else self.zh
