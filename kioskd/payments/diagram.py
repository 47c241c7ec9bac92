"""Print the payment states as a Mermaid diagram: ``python -m kioskd.payments.diagram``."""

import sys

from kioskd.payments.states import FINAL, START, TRANSITIONS

BEGIN_MARKER = "<!-- begin: python -m kioskd.payments.diagram -->"
END_MARKER = "<!-- end -->"


def mermaid() -> str:
    """Return the diagram of the transition table, ready to be pasted between the markers."""
    moves = [
        f"    {state.name} --> {after.name}: {event.value}"
        for (state, event), after in TRANSITIONS.items()
    ]
    ends = [f"    {state.name} --> [*]" for state in sorted(FINAL, key=lambda state: state.name)]
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {START.name}", *moves, *ends, "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(mermaid())
