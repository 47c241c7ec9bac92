"""What a story leaves behind: ``summary.json``, pictures, the receipt, the wires; and the verdict.

The verdict comes from everybody's own books: the PIN pad's, the centre's ledger, the kiosk's
journal (by its own command), the printer's paper, and the pictures of what was shown. What a bench
cannot tell is listed as ``unchecked``, never taken for good.
"""

import json
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from kiosk_bench.finding import find_in_files, find_in_text
from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.needs import NotOffered
from kiosk_bench.stories.story import Story
from kiosk_bench.timeline.page import JSON_LINES, PAGE, write_timeline
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import SPOKEN, World

T = TypeVar("T")
FAILED = "failed"
"""How the outcome of a story begins that did not go as written."""
BANK_RECEIVABLE = "bank-receivable"
"""The ledger's account of what the bank owes for charges at PIN pads."""


@dataclass(slots=True)
class Stopwatch:
    """Time, CPU and syncs of the paying part: from the touch on pay to the screen with the end."""

    began: float = 0.0
    ended: float = 0.0
    cpu_began_s: float = 0.0
    cpu_ended_s: float = 0.0
    pss_mib: float | None = None
    """The kiosk's memory after the visit; None where nobody measures."""

    def begin(self, now: float, kiosk: KioskProcess) -> None:
        """Start measuring."""
        self.began, self.cpu_began_s = now, kiosk.cpu_s()

    def end(self, now: float, kiosk: KioskProcess) -> None:
        """Stop measuring."""
        self.ended, self.cpu_ended_s = now, kiosk.cpu_s()


@dataclass(slots=True)
class Summary:
    """``summary.json``."""

    story: str
    ok: bool
    outcome: str
    problems: list[str] = field(default_factory=list)
    payment: dict[str, Any] | None = None
    pin_pad: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, Any] = field(default_factory=dict)
    receipt_printed: bool = False
    screens: list[str] = field(default_factory=list)
    touches: int = 0
    keys: int = 0
    """How often the glass was touched, and a key of the pad pressed."""
    fsyncs: int | None = None
    """Synced journal writes between the touch on pay and the end; None where she did not pay."""
    cpu_ms: float | None = None
    """CPU of the kiosk's main thread while paying, drawing and all, as against ``wire_ms``."""
    wire_ms: float | None = None
    pss_mib: float | None = None
    """Memory of the kiosk after the visit, all loaded, with the story watching its screen."""
    found_personal_data: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    """What this bench could not tell, and why."""
    parts: list[str] = field(default_factory=list)
    """Of a family of stories: each has its own evidence in the folder of its name."""

    def write(self, folder: Path) -> None:
        """Write it to ``folder/summary.json``."""
        text = json.dumps({name: getattr(self, name) for name in self.__slots__}, indent=2)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def summarise_family(name: str, parts: list[Summary], folder: Path) -> None:
    """Write one summary over several: the last one's books, everybody's problems and screens."""
    whole = replace(parts[-1], story=name, ok=all(part.ok for part in parts), outcome=name)
    whole.problems = [f"{part.story}: {problem}" for part in parts for problem in part.problems]
    whole.screens = [screen for part in parts for screen in part.screens]
    whole.parts = [part.story for part in parts]
    whole.write(folder)


async def judge(world: World, story: Story, outcome: str, watch: Stopwatch) -> Summary:
    """Ask all books and compare them with what the story expects. The kiosk has been stopped."""
    summary = Summary(story.name, ok=False, outcome=outcome, pss_mib=watch.pss_mib)
    payments = await world.journal()
    ledger = await world.centre.ledger()
    charges = await _told(summary, world.charges())
    receipts = await _told(summary, world.receipts())
    summary.payment = _payment(payments[-1]) if payments else None
    summary.pin_pad = {} if charges is None else {"charges": charges}
    summary.ledger = {"postings": postings_of(ledger)}
    summary.screens = world.console.ids()
    summary.touches, summary.keys = world.console.touches, world.console.keys
    summary.receipt_printed = bool(receipts)
    _measure(world, summary, watch)
    world.log_watch.look()
    write_timeline(world.timeline.entries, world.folder, story.name)
    summary.found_personal_data = await search_personal_data(world, summary)
    summary.problems = _problems(world, story, summary, ledger, receipts)
    summary.ok = not summary.problems
    summary.write(world.folder)
    return summary


async def _told(summary: Summary, asked: Awaitable[T]) -> T | None:
    """Return what is told; None, and a line in ``unchecked``, where the bench cannot tell."""
    try:
        return await asked
    except NotOffered as missing:
        summary.unchecked.append(str(missing))
        return None


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("ref", "assessment", "amount_fen", "state")}


def postings_of(ledger: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the ledger holds of this world's kiosk."""
    return [_posting(row) for row in ledger["postings"] if _is_ours(row)]


def _is_ours(row: dict[str, Any]) -> bool:
    """Tell whether the posting is of a payment at this world's kiosk, and not at another."""
    return str(row["payment_ref"]).startswith(KIOSK_ID)


def _posting(row: dict[str, Any]) -> dict[str, Any]:
    """Return a posting with its amount: what the bank owes by it, negative if given back."""
    owed = [one["debit_fen"] for one in row["entries"] if one["account"] == BANK_RECEIVABLE]
    return {
        "payment_ref": row["payment_ref"],
        "receipt_number": row["receipt_number"],
        "amount_fen": sum(owed),
        "entries": [
            {"account": entry["account"], "debit_fen": entry["debit_fen"]}
            for entry in row["entries"]
        ],
    }


def _measure(world: World, summary: Summary, watch: Stopwatch) -> None:
    if watch.ended <= watch.began:
        return
    summary.fsyncs = world.kiosk.journal_syncs(watch.began, watch.ended)
    summary.cpu_ms = round((watch.cpu_ended_s - watch.cpu_began_s) * 1000, 1)
    summary.wire_ms = round((watch.ended - watch.began) * 1000, 1)


def _problems(
    world: World, story: Story, summary: Summary, ledger: dict[str, Any], receipts: int | None
) -> list[str]:
    expected = story.expected
    postings = summary.ledger["postings"]
    found: list[str] = []
    _compare_outcome(found, world, summary, expected.outcome)
    _compare(found, "postings", len(postings), expected.postings)
    if receipts is not None:
        _compare(found, "receipts", receipts, expected.receipts)
    if "charges" in summary.pin_pad:
        _compare_charges(found, summary, expected.charges)
    _compare(found, "sum of the ledger", ledger["balance_fen"], 0)
    _compare(found, "unbalanced postings", ledger["unbalanced"], [])
    kinds = sorted(one["kind"] for one in ledger["differences"])
    _compare(found, "differences", kinds, sorted(expected.differences))
    if not _in_order(expected.screens, summary.screens):
        found.append(f"screens {summary.screens} do not hold {list(expected.screens)} in order")
    if world.settings.by_keys and summary.touches:
        found.append(f"{summary.touches} touches in a story by keys")
    if summary.found_personal_data:
        found.append(f"personal data in {summary.found_personal_data}")
    if world.is_measured and expected.commits is not None:
        _compare(found, "synced commits", summary.fsyncs, expected.commits)
    return found


def _compare_outcome(found: list[str], world: World, summary: Summary, expected: str) -> None:
    """Hold what was told against what is expected; where the bench acts late it may be either."""
    if world.acts_late and not summary.outcome.startswith(FAILED):
        summary.unchecked.append(f"{summary.outcome} may be told: {world.acts_late}")
    else:
        _compare(found, "outcome", summary.outcome, expected)


def _compare_charges(found: list[str], summary: Summary, expected: int) -> None:
    """Hold the bank's side against what is expected, and against the ledger."""
    charges = [charge for charge in summary.pin_pad["charges"] if not charge["reversed"]]
    _compare(found, "unreversed charges", len(charges), expected)
    charged = sum(charge["amount_fen"] for charge in charges)
    posted = sum(posting["amount_fen"] for posting in summary.ledger["postings"])
    _compare(found, "fen posted against fen charged", posted, charged)


def _compare(found: list[str], what: str, is_: object, should: object) -> None:
    if is_ != should:
        found.append(f"{what}: {is_!r}, expected {should!r}")


def _in_order(wanted: tuple[str, ...], shown: list[str]) -> bool:
    rest = iter(shown)
    return all(screen in rest for screen in wanted)


async def search_personal_data(world: World, summary: Summary) -> list[str]:
    """Search all that kioskd wrote, wire logs and timeline; return ``file: kind`` of each find."""
    places = [world.state_dir, world.run / "tmp", world.run / "home", world.wires]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    logs = {world.kiosk.log, *world.folder.glob("*.log")}
    told = [*logs, *(world.folder / name for name in (JSON_LINES, PAGE))]
    finds = find_in_files([*files, *told], world.people.secrets())
    heard = await _told(summary, world.heard_by_the_hall())
    aloud = find_in_text("\n".join(heard or ()).encode(), world.people.secrets())
    return [
        *(f"{file.relative_to(world.folder)}: {kind}" for file, kind in finds),
        *(f"{SPOKEN}: {kind}" for kind in aloud),
    ]
