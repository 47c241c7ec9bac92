"""What a body must be before the codec reads it as a value of the contract."""

import json
from typing import Any

from starlette.requests import Request

JSON, PLAIN = "application/json", "identity"


def is_json(request: Request) -> bool:
    """Tell whether the body is JSON in UTF-8; a body that does not say is taken for it."""
    kind, _, options = request.headers.get("Content-Type", JSON).partition(";")
    plain = options.replace(" ", "").replace('"', "").lower()
    return (
        kind.strip().lower() == JSON
        and plain in ("", "charset=utf-8")
        and request.headers.get("Content-Encoding", PLAIN).lower() == PLAIN
    )


def names_each_once(data: bytes) -> bool:
    """Tell whether no object in ``data`` has a key twice: who else reads it may take the other."""
    try:
        json.loads(data, object_pairs_hook=_each_once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key is there twice")
