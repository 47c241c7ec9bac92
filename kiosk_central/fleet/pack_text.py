"""A region pack as an operator gives it: read, or refused with the line and the reason in words."""

import json
import re

from kiosk_central.region import parse_region
from kioskd.domain.region import RegionPack
from kioskd.errors import KioskError
from kioskd.protocols.central import ContractBroken

SHOWN = 60
_SPACE = re.compile(r"[ \t\r\n]*")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_PLACE = re.compile(r" - at `(?:key in )?\$([^`]*)`")
_EXPECTED = re.compile(r"Expected `(.+)`, got `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")

_KINDS = {
    "int": "整数",
    "str": "文本",
    "float": "小数",
    "bool": "true 或 false",
    "object": "对象",
    "array": "列表",
    "null": "null",
}


class BadPack(KioskError):
    """The text is no region pack; which line, what stands there, and what is wrong with it."""

    def __init__(self, line: int, text: str, reason: str) -> None:
        super().__init__(reason)
        self.line, self.text, self.reason = line, text, reason


def read_pack(text: str) -> RegionPack:
    """Return the pack of a text. Raises BadPack."""
    try:
        json.loads(text)
        return parse_region(text.encode())
    except json.JSONDecodeError as broken:
        reason = f"JSON 格式有误（第 {broken.colno} 列：{broken.msg}）"
        raise bad_line(text, broken.lineno, reason) from None
    except ContractBroken as broken:
        told = str(broken)
        place = _PLACE.search(told)
        at = place_of(text, place[1] if place else "")
        raise bad_line(text, text.count("\n", 0, at) + 1, _reason(told, place)) from None
    except RecursionError:
        raise bad_line(text, 1, "嵌套过深") from None


def bad_line(text: str, line: int, reason: str) -> BadPack:
    """Return the fault of a line, with what stands in it."""
    lines = text.splitlines() or [""]
    return BadPack(line, lines[min(line, len(lines)) - 1].strip()[:SHOWN], reason)


def line_of(text: str, path: str) -> int:
    """Return the line on which the value at a path of sound JSON begins: ``.card.fee``."""
    return text.count("\n", 0, place_of(text, path)) + 1


def place_of(text: str, path: str) -> int:
    """Return where the value at a path begins, or the innermost one on the way that is there."""
    at = _skip(text, 0)
    for name, number in _STEP.findall(path):
        inner = _member(text, at, name) if name else _element(text, at, int(number))
        if inner is None:
            break
        at = inner
    return at


def _member(text: str, at: int, name: str) -> int | None:
    if text[at] != "{":
        return None
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = json.JSONDecoder().raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == name:
            return at
        at = _next(text, at)
    return None


def _element(text: str, at: int, number: int) -> int | None:
    if text[at] != "[":
        return None
    at = _skip(text, at + 1)
    while text[at] != "]":
        if number == 0:
            return at
        number, at = number - 1, _next(text, at)
    return None


def _next(text: str, at: int) -> int:
    """Return where what follows the value at a place begins: past a comma, or at the end sign."""
    _, end = json.JSONDecoder().raw_decode(text, at)
    end = _skip(text, end)
    return _skip(text, end + 1) if text[end] == "," else end


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _reason(told: str, place: re.Match[str] | None) -> str:
    where = f"（{place[1].lstrip('.') or '整个文件'}）" if place else ""
    plain = told[: place.start()] if place else told
    if missing := _MISSING.fullmatch(plain):
        return f"缺少 {missing[1]}{where}"
    if expected := _EXPECTED.fullmatch(plain):
        return f"应为{_kinds(expected[1])}，实为{_kinds(expected[2])}{where}"
    return f"{plain}{where}"


def _kinds(told: str) -> str:
    return "或".join(_KINDS.get(one, one) for one in told.split(" | "))
