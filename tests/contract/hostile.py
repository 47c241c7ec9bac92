"""Bodies that no kiosk sends: made from a body that fits, by what is done to it."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from kiosk_central import openapi
from kiosk_central.api.json_body import JSON
from kiosk_central.api.operation import Operation
from kiosk_central.store.engine import open_engine, read
from kiosk_central.store.tables import metadata

Json = Any
MARK = "hostile"
LONG = MARK * (2**20 // len(MARK))
DEEP = 100_000
KNOWN = {"Month": {"year": 2026, "month": 2}}
"""What is more than its fields."""


def fitting_body(operation: Operation) -> Json:
    """Return the smallest body that the operation's schema allows, every field named."""
    document = openapi.document([operation])
    [path] = document["paths"].values()
    content = path[operation.method.lower()]["requestBody"]["content"]
    return _fitting(content[JSON]["schema"], document["components"]["schemas"])


def _fitting(schema: Json, known: Json) -> Json:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return KNOWN.get(name) or _fitting(known[name], known)
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _fitting(schema["anyOf"][0], known)
    kind = schema["type"]
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: _fitting(one, known) for name, one in fields.items()}
    if kind == "array":
        items = schema.get("prefixItems", [schema["items"]] if schema.get("items") else [])
        return [_fitting(one, known) for one in items]
    if kind == "string":
        return "" if schema.get("contentEncoding") else "a1"
    return {"integer": 2, "number": 2.5, "boolean": True, "null": None}[kind]


def hostile_bodies(fits: Json) -> Iterator[tuple[str, bytes]]:
    """Say what was done, and give the bytes."""
    good = json.dumps(fits).encode()
    yield "nothing", b""
    yield "cut", good[:-1]
    yield "twice", good + good
    yield "NUL alone", b"\0"
    yield "NUL after", good + b"\0"
    yield "UTF-16", good.decode().encode("utf-16")
    yield "UTF-8 with a mark", b"\xef\xbb\xbf" + good
    yield "no UTF-8", good.replace(b"a1", b"\xff\xfe") if b"a1" in good else b'"\xff\xfe"'
    yield "deep", b"[" * DEEP
    yield "deep in an unknown field", good[:-1] + b',"x":' + b"[" * DEEP + b"]" * DEEP + b"}"
    yield "every key twice", b"{" + good[1:-1] + b"," + good[1:]
    yield "an inner key twice", good.replace(b"}", b',"x":1,"x":2}', 1)
    yield "a list", b"[" + good + b"]"
    for path, value in _places(fits):
        for name, other in _others(value):
            yield f"{name} at {path}", json.dumps(_replaced(fits, path, other)).encode()


def _places(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Json]]:
    if path:
        yield path, value
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _places(inner, (*path, key))


def _others(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, bool):
        yield from {"a number": 1, "a text": "true"}.items()
    elif isinstance(value, int):
        yield from {"a float": 2.0, "a fraction": 2.5, "an exponent": 1e300}.items()
        yield from {"a text": "2", "true": True, "too big": 2**70}.items()
    elif isinstance(value, str):
        yield from {"1 MiB": LONG, "NUL": f"{MARK}\0", "a number": 2, "null": None}.items()
        yield from {"a list": [MARK], "an override": f"{MARK}\u202e", "half": "\ud800"}.items()
    else:
        yield from {"a number": 2.5, "a text": MARK}.items()


def _replaced(value: Json, path: tuple[Any, ...], other: Json) -> Json:
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], other)
    return copy


def books_of(url: str, but: str = "") -> str:
    """Return a digest of every row of every table of the centre (but one)."""
    engine = open_engine(url)

    def rows(at: Any) -> list[str]:
        tables = [one for one in metadata.sorted_tables if one.name != but]
        return [f"{one.name}{row}" for one in tables for row in at.execute(select(one))]

    found = sorted(read(engine, rows))
    engine.dispose()
    return sha256("\n".join(found).encode()).hexdigest()
