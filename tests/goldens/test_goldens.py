"""Every picture is the one that somebody looked at, and keeps the rules for eyes and hands."""

import json
from dataclasses import dataclass
from functools import cache

import pygame
import pytest

from tests.goldens import thumbs
from tests.goldens.gallery import VARIANTS, Variant, draw, pictures, screens
from tests.goldens.rules import RULES, Violation

HOW = "look at the pictures (make gallery), then record them (make goldens)"
EVERY_VARIANT = pytest.mark.parametrize(
    "variant",
    [
        pytest.param(v, id=str(v), marks=pytest.mark.xdist_group(f"goldens-{v.panel}-{v.language}"))
        for v in VARIANTS
    ],
)
"""One worker draws for a panel and a language, for all that is asked of it."""
SAMPLE = Variant("standard", "10", "zh_CN")


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of one picture when its pixels are gone."""

    digest: str
    off: float | None
    """How far its thumbnail is from the recorded one; None if none is recorded."""
    violations: tuple[Violation, ...]


@cache
def observed(panel: str, language: str) -> dict[Variant, dict[str, Observed]]:
    """Draw all screens in all modes and judge them."""
    found: dict[Variant, dict[str, Observed]] = {}
    for drawn in pictures(panel, language):
        before, digest = thumbs.recorded(drawn.name, drawn.variant), drawn.digest
        off = None
        if before is not None and digest != _recorded_digest(drawn.name, drawn.variant):
            off = thumbs.farthest(before, thumbs.thumbnail(drawn.surface))
        elif before is not None:
            off = 0.0
        broken = tuple(v for rule in RULES.values() for v in rule(drawn))
        found.setdefault(drawn.variant, {})[drawn.name] = Observed(digest, off, broken)
    return found


def seen_in(variant: Variant) -> dict[str, Observed]:
    """Return every picture of a variant by its name."""
    return observed(variant.panel, variant.language)[variant]


def _recorded_digest(name: str, variant: Variant) -> str:
    line = thumbs.checksums()[1].get(name)
    return line[VARIANTS.index(variant)] if line and len(line) == len(VARIANTS) else ""


def test_names_are_unique() -> None:
    """No two entries of the galleries share a name."""
    names = [name for name, _ in screens()]
    assert len(names) == len(set(names))


def test_every_golden_is_used() -> None:
    """A recorded picture that no screen draws any more fails, and so does one never recorded."""
    names = {name for name, _ in screens()}
    sheets = {file.stem for file in thumbs.SHEETS.glob("*.png")}
    assert sheets == names, HOW
    assert thumbs.checksums()[1].keys() == names, HOW


@EVERY_VARIANT
def test_rules_are_kept(variant: Variant) -> None:
    """Fingers, contrast, letters, lines, room, order: every rule on every picture."""
    broken = {name: seen.violations for name, seen in seen_in(variant).items() if seen.violations}
    assert broken == {}


@EVERY_VARIANT
def test_pictures_are_as_recorded(variant: Variant) -> None:
    """Where it was recorded the pixels are the same; elsewhere the pictures look the same."""
    same_machine = thumbs.checksums()[0] == thumbs.made_with()
    changed = []
    for name, seen in seen_in(variant).items():
        differs = seen.digest != _recorded_digest(name, variant)
        if seen.off is None or (differs and same_machine) or seen.off > thumbs.MOST_OFF:
            changed.append(name)
    assert changed == [], HOW


def test_the_tolerance_sees_what_eyes_see() -> None:
    """A moved button, another word and another ground are seen; finer edges of letters are not."""
    screen = dict(screens())["choose-grade"]
    drawn = draw(screen, SAMPLE)
    before = thumbs.thumbnail(drawn.surface)
    button = drawn.canvas.buttons["back"]
    area = pygame.Rect(button.x, button.y, button.w, button.h)
    moved = drawn.surface.copy()
    moved.blit(drawn.surface.subsurface(area).copy(), area.move(0, -area.h))
    assert thumbs.farthest(before, thumbs.thumbnail(moved)) > thumbs.MOST_OFF
    tinted = drawn.surface.copy()
    tinted.fill((0xA1, 0x3A, 0x00), area)
    assert thumbs.farthest(before, thumbs.thumbnail(tinted)) > thumbs.MOST_OFF
    other_edges = pygame.transform.box_blur(drawn.surface, 1)
    assert thumbs.farthest(before, thumbs.thumbnail(other_edges)) <= thumbs.MOST_OFF


def test_the_file_says_what_it_was_made_with() -> None:
    """Checksums hold for one pygame, SDL, font and machine; the file names them."""
    file = json.loads(thumbs.CHECKSUMS.read_text(encoding="utf-8"))
    assert file["made_with"].keys() == thumbs.made_with().keys()
