"""Dates, amounts and names of the domain in the words of a language, for screens and papers."""

from dataclasses import dataclass
from datetime import date

from kioskd.domain.calendar import WorkingDay
from kioskd.domain.money import Money
from kioskd.domain.secret import Secret
from kioskd.domain.text import Text
from kioskd.screens.words import Words


@dataclass(frozen=True, slots=True)
class Word:
    """A value that is itself a text of the catalogue."""

    key: str


Value = str | int | date | WorkingDay | Money | Text | Secret | Word


def said(words: Words, value: Value) -> str:
    """Return ``value`` as it is said; secrets masked, a day that is not sure with the doubt."""
    match value:
        case Word():
            return words(value.key)
        case Text():
            return value.in_language(words.language)
        case WorkingDay():
            day = said(words, value.day)
            if value.certainty.is_sure:
                return day
            return words(f"date.{value.certainty.value}", day=day)
        case date():
            return words("date.day", year=value.year, month=value.month, day=value.day)
        case Money():
            return words("date.yuan", amount=value)
    return str(value)


def grouped(number: str) -> str:
    """Return a long number in groups of four, so that it can be read out."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
