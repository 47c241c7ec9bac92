"""Valid inputs to start from: the byte vectors of ``tests/vectors`` and one sample of each type."""

import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from kioskd.domain.contribution import Month
from kioskd.domain.secret import Secret

VECTORS = Path(__file__).parents[1] / "vectors"
_HEX = re.compile(r'"((?:[0-9A-Fa-f]{2} ?){2,})"')
SAMPLES: dict[object, Any] = {
    str: "K0123", int: 2, bool: True, float: 0.5, bytes: "AAEC", date: "2026-11-22",
    Month: {"year": 2026, "month": 11}, Decimal: "7.5",
}  # fmt: skip


def hex_in(name: str) -> tuple[bytes, ...]:
    """Return every byte vector that stands between quotes in a file of ``tests/vectors``."""
    text = (VECTORS / name).read_text(encoding="utf-8")
    return tuple(dict.fromkeys(bytes.fromhex(found) for found in _HEX.findall(text)))


def json_of(wanted: object) -> bytes:
    """Return a JSON document that has every field of ``wanted``."""
    return msgspec.json.encode(_sample(wanted))


def _sample(wanted: Any) -> Any:
    if wanted in SAMPLES:
        return SAMPLES[wanted]
    origin, inside = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return _sample(inside[0])
    if origin is tuple:
        return [_sample(one) for one in inside if one is not ...]
    if origin is not None and issubclass(origin, dict | typing.Mapping):
        return {"core": _sample(inside[1])}
    if hasattr(wanted, "__supertype__"):
        return _sample(wanted.__supertype__)
    if issubclass(wanted, Enum):
        return next(iter(wanted)).value
    if issubclass(wanted, Secret):
        return "000000"
    return dict(_fields_of(wanted))


def _fields_of(wanted: Any) -> Iterator[tuple[str, Any]]:
    hints = typing.get_type_hints(wanted)
    names = wanted.__struct_fields__ if issubclass(wanted, msgspec.Struct) else ()
    for name in names or [item.name for item in dataclasses.fields(wanted)]:
        yield name, _sample(hints[name])
