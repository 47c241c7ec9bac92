"""The transfer file for the agent bank, and its answer: laid out in ``docs/month-end.md``.

Lines of fields parted by ``|``, UTF-8, each ended by LF: a header, the transfers, and a trailer
with count, sum and the SHA-256 of every byte before it. The same transfers give the same bytes.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from kioskd.domain.contribution import Month
from kioskd.domain.money import Money, total
from kioskd.errors import KioskError

VERSION = "1"
PAID, FAILED = "paid", "failed"
_ACCOUNT = re.compile(r"[0-9]{8,30}")
_REFERENCE = re.compile(r"[0-9]{6}-[0-9]{6}")


class TransferFileError(KioskError):
    """An answer of the bank that is not laid out as documented; the text names the line."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One order to the agent bank."""

    reference: str
    account: str
    holder: str
    amount: Money
    what: str
    """The account of ours that it pays out."""
    refund_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one order."""

    reference: str
    paid: bool
    reason: str
    """The bank's, of a failure."""


def account_is_right(number: str) -> bool:
    """Tell whether this can be the number of a bank account: 8 to 30 digits."""
    return _ACCOUNT.fullmatch(number) is not None


def holder_is_right(name: str) -> bool:
    """Tell whether a name fits into one field of a line."""
    return 0 < len(name) <= 64 and name.isprintable() and "|" not in name


def transfer_file(month: Month, transfers: tuple[Transfer, ...]) -> bytes:
    """Return the bytes of the file."""
    lines: list[tuple[str, ...]] = [("H", VERSION, str(month))]
    lines += [
        ("T", one.reference, one.account, one.holder, str(one.amount.fen), one.what)
        for one in transfers
    ]
    body = _lines(lines)
    amount = total([one.amount for one in transfers])
    return body + _lines([("Z", str(len(transfers)), str(amount.fen), sha256(body).hexdigest())])


def answer_file(month: Month, answers: tuple[Answer, ...]) -> bytes:
    """Return the bytes of a bank's answer, for tests and for a trial with the bank."""
    lines: list[tuple[str, ...]] = [("A", VERSION, str(month))]
    lines += [("R", one.reference, PAID if one.paid else FAILED, one.reason) for one in answers]
    body = _lines(lines)
    return body + _lines([("Z", str(len(answers)), sha256(body).hexdigest())])


def _lines(lines: list[tuple[str, ...]]) -> bytes:
    return "".join("|".join(fields) + "\n" for fields in lines).encode()


def file_is_whole(data: bytes) -> bool:
    """Tell whether the trailer of a transfer file or an answer names the bytes before it."""
    body, mark, trailer = data.rpartition(b"\nZ|")
    digest = sha256(body + b"\n").hexdigest()
    return bool(mark) and trailer.endswith(f"|{digest}\n".encode())


def parse_answer(data: bytes) -> tuple[Answer, ...]:
    """Read the bank's answer. Raises TransferFileError; nothing of a wrong file counts."""
    if not file_is_whole(data):
        raise TransferFileError("trailer: the SHA-256 is not that of the lines before it")
    try:
        lines = data.decode("utf-8").split("\n")[:-1]
    except UnicodeDecodeError:
        raise TransferFileError("not UTF-8") from None
    head, *body, trailer = (line.split("|") for line in lines)
    if head[:2] != ["A", VERSION] or len(head) != 3:
        raise TransferFileError("line 1: must be A|1|month")
    answers = tuple(_answer(number, fields) for number, fields in enumerate(body, start=2))
    if trailer[1] != str(len(answers)) or len({one.reference for one in answers}) != len(answers):
        raise TransferFileError("trailer: another count, or a reference twice")
    return answers


def _answer(number: int, fields: list[str]) -> Answer:
    wanted = f"line {number}: must be R|reference|{PAID} or {FAILED}|reason"
    if len(fields) != 4 or fields[0] != "R" or fields[2] not in (PAID, FAILED):
        raise TransferFileError(wanted)
    if not _REFERENCE.fullmatch(fields[1]) or (fields[2] == FAILED) != bool(fields[3]):
        raise TransferFileError(wanted)
    return Answer(fields[1], fields[2] == PAID, fields[3])
