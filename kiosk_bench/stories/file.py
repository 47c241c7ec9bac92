"""Story files: one story in YAML, read so that every fault is told with its line and what there is.

``docs/stories.md`` is the reference, made from what stands here and in ``kiosk_bench.deeds``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kiosk_bench.deeds import BadDeed, read
from kiosk_bench.deeds.screens import SCREENS
from kiosk_bench.needs import Need
from kiosk_bench.stories.story import ENDINGS, NOTHING_TOLD, Expected, Step, Story

DEVICES = tuple(need.value for need in Need)
KEYS = {
    "name": "What it is called; files of the bench have the same name.",
    "tells": "One sentence for people.",
    "needs": f"Devices it needs beyond those its deeds touch: {', '.join(DEVICES)}.",
    "world": "What the world is like; see below.",
    "configuration": "Tables of the kiosk's configuration with the keys that differ.",
    "steps": "The deeds, one a line, done one after the other.",
    "ends": "How it must end; see below.",
}
WORLD_KEYS = {
    "people": "Citizens of the city, those with cards included (20).",
    "seed": "What the city is made from (7).",
    "panel": "Pixels of the kiosk's panel (1280x800).",
    "by_keys": "Play it by the pad's keys alone (false).",
    "looks": "Keep pictures even where none are kept, for it reads them (false).",
}
ENDS_KEYS = {
    "outcome": "The last screen that told how it ended, since the power last came: "
    f"{', '.join(ENDINGS)}; else "
    f"{NOTHING_TOLD}, as when it is left out.",
    "charges": "Charges in the PIN pad's books that stand (0).",
    "postings": "Payments posted at the centre for this kiosk (0).",
    "receipts": "Slips that came out of the receipt printer (0).",
    "screens": "Screens that were shown in this order; others may stand between.",
    "differences": "Kinds of difference that the centre lists, and no others.",
    "commits": "Synced commits of the journal from the touch on pay to the end.",
}
SUFFIX = ".yaml"
TRIGGER = "at "
"""A step may be a pair: ``at MOMENT: DEED`` is what YAML makes of such a line."""


class BadStory(Exception):
    """The file holds no story that can be played; each problem is told with file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class _Reader:
    """Reads nodes of one file and collects what is wrong with them."""

    file: str
    problems: list[str]

    def place(self, node: yaml.Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}"

    def wrong(self, node: yaml.Node, what: str) -> None:
        self.problems.append(f"{self.place(node)}: {what}")

    def pairs(
        self, node: yaml.Node | None, what: str, known: Iterable[str] | None
    ) -> Iterator[tuple[str, yaml.Node]]:
        """Yield the pairs of a mapping whose keys there are, each once."""
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"{what} is written as pairs of a key and a value")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.wrong(key, f"{what}: a key is a word")
            elif known is not None and key.value not in known:
                self.wrong(key, f"{what} has no key {key.value}; there are {', '.join(known)}")
            elif key.value in seen:
                self.wrong(key, f"{key.value} stands there twice")
            else:
                seen.add(str(key.value))
                yield str(key.value), value

    def scalar(self, node: yaml.Node, kind: type, what: str) -> Any:
        """Return a value of that type, None if it is of another."""
        value = self.value(node) if isinstance(node, yaml.ScalarNode) else None
        if type(value) is not kind:
            self.wrong(node, f"{what} is {NAMES[kind]}")
            return None
        return value

    def value(self, node: yaml.Node) -> Any:
        """Return what YAML takes a node for; what it cannot take for anything is told."""
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(node)
        except (yaml.YAMLError, ValueError):
            self.wrong(node, "this is no value that YAML knows")
            return None
        finally:
            loader.dispose()

    def words(self, node: yaml.Node, what: str, known: Iterable[str] | None) -> list[str]:
        """Return a list of words, each of which there must be."""
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, f"{what} is a list")
            return []
        for one in node.value:
            if not isinstance(one, yaml.ScalarNode):
                self.wrong(one, f"{what} is a list of words")
            elif known is not None and one.value not in known:
                self.wrong(one, f"{what}: no {one.value}; there are {', '.join(known)}")
        return [str(one.value) for one in node.value]

    def steps(self, node: yaml.Node | None) -> tuple[Step, ...]:
        if not isinstance(node, yaml.SequenceNode):
            if node is not None:
                self.wrong(node, "steps is a list of deeds")
            return ()
        return tuple(step for one in node.value if (step := self._step(one)) is not None)

    def _step(self, node: yaml.Node) -> Step | None:
        text = _line_of(node)
        if text is None:
            self.wrong(node, "a step is one line: a deed, or at MOMENT: DEED")
            return None
        try:
            return Step(read(text), self.place(node))
        except BadDeed as bad:
            self.wrong(node, str(bad))
            return None


NAMES = {int: "a whole number", str: "a text", bool: "true or false"}


def _line_of(node: yaml.Node) -> str | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        (key, value) = node.value[0]
        scalars = isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
        if scalars and key.value.startswith(TRIGGER):
            return f"{key.value}: {value.value}"
    return None


def read_story(path: Path) -> Story:
    """Read one file. Raises BadStory with everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise BadStory([f"{path}: {unreadable}"]) from unreadable
    return parse_story(text, str(path))


def parse_story(text: str, file: str) -> Story:
    """Read a story's text; ``file`` is what problems name. Raises BadStory."""
    reader = _Reader(file, [])
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as bad:
        line = bad.problem_mark.line + 1 if bad.problem_mark else 1
        raise BadStory([f"{file}:{line}: {bad.problem}"]) from bad
    except RecursionError as deep:
        raise BadStory([f"{file}:1: it is nested too deeply"]) from deep
    except yaml.YAMLError as bad:
        raise BadStory([f"{file}:1: {' '.join(str(bad).split())}"]) from bad
    if node is None:
        raise BadStory([f"{file}:1: the file is empty"])
    story = _story(reader, node)
    if reader.problems:
        raise BadStory(reader.problems)
    return story


def _story(reader: _Reader, node: yaml.Node) -> Story:
    parts = dict(reader.pairs(node, "a story", KEYS))
    for key in ("name", "tells", "steps", "ends"):
        if key not in parts:
            reader.wrong(node, f"{key} is missing")
    steps = reader.steps(parts.get("steps"))
    needs = reader.words(parts["needs"], "needs", DEVICES) if "needs" in parts else []
    return Story(
        name=_text(reader, parts, "name"),
        tells=_text(reader, parts, "tells"),
        steps=steps,
        expected=_expected(reader, parts.get("ends")),
        overrides=_overrides(reader, parts.get("configuration")),
        needs=frozenset(needs).union(*(step.line.needs for step in steps)),
        **_world(reader, parts.get("world")),
    )


def _text(reader: _Reader, parts: dict[str, yaml.Node], key: str) -> str:
    return (reader.scalar(parts[key], str, key) or "") if key in parts else ""


def _world(reader: _Reader, node: yaml.Node | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in reader.pairs(node, "world", WORLD_KEYS):
        if key == "panel":
            found[key] = _panel(reader, value)
        else:
            found[key] = reader.scalar(value, int if key in ("people", "seed") else bool, key)
    return found


def _panel(reader: _Reader, node: yaml.Node) -> tuple[int, int]:
    width, _, height = str(node.value).partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        reader.wrong(node, "panel is written WIDTHxHEIGHT in pixels: 1280x800")
        return 0, 0
    return int(width), int(height)


def _overrides(reader: _Reader, node: yaml.Node | None) -> dict[str, dict[str, Any]]:
    return {
        table: {key: reader.value(value) for key, value in reader.pairs(keys, table, None)}
        for table, keys in reader.pairs(node, "configuration", None)
    }


def _expected(reader: _Reader, node: yaml.Node | None) -> Expected:
    found: dict[str, Any] = {}
    for key, value in reader.pairs(node, "ends", ENDS_KEYS):
        if key == "outcome":
            (found[key],) = _one_of(reader, value, (*ENDINGS, NOTHING_TOLD))
        elif key in ("screens", "differences"):
            known = SCREENS if key == "screens" else None
            found[key] = tuple(reader.words(value, key, known))
        else:
            found[key] = reader.scalar(value, int, key)
    return Expected(**found)


def _one_of(reader: _Reader, node: yaml.Node, known: tuple[str, ...]) -> tuple[str]:
    if node.value not in known:
        reader.wrong(node, f"no outcome {node.value}; there are {', '.join(known)}")
    return (str(node.value),)
