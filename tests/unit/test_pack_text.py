"""A pack that is given is read, or refused with the line that is wrong and why."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kiosk_central.fleet.pack_text import BadPack, line_of, read_pack
from kiosk_central.region import SAMPLE_FILE, load_region

SAMPLE = SAMPLE_FILE.read_text(encoding="utf-8")


def changed(change: Callable[[dict[str, Any]], Any]) -> str:
    """Return the sample's pack with one thing changed, a line for each value."""
    pack = json.loads(SAMPLE)
    change(pack)
    return json.dumps(pack, ensure_ascii=False, indent=1)


def test_a_sound_pack_is_read_as_from_its_file() -> None:
    """The same pack, with what kiosks search by."""
    assert read_pack(SAMPLE) == load_region()


@pytest.mark.parametrize(
    ("change", "begins", "reason"),
    [
        (lambda pack: pack["card"].update(lapse_days="x"), '"lapse_days"', "应为整数，实为文本"),
        (lambda pack: pack["outlets"][1].update(name=5), '"name": 5', "outlets[1].name"),
        (lambda pack: pack["card"].pop("fee"), '"card"', "缺少 fee"),
        (lambda pack: pack["card"]["banks"][0]["name"].pop("zh"), '"name"', "缺少 zh"),
        (lambda pack: pack.pop("outlets"), "{", "缺少 outlets"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    change: Callable[[dict[str, Any]], Any], begins: str, reason: str
) -> None:
    """The line on which the wrong value begins, as it stands there; the reason in words."""
    text = changed(change)
    with pytest.raises(BadPack) as caught:
        read_pack(text)
    bad = caught.value
    assert bad.text.startswith(begins)
    assert text.splitlines()[bad.line - 1].strip().startswith(begins)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("text", "line"),
    [('{\n "a": 1,\n}', 3), ("", 1), ('{\n "a": "b\n', 2), ("[" * 100_000, 1), ("[]", 1)],
)
def test_what_is_no_json_is_told_with_its_line(text: str, line: int) -> None:
    """A comma too much, nothing at all, a text that does not end, a tower of brackets, a list."""
    with pytest.raises(BadPack) as caught:
        read_pack(text)
    assert caught.value.line == line
    assert caught.value.reason


def test_a_line_is_found_by_its_path() -> None:
    """Through escaped keys, past strings with brackets, to the innermost that is there."""
    text = '{\n "a\\"b": ["]", {"x": [1,\n 2]}],\n "c": {}\n}'
    assert json.loads(text)["c"] == {}
    assert line_of(text, ".c") == 4
    assert line_of(text, '.a"b[1].x[1]') == 3
    assert line_of(text, ".c.none[4]") == 4
