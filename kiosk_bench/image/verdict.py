"""Whether a story on the machine ended as it must: everybody's own books, compared.

Pin pad, ledger, journal on the data partition, paper, and the machine's own log of the screens it
showed, against those that were recognised on its panel.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kiosk_bench.evidence import postings_of
from kiosk_bench.finding import find_in_files
from kiosk_bench.image.data import DataBooks, copy_data, read_data
from kiosk_bench.image.world import ImageWorld
from kiosk_bench.stories.story import Expected

SETTLED = ("confirmed", "declined", "not_started", "reversed")


@dataclass(slots=True)
class Verdict:
    """``verdict.json`` of one story."""

    story: str
    outcome: str
    ok: bool = False
    problems: list[str] = field(default_factory=list)
    charges: int = 0
    """Unreversed, in the PIN pad's books."""
    postings: int = 0
    journal: list[str] = field(default_factory=list)
    """The state of each payment in the journal on the disk."""
    receipts: int = 0
    sheets: int = 0
    """Pages that came out of the A4 printer."""
    fsck: str = ""
    screens: list[str] = field(default_factory=list)
    """As recognised on the panel."""
    touches: int = 0
    starts: int = 0

    def write(self, folder: Path) -> None:
        """Write it to ``folder``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / "verdict.json").write_text(text + "\n", encoding="utf-8")


async def judge(world: ImageWorld, name: str, outcome: str, expected: Expected) -> Verdict:
    """Ask all books; the machine is off. Leaves ``verdict.json`` and the receipts as pictures."""
    verdict = Verdict(name, outcome, starts=world.machine.starts, touches=world.console.touches)
    partition = world.folder / "data.img"
    copy_data(world.machine.hardware.disk, partition)
    books = await read_data(partition, world.folder / "data", world.programs)
    partition.unlink()
    ledger = await world.centre.ledger()
    charges = [one for one in world.pin_pad.books.charges_json() if not one["reversed"]]
    postings = postings_of(ledger)
    verdict.charges, verdict.postings = len(charges), len(postings)
    verdict.journal = [payment["state"] for payment in books.payments]
    verdict.receipts = len(world.printer.slips)
    verdict.sheets = len(world.a4.sheets()) if world.a4 else 0
    verdict.screens = world.console.ids()
    verdict.fsck = books.checked.splitlines()[-1] if books.checked else ""
    found = verdict.problems
    _compare(found, "outcome", outcome, expected.outcome)
    _compare(found, "unreversed charges", verdict.charges, expected.charges)
    _compare(found, "postings", verdict.postings, expected.postings)
    _compare(found, "sum of the ledger", ledger["balance_fen"], 0)
    _compare(found, "unbalanced postings", ledger["unbalanced"], [])
    _compare(found, "differences", [one["kind"] for one in ledger["differences"]], [])
    charged = sum(one["amount_fen"] for one in charges)
    _compare(found, "fen posted", sum(one["amount_fen"] for one in postings), charged)
    if expected.receipts:
        _compare(found, "receipts", verdict.receipts, expected.receipts)
    _judge_disk(found, books)
    _judge_panel(found, world, expected)
    verdict.ok = not found
    verdict.write(world.folder)
    return verdict


def _judge_disk(found: list[str], books: DataBooks) -> None:
    if not books.is_clean:
        found.append(f"e2fsck: {books.checked}")
    found += books.faults
    found += [
        f"{payment['ref']} is {payment['state']}"
        for payment in books.payments
        if payment["state"] not in SETTLED
    ]


def _judge_panel(found: list[str], world: ImageWorld, expected: Expected) -> None:
    """What was seen must hold the story's screens, and be what the kiosk says it showed."""
    rest = iter(world.console.ids())
    if not all(screen in rest for screen in expected.screens):
        found.append(f"{world.console.ids()} do not hold {list(expected.screens)} in order")
    logged = {
        event["screen"]
        for start in world.all_starts
        for _, event in start.console.events("screen.shown")
    }
    if unlogged := set(world.console.ids()) - logged:
        found.append(f"seen on the panel, and not shown by the kiosk: {sorted(unlogged)}")
    logs = [start.console.file for start in world.all_starts]
    secrets = world.people.secrets()
    found += [f"{kind} in {file.name}" for file, kind in find_in_files(logs, secrets)]


def _compare(found: list[str], what: str, is_: object, should: object) -> None:
    if is_ != should:
        found.append(f"{what}: {is_!r}, expected {should!r}")


def summary_line(verdict: Verdict) -> str:
    """Return one line for people."""
    end = "as it must" if verdict.ok else "; ".join(verdict.problems)
    return f"{'ok  ' if verdict.ok else 'FAIL'} {verdict.story}: {verdict.outcome}: {end}"
