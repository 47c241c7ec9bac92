"""The runbook's table of operator codes, made of the catalogue that the kiosk itself speaks from.

``python -m tools.fault_table`` writes it into ``docs/runbook.md`` between its two marks.
"""

from pathlib import Path

from tools.catalogues import messages

RUNBOOK = Path(__file__).resolve().parent.parent / "docs" / "runbook.md"
BEGIN, END = "<!-- codes: python -m tools.fault_table -->", "<!-- end of codes -->"
PREFIX = "fault."
AREAS = {
    "K": "the program and its files",
    "I": "the image: first boot and set-up",
    "D": "devices",
    "S": "the centre and the line to it",
    "G": "the region pack",
    "P": "payments",
    "R": "reversals",
    "H": "services of the home screen",
    "Z": "the PIN pad's and the bank's own",
    "C": "cards",
    "A": "papers with the seal",
    "B": "the cabinet",
    "T": "technician",
    "U": "updates",
}


def codes() -> list[str]:
    """Return every code that has words, in the order of the areas."""
    names = {key.split(".")[1] for key in messages("en") if key.startswith(PREFIX)} - {"other"}
    return sorted(names, key=lambda code: (list(AREAS).index(code[0]), code))


def table() -> str:
    """Return the table, an area after the other."""
    said = {key: str(one.string) for key, one in messages("en").items()}
    rows = []
    for area, what in AREAS.items():
        rows += [
            "",
            f"**{area}**: {what}",
            "",
            "| code | what it means | what to do |",
            "|---|---|---|",
        ]
        rows += [
            f"| {code if '-' in code else code + '-..'} | {said[f'fault.{code}.cause']} "
            f"| {said[f'fault.{code}.step']} |"
            for code in codes()
            if code[0] == area
        ]
    return "\n".join(rows)


def main() -> None:
    """Write the table into the runbook."""
    before, _, rest = RUNBOOK.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    RUNBOOK.write_text(f"{before}{BEGIN}\n{table()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
