"""What a trial leaves: ``table.json``, ``table.md`` and ``index.html`` with every picture."""

import html
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk_bench.image.boot_times import BootTimes
from kiosk_bench.image.measures import MIB

if TYPE_CHECKING:
    from kiosk_bench.image.boot_replay import BootReplayed
    from kiosk_bench.image.trial import Trial
    from kiosk_bench.image.updates import Updated

BOOT_RATIO_MAX = 1.3
MEMORY_MAX_MIB = 220.0
IDLE_HOUR_MAX_BYTES = MIB
STORY_CELLS = (
    "story", "outcome", "charges", "postings", "journal", "starts", "touches", "e2fsck", "ok",
)  # fmt: skip
HEAD = "| start | systemd | first frame | READY | welcome | multi-user | systemd says |"


def boot_ratio(boots: dict[str, BootTimes]) -> float | None:
    """Return the best time to READY over the best time to a bare multi-user target."""
    ready = [boot.ready_s for name, boot in boots.items() if name.startswith("kiosk,")]
    bare = [boot.multi_user_s for name, boot in boots.items() if name.startswith("bare,")]
    ours, theirs = ([one for one in times if one is not None] for times in (ready, bare))
    return min(ours) / min(theirs) if ours and theirs else None


def missed(trial: "Trial") -> list[str]:
    """Return which limits the image does not keep, and which stories did not end as they must."""
    found = [f"{one.story}: {problem}" for one in trial.verdicts for problem in one.problems]
    found += [f"{one.story}: {problem}" for one in trial.replayed for problem in one.problems]
    found += [f"update, {one.what}: {problem}" for one in trial.updates for problem in one.problems]
    found += [
        f"update, {one.start}: {said}" for one in trial.boot_replayed for said in one.problems
    ]
    ratio = boot_ratio(trial.boots)
    if ratio is not None and ratio > BOOT_RATIO_MAX:
        found.append(f"READY takes {ratio:.2f} times a bare start, not {BOOT_RATIO_MAX}")
    if trial.memory is not None and trial.memory.used_mib > MEMORY_MAX_MIB:
        found.append(f"{trial.memory.used_mib:.0f} MiB in use, not {MEMORY_MAX_MIB:.0f}")
    for one in trial.written:
        if one.what == "idle" and one.per_hour() > IDLE_HOUR_MAX_BYTES:
            found.append(f"{one.per_hour()} bytes written in an idle hour")
    return found


def table(trial: "Trial") -> str:
    """Return all figures as text for people (Markdown)."""
    lines = [HEAD, "|---|---|---|---|---|---|---|"]
    lines += [f"| {name} | {_boot_row(boot)} |" for name, boot in trial.boots.items()]
    lines += ["", "Seconds since the kernel began, by the guest's clock, on an emulated CPU.", ""]
    if (ratio := boot_ratio(trial.boots)) is not None:
        lines.append(f"READY over a bare multi-user start: {ratio:.2f} (limit {BOOT_RATIO_MAX}).")
    if trial.memory is not None:
        used, total = trial.memory.used_mib, trial.memory.total_mib
        lines.append(f"In use, idle: {used:.0f} of {total:.0f} MiB (limit {MEMORY_MAX_MIB:.0f}).")
    lines += ["", "| written to the card | seconds | bytes | flushes | in an hour |"]
    lines.append("|---|---|---|---|---|")
    for one in trial.written:
        hour = f"{one.per_hour()} (scaled)" if one.what == "idle" else "-"
        lines.append(f"| {one.what} | {one.seconds:.0f} | {one.bytes} | {one.flushes} | {hour} |")
    lines += ["", f"| {' | '.join(STORY_CELLS)} |", "|---" * len(STORY_CELLS) + "|"]
    for story in trial.verdicts:
        cells = [story.story, story.outcome.splitlines()[0], story.charges, story.postings]
        cells += [", ".join(story.journal), story.starts, story.touches, story.fsck, story.ok]
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    lines += ["", *_update_rows(trial.updates), ""]
    for cut in trial.replayed:
        lines.append(
            f"{cut.story}: {cut.points} of {cut.flushes} flushes cut after, {cut.sectors_left} "
            f"unflushed sectors left; {', '.join(cut.states)}; {len(cut.problems)} problems."
        )
    lines += [_boot_replayed_line(one) for one in trial.boot_replayed]
    return "\n".join(lines) + "\n"


def _boot_replayed_line(done: "BootReplayed") -> str:
    return (
        f"boot partition, {done.start}: {done.points} of {done.flushes} flushes cut after, "
        f"{done.sectors_left} unflushed sectors left; chosen {', '.join(done.choices)}; "
        f"fsck.fat finds something at {done.unclean}; {len(done.problems)} problems."
    )


def _update_rows(updates: "list[Updated]") -> list[str]:
    """Return a row for each cut of an update, and each bundle that was refused."""
    if not updates:
        return []
    head = ["what", "slot that starts next", "holds", "journal", "e2fsck", "came to", "ok"]
    rows = [
        [one.what, one.slot, one.version, ", ".join(one.payments), one.checked, one.came_to,
         str(not one.problems)]
        for one in updates
    ]  # fmt: skip
    cells = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cell or '-' for cell in row)} |" for row in cells]


def write_report(trial: "Trial") -> list[str]:
    """Write everything into the trial's folder; return what is not as it must be."""
    problems = missed(trial)
    told = {
        "image": trial.image.name,
        "problems": problems,
        "boots": {name: asdict(boot) for name, boot in trial.boots.items()},
        "written": [asdict(one) for one in trial.written],
        "memory": asdict(trial.memory) if trial.memory else None,
        "stories": [asdict(one) for one in trial.verdicts],
        "replayed": [asdict(one) for one in trial.replayed],
        "boot_replayed": [asdict(one) for one in trial.boot_replayed],
        "updates": [asdict(one) for one in trial.updates],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2)
    (trial.folder / "table.json").write_text(text + "\n", encoding="utf-8")
    (trial.folder / "table.md").write_text(table(trial), encoding="utf-8")
    (trial.folder / "index.html").write_text(_page(trial, problems), encoding="utf-8")
    return problems


def _boot_row(boot: BootTimes) -> str:
    times = (boot.kernel_s, boot.first_frame_s, boot.ready_s, boot.welcome_s, boot.multi_user_s)
    cells = ["-" if time is None else f"{time:.1f}" for time in times]
    return " | ".join([*cells, boot.finished or "-"])


def _page(trial: "Trial", problems: list[str]) -> str:
    parts = ["<!doctype html><meta charset=utf-8><title>The image's trial</title>"]
    parts += ["<style>img{width:320px;margin:2px}pre{white-space:pre-wrap}</style>"]
    parts += [f"<p>{html.escape(problem)}</p>" for problem in problems or ["All as it must be."]]
    parts.append(f"<pre>{html.escape(table(trial))}</pre>")
    for folder in sorted(path for path in trial.folder.iterdir() if (path / "screens").is_dir()):
        parts.append(f"<h2>{html.escape(folder.name)}</h2>")
        screens, paper = folder.glob("screens/*.png"), folder.rglob("paper/*.png")
        pictures = [*sorted(screens), *sorted(paper), *sorted(folder.glob("a4/tray/*.png"))]
        parts += [_picture(file.relative_to(trial.folder)) for file in pictures]
    return "\n".join(parts) + "\n"


def _picture(file: Path) -> str:
    return f'<a href="{file}"><img loading=lazy src="{file}" title="{file.name}"></a>'
