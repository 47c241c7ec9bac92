"""The bank's settlement file: a strict CSV, laid out in ``docs/bank-settlement.md``.

Nothing is guessed: one wrong character and the file is refused with line and column.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from kioskd.domain.money import Money, NotMoney
from kioskd.errors import KioskError

COLUMNS = (
    "settlement_date",
    "terminal_id",
    "batch",
    "receipt",
    "trace",
    "date",
    "time",
    "amount_yuan",
    "kind",
)
SALE, REVERSAL = "sale", "reversal"
_NUMBER = re.compile(r"[0-9]{1,6}")
_TERMINAL = re.compile(r"[0-9A-Za-z]{1,16}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}")


class BankFileError(KioskError):
    """The file is not laid out as documented; the text names line and column."""

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__(f"line {line}, {column}: {reason}")
        self.line, self.column, self.reason = line, column, reason


@dataclass(frozen=True, slots=True)
class FileLine:
    """One transaction as the bank settled it."""

    line: int
    settlement_date: str
    terminal_id: str
    batch: int
    receipt: int
    trace: int
    day: str
    time: str
    amount: Money
    kind: str
    """``sale``, or ``reversal`` with the terminal's numbers of the sale that it undoes."""
    occurrence: int = 1
    """2 where the file holds the very same line a second time."""


def parse_bank_file(data: bytes) -> tuple[FileLine, ...]:
    """Read a whole file (UTF-8, with or without a byte order mark). Raises BankFileError."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        raise BankFileError(number, "whole line", "not UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    return tuple(_numbered(_lines(reader)))


def _lines(reader: Any) -> Iterator[FileLine]:
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise BankFileError(1, "header", "must be " + ",".join(COLUMNS))
        for fields in reader:
            yield _line(reader.line_num, fields)
    except csv.Error as error:
        raise BankFileError(reader.line_num, "whole line", str(error)) from None


def _line(number: int, fields: list[str]) -> FileLine:
    if len(fields) != len(COLUMNS):
        reason = f"{len(fields)} columns, not {len(COLUMNS)}"
        raise BankFileError(number, "whole line", reason)
    row = dict(zip(COLUMNS, fields, strict=True))
    return FileLine(
        number,
        _day(number, row, "settlement_date"),
        _matched(number, row, "terminal_id", _TERMINAL, "letters and digits, at most 16"),
        int(_matched(number, row, "batch", _NUMBER, "a number of at most 6 digits")),
        int(_matched(number, row, "receipt", _NUMBER, "a number of at most 6 digits")),
        int(_matched(number, row, "trace", _NUMBER, "a number of at most 6 digits")),
        _day(number, row, "date"),
        _time(number, row),
        _amount(number, row),
        _kind(number, row),
    )


def _matched(
    number: int, row: dict[str, str], column: str, pattern: re.Pattern[str], wanted: str
) -> str:
    if not pattern.fullmatch(row[column]):
        raise BankFileError(number, column, f"not {wanted}")
    return row[column]


def _day(number: int, row: dict[str, str], column: str) -> str:
    text = _matched(number, row, column, _DATE, "a date as 2026-11-22")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BankFileError(number, column, "no day of the calendar") from None


def _time(number: int, row: dict[str, str]) -> str:
    text = _matched(number, row, "time", _TIME, "a time as 17:55:01")
    try:
        return time.fromisoformat(text).isoformat()
    except ValueError:
        raise BankFileError(number, "time", "no time of the day") from None


def _amount(number: int, row: dict[str, str]) -> Money:
    text = _matched(number, row, "amount_yuan", _AMOUNT, "yuan with two decimals, as 1400.00")
    try:
        amount = Money.from_yuan(text)
    except NotMoney as error:
        raise BankFileError(number, "amount_yuan", str(error)) from None
    if not amount:
        raise BankFileError(number, "amount_yuan", "zero")
    return amount


def _kind(number: int, row: dict[str, str]) -> str:
    if row["kind"] not in (SALE, REVERSAL):
        raise BankFileError(number, "kind", f"neither {SALE} nor {REVERSAL}")
    return row["kind"]


def _numbered(lines: Iterator[FileLine]) -> Iterator[FileLine]:
    """Count how often the very same line has stood in the file."""
    seen: Counter[FileLine] = Counter()
    for line in lines:
        same = replace(line, line=0)
        seen[same] += 1
        yield replace(line, occurrence=seen[same])
