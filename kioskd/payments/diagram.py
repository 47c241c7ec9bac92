"""Print what ``docs/payments.md`` shows of the tables: ``python -m kioskd.payments.diagram``.

With ``--write FILE`` the text between the markers of the file is made anew.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kioskd.payments.evidence import RESOLVES, RETURNS, Verdict
from kioskd.payments.states import ENDED, START, TRANSITIONS


def mermaid() -> str:
    """Return the transition table as a diagram."""
    moves = [
        f"    {state.name} --> {after.name}: {event.value}"
        for (state, event), after in TRANSITIONS.items()
    ]
    ends = [f"    {state.name} --> [*]" for state in sorted(ENDED, key=lambda state: state.name)]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {START.name}", *moves, *ends, "```"]
    return "\n".join(lines) + "\n"


def resolves() -> str:
    """Return the rows that end a doubt as a table."""
    rows = [
        ("yes" if row.approved else "no", row.shown.value, row.counted.value, verdict.value)
        for row, verdict in RESOLVES.items()
    ]
    rest = ("", "everything else", "", Verdict.STILL_UNKNOWN.value)
    heads = ("approval kept", "last transaction (06 20)", "open batch (06 10)", "verdict")
    return _table(heads, [*rows, rest])


def returns() -> str:
    """Return the rows that end a reversal whose answer was lost as a table."""
    words = {Verdict.CHARGED: "not reversed: charged", Verdict.NOT_CHARGED: "reversed"}
    rows = [(taken.value, words[verdict]) for taken, verdict in RETURNS.items()]
    rest = ("everything else", "not known: charged, and listed")
    return _table(("open batch (06 10), since before the reversal", "verdict"), [*rows, rest])


SECTIONS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"states": mermaid, "evidence": resolves, "reversals": returns}
)
"""The name between the markers -> what makes the text."""


def renewed(text: str) -> str:
    """Return a document with everything between its markers made anew."""
    for name, make in SECTIONS.items():
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        before, found, rest = text.partition(begin)
        if found:
            text = before + begin + make() + end + rest.partition(end)[2]
    return text


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(arguments: list[str]) -> None:
    """Print all sections, or renew a file."""
    if arguments[:1] == ["--write"]:
        path = Path(arguments[1])
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write("\n".join(make() for make in SECTIONS.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
