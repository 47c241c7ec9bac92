"""Print the diagrams in ``docs/cards.md``: ``python -m kiosk_central.card_diagram --write FILE``.

Without arguments both are printed; with a file the text between its markers is made anew.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk_central.card_states import APPLICATION, CARD, CLOSED, START
from kioskd.domain.card import CardStatus


def _mermaid(
    moves: Iterable[tuple[Enum, Enum, Enum]], starts: Iterable[Enum], ends: Iterable[Enum]
) -> str:
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        *(f"    [*] --> {state.name}" for state in starts),
        *(f"    {before.name} --> {after.name}: {event.value}" for before, event, after in moves),
        *(f"    {state.name} --> [*]" for state in sorted(ends, key=lambda state: state.name)),
        "```",
    ]
    return "\n".join(lines) + "\n"


def cards() -> str:
    """Return the life of a card."""
    moves = ((before, event, after) for (before, event), after in CARD.items())
    return _mermaid(moves, (CardStatus.INACTIVE,), (CardStatus.LOST, CardStatus.RETURNED))


def applications() -> str:
    """Return the lives of applications; kinds that begin alike are one life."""
    moves = ((before, event, after) for (before, event), after in APPLICATION.items())
    return _mermaid(moves, dict.fromkeys(START.values()), CLOSED)


SECTIONS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"cards": cards, "applications": applications}
)


def renewed(text: str) -> str:
    """Return a document with everything between its markers made anew."""
    for name, make in SECTIONS.items():
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        before, found, rest = text.partition(begin)
        if found:
            text = before + begin + make() + end + rest.partition(end)[2]
    return text


def main(arguments: list[str]) -> None:
    """Print both diagrams, or renew a file."""
    if arguments[:1] == ["--write"]:
        path = Path(arguments[1])
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write("\n".join(make() for make in SECTIONS.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
