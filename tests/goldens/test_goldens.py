"""Every screen's picture is pinned; every text fits; every button can be touched.

``KIOSKD_RECORD_GOLDENS=1`` writes ``golden.json`` anew. Hashes hold for one pygame, one SDL and one
font file on one kind of machine; elsewhere only names, sizes, texts and buttons are compared.
"""

import hashlib
import json
import os
import platform
from functools import cache
from pathlib import Path
from typing import Any

import pygame
import pytest

from kioskd.screens.fonts import find_font
from kioskd.screens.frame import FRAME_BUTTONS, footer_rect
from kioskd.screens.layout import Rect
from tests.goldens.gallery import LANGUAGES, PANELS, pictures, screens

GOLDEN = Path(__file__).with_name("golden.json")
VARIANTS = [f"{language}-{w}x{h}" for w, h in PANELS for language in LANGUAGES]


def made_with() -> dict[str, str]:
    """Return what hashes depend on."""
    return {
        "pygame": pygame.version.ver,
        "sdl": ".".join(map(str, pygame.version.SDL)),
        "font": hashlib.sha256(Path(find_font()).read_bytes()).hexdigest()[:16],
        "machine": platform.machine(),
    }


@cache
def observed(variant: str) -> dict[str, Any]:
    """Draw all screens of a variant: hash, faults of texts, buttons."""
    found = {}
    for drawn in pictures(variant):
        theme, canvas = drawn.canvas.theme, drawn.canvas
        whole = Rect(0, 0, theme.width, theme.height)
        middle = Rect(
            0, theme.header_height, theme.width, footer_rect(theme).y - theme.header_height
        )
        found[drawn.name] = {
            "hash": drawn.digest[:32],
            "misfits": [text.text for text in canvas.drawn if not text.fits],
            "outside": [text.text for text in canvas.drawn if not whole.encloses(text.rect)],
            "small": {
                name: (rect.w, rect.h)
                for name, rect in canvas.buttons.items()
                if min(rect.w, rect.h) < theme.min_touch
            },
            "astray": [
                name
                for name, rect in canvas.buttons.items()
                if name not in FRAME_BUTTONS and not middle.encloses(rect)
            ],
            "buttons": sorted(canvas.buttons),
        }
    return found


def test_names_are_unique() -> None:
    """No two entries of the galleries share a name."""
    names = [name for name, _ in screens()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_text_fits(variant: str) -> None:
    """No text leaves the room it was given, nor the screen."""
    faults = {
        name: seen["misfits"] + seen["outside"]
        for name, seen in observed(variant).items()
        if seen["misfits"] or seen["outside"]
    }
    assert faults == {}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_button_can_be_touched(variant: str) -> None:
    """No button is smaller than a finger, or under header and footer."""
    faults = {
        name: (seen["small"], seen["astray"])
        for name, seen in observed(variant).items()
        if seen["small"] or seen["astray"]
    }
    assert faults == {}


@pytest.mark.parametrize("variant", VARIANTS)
def test_pictures_are_as_recorded(variant: str) -> None:
    """Each picture is the one that somebody looked at; a recorded one that is gone fails too."""
    seen = {name: [entry["hash"], entry["buttons"]] for name, entry in observed(variant).items()}
    if os.environ.get("KIOSKD_RECORD_GOLDENS") == "1":
        _record(variant, seen)
        return
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    recorded = {name: entry for name, entry in golden["pictures"].items() if name.endswith(variant)}
    assert recorded.keys() == seen.keys(), "look at the pictures, then record them"
    assert {n: e[1] for n, e in recorded.items()} == {n: e[1] for n, e in seen.items()}
    if golden["made_with"] != made_with():
        print(f"pictures not compared: recorded with {golden['made_with']}, here {made_with()}")
        return
    changed = sorted(name for name in seen if seen[name][0] != recorded[name][0])
    assert changed == [], "look at the pictures (python -m tests.goldens.gallery OUT), then record"


def _record(variant: str, seen: dict[str, Any]) -> None:
    kept = {}
    if GOLDEN.exists():
        old = json.loads(GOLDEN.read_text(encoding="utf-8"))["pictures"]
        kept = {name: entry for name, entry in old.items() if not name.endswith(variant)}
    whole = {"made_with": made_with(), "pictures": dict(sorted((kept | seen).items()))}
    GOLDEN.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
