"""``kioskd.txt`` as text: whatever an editor made of it, into keys, values and where they stand.

Knows no key. What a technician's editor and input method do by themselves is either read (byte
order marks, UTF-16, any line ends, wide spaces) or told with its line (wide equals signs, curly
quotation marks).
"""

import codecs
import re
from dataclasses import dataclass

from kioskd.domain.text import Text
from kioskd.errors import KioskError

BYTES_MAX = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANK = " \t\u3000\u00a0\ufeff"
_COMMENTS = ("#", "＃")
_QUOTES = "“”‘’「」『』＂＇"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line, and how it should be."""

    line: int
    """From 1; 0 for the file as a whole."""
    what: Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``key = value``."""

    line: int
    key: str
    value: str
    at: tuple[int, int]
    """From which byte of the file to which its value stands."""


class NotReadable(KioskError):
    """The file is no text; ``what`` says how to make it one."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


def read_lines(data: bytes) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """Return every entry and every line that is none. Raises NotReadable."""
    text, mark, encoding = _decoded(data)
    entries: list[Entry] = []
    faults: list[Fault] = []
    for number, start, line in _lines(text):
        bare = line.strip(_BLANK)
        if not bare or bare.startswith(_COMMENTS):
            continue
        what = _what_is_wrong(bare)
        if what is not None:
            faults.append(Fault(number, what))
            continue
        key, value, first = _parts(line)
        begin = mark + len(text[: start + first].encode(encoding))
        end = begin + len(value.encode(encoding))
        entries.append(Entry(number, key, _unquoted(value), (begin, end)))
    return tuple(entries), tuple(faults)


def same_length(data: bytes, at: tuple[int, int], words: str) -> bytes:
    """Return the file with ``words`` in the place of a value, filled up with spaces.

    ``words`` must not be longer than the value.
    """
    _, _, encoding = _decoded(data)
    new, room = words.encode(encoding), at[1] - at[0]
    space = " ".encode(encoding)
    filled = new + space * ((room - len(new)) // len(space))
    assert len(filled) == room
    return data[: at[0]] + filled + data[at[1] :]


def _decoded(data: bytes) -> tuple[str, int, str]:
    """Return the text, the length of the mark before it, and its encoding."""
    if len(data) > BYTES_MAX:
        raise NotReadable(
            Text("文件太大，不是 kioskd.txt。", "The file is too long for kioskd.txt.")
        )
    known = ((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark))
    mark, encoding = next(known, (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as broken:
        line = data[: broken.start].count(b"\n") + 1
        raise NotReadable(_save_as_utf8(line)) from None
    if "\0" in text:
        raise NotReadable(_save_as_utf8(text[: text.index("\0")].count("\n") + 1))
    return text, len(mark), encoding


def _save_as_utf8(line: int) -> Text:
    return Text(
        f"第 {line} 行的编码不是 UTF-8。请在记事本里选“另存为”，编码选 UTF-8。",
        f"Line {line} is not UTF-8. In Notepad choose Save as, encoding UTF-8.",
    )


def _lines(text: str) -> list[tuple[int, int, str]]:
    """Return each line with its number and where it starts."""
    ends = [0, *(found.end() for found in _LINE_END.finditer(text))]
    return [
        (number, start, found.group())
        for number, start in enumerate(ends, 1)
        if (found := _LINE.match(text, start))
    ]


def _what_is_wrong(bare: str) -> Text | None:
    """Return why a line is not ``key = value``, if it is not."""
    key, equals, value = bare.partition("=")
    if not equals:
        return _no_equals(bare)
    if not key.strip(_BLANK):
        return Text("等号前面没有名称。", "There is no name before the =.")
    if not key.isascii():
        return Text(
            f"“{key.strip(_BLANK)}”不是名称：名称只用英文半角字母。",
            f"“{key.strip(_BLANK)}” is no name: names are plain English letters.",
        )
    if value.strip(_BLANK)[:1] in _QUOTES and value.strip(_BLANK):
        return Text("值不要加中文引号。", "No quotation marks around the value.")
    return None


def _no_equals(bare: str) -> Text:
    if "＝" in bare:
        return Text(
            "等号“＝”是全角的，请用英文半角“=”。",
            "The equals sign ＝ is full-width; type a plain = (English input).",
        )
    if ":" in bare or "：" in bare:
        return Text(
            "名称和值之间用“=”，不用冒号。", "Between name and value stands =, not a colon."
        )
    return Text(
        "这一行没有“=”。写成“名称 = 值”，说明文字前面加 #。",
        "This line has no =. Write “name = value”; a remark begins with #.",
    )


def _parts(line: str) -> tuple[str, str, int]:
    """Return key, value, and where in the line the value starts."""
    key, _, rest = line.partition("=")
    value = rest.strip(_BLANK)
    first = len(key) + 1 + (len(rest) - len(rest.lstrip(_BLANK)) if value else len(rest))
    return key.strip(_BLANK).lower(), value, first


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] == '"'
    return value[1:-1] if quoted else value
