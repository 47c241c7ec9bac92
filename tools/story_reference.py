"""The reference of story files, made of what the bench itself reads and does.

``python -m tools.story_reference`` writes it into ``docs/stories.md`` between its two marks.
"""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

from kiosk_bench.deeds import CHAPTERS, DEEDS
from kiosk_bench.deeds.registry import ANYTHING, Deed
from kiosk_bench.deeds.screens import SCREENS
from kiosk_bench.faults import FAULTS, Fault
from kiosk_bench.kinds import Kind
from kiosk_bench.stories.file import ENDS_KEYS, KEYS, WORLD_KEYS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "stories.md"
BEGIN, END = "<!-- reference: python -m tools.story_reference -->", "<!-- end of reference -->"

DEEDS_HEAD = (
    "What stands in brackets may be left out. Words in capitals are told below; those that are not "
    "are a whole number or a text, as they say."
)


def reference() -> str:
    """Return keys, deeds, words and faults, a section each."""
    lines = [
        *_section("Keys of a story", KEYS.items()),
        *_section("Keys of `world`", WORLD_KEYS.items()),
        *_section("Keys of `ends`", ENDS_KEYS.items()),
        *("", "## Deeds", "", DEEDS_HEAD),
        *_deeds(),
        *_section("Words of deeds", _kinds()),
        *_section("Faults", ((fault.form, _of_fault(fault)) for fault in FAULTS.values())),
        *("", "## Screens", "", ", ".join(f"`{screen}`" for screen in SCREENS) + "."),
    ]
    return "\n".join(lines).strip()


def _of_fault(fault: Fault) -> str:
    """Say what it does, and what its value may be."""
    return fault.tells if fault.value is None else f"{fault.tells} ({fault.value.tells})"


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from _table(rows)


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from ("| written | what it is |", "|---|---|")
    for left, right in rows:
        yield f"| `{_escaped(left)}` | {_escaped(right)} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _deeds() -> Iterator[str]:
    """Yield a table a chapter, under what the chapter's module says of itself."""
    for chapter in CHAPTERS:
        yield from ("", f"### {_first(inspect.getdoc(chapter)).rstrip('.')}", "")
        yield from _table((deed.form, _told(deed)) for deed in _of(chapter.__name__))


def _of(module: str) -> list[Deed]:
    return [deed for deed in DEEDS.values() if deed.act.__module__ == module]


def _told(deed: Deed) -> str:
    """Return the whole docstring in one paragraph."""
    return " ".join((inspect.getdoc(deed.act) or "").split())


def _first(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def _kinds() -> Iterator[tuple[str, str]]:
    """Yield each kind of word once, by name; kinds of the same name are told apart by what fits."""
    kinds: dict[tuple[str, str], Kind] = {
        (one.kind.name, _fits(one.kind)): one.kind
        for deed in DEEDS.values()
        for one in deed.parameters
        if (one.is_pair or one.kind.name not in ANYTHING) and "|" not in one.kind.name
    }
    return iter(sorted(kinds))


def _fits(kind: Kind) -> str:
    """Say what may stand there; screens have a list of their own."""
    return "a screen's id, see below" if kind.name == "SCREEN" else kind.tells


def main() -> None:
    """Write the reference into the document."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = f"{before}{BEGIN}\n\n{reference()}\n\n{END}{after}"
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
