"""The workbench's commands: ``demo``, ``story``, ``stories``, ``money``."""

import argparse
from functools import partial
from pathlib import Path

import trio

from kiosk_bench import demo
from kiosk_bench.evidence import Summary, summarise_family
from kiosk_bench.money import command
from kiosk_bench.probe import command as probe
from kiosk_bench.programs import programs_loaded
from kiosk_bench.recording import command as recording
from kiosk_bench.runner import STORIES, play, play_all


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 if every story ended as it must."""
    options = _parser().parse_args(words)
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    demo.add_to(commands)
    story = commands.add_parser("story", help="play one story and leave its evidence")
    story.add_argument("name", choices=[*STORIES, "power-cut-while-paying"])
    story.add_argument("--out", type=Path, required=True)
    story.add_argument("--by-keys", action="store_true", help="press keys where it touches")
    story.set_defaults(run=_story)
    stories = commands.add_parser("stories", help="play all stories")
    stories.add_argument("--out", type=Path, default=Path("story-out"))
    stories.add_argument("--at-once", type=int, default=2)
    stories.add_argument("--by-keys", action="store_true", help="press keys where they touch")
    stories.add_argument("names", nargs="*", help="only these")
    stories.set_defaults(run=_stories)
    command.add_to(commands)
    recording.add_to(commands)
    probe.add_to(commands)
    return parser


def _story(options: argparse.Namespace) -> int:
    names = [name for name in STORIES if name == options.name]
    if not names:  # a family: power-cut-while-paying plays each of its journal steps
        names = [name for name in STORIES if name.startswith(options.name)]
        with programs_loaded() as programs:
            summaries = trio.run(play_all, names, options.out, programs, 1, options.by_keys)
        summarise_family(options.name, summaries, options.out)
        return _report(summaries)
    return _report([_played(names[0], options.out, options.by_keys)])


def _played(name: str, out: Path, by_keys: bool = False) -> Summary:
    with programs_loaded() as programs:
        return trio.run(partial(play, STORIES[name], out, programs, by_keys=by_keys))


def _stories(options: argparse.Namespace) -> int:
    names = options.names or list(STORIES)
    at_once, by_keys = options.at_once, options.by_keys
    with programs_loaded() as programs:
        return _report(trio.run(play_all, names, options.out, programs, at_once, by_keys))


def _report(summaries: list[Summary]) -> int:
    for summary in summaries:
        print(f"{'ok  ' if summary.ok else 'FAIL'} {summary.story}: {summary.outcome}")
        for problem in summary.problems:
            print(f"       {problem}")
    good = sum(summary.ok for summary in summaries)
    print(f"{good} of {len(summaries)} stories ended as they must")
    return 0 if good == len(summaries) else 1
