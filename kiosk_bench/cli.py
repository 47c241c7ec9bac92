"""The workbench's commands: ``demo``, stories, ``money``, and those for real devices."""

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
from kiosk_bench.stories.file import SUFFIX, BadStory, read_story
from kiosk_bench.stories.story import Story


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 if every story ended as it must."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except BadStory as bad:
        print(bad)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    demo.add_to(commands)
    story = commands.add_parser("story", help="play one story and leave its evidence")
    story.add_argument("name", help="a story of the bench, a file, or how a family's names begin")
    story.add_argument("--out", type=Path, required=True)
    story.add_argument("--by-keys", action="store_true", help="press keys where it touches")
    story.set_defaults(run=_story)
    check = commands.add_parser("check", help="say what is wrong with story files, with lines")
    check.add_argument("files", nargs="+", type=Path)
    check.set_defaults(run=_check)
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
    found = _found(options.name)
    with programs_loaded() as programs:
        if len(found) == 1:
            play_it = partial(play, found[0], options.out, programs, by_keys=options.by_keys)
            return _report([trio.run(play_it)])
        # A family: power-cut-while-paying plays each of its journal steps.
        summaries = trio.run(play_all, found, options.out, programs, 1, options.by_keys)
    summarise_family(options.name, summaries, options.out)
    return _report(summaries)


def _found(name: str) -> list[Story]:
    """Return the story of that name, in that file, or all whose names begin so."""
    if name.endswith(SUFFIX):
        return [read_story(Path(name))]
    family = [one for one in STORIES if one == name] or [
        one for one in STORIES if one.startswith(f"{name}-")
    ]
    if not family:
        raise BadStory([f"no story {name}; there are {', '.join(STORIES)}, and files (*{SUFFIX})"])
    return [STORIES[one] for one in family]


def _check(options: argparse.Namespace) -> int:
    problems = []
    for file in options.files:
        try:
            story = read_story(file)
            print(f"{file}: {story.name}, {len(story.steps)} steps, needs {_list(story.needs)}")
        except BadStory as bad:
            problems += bad.problems
    print("\n".join(problems) or "every file is a story that can be played")
    return 2 if problems else 0


def _list(needs: frozenset[str]) -> str:
    return ", ".join(sorted(needs)) or "no device"


def _stories(options: argparse.Namespace) -> int:
    stories = [story for name in options.names for story in _found(name)]
    at_once, by_keys = options.at_once, options.by_keys
    with programs_loaded() as programs:
        wanted = stories or list(STORIES.values())
        return _report(trio.run(play_all, wanted, options.out, programs, at_once, by_keys))


def _report(summaries: list[Summary]) -> int:
    for summary in summaries:
        print(f"{'ok  ' if summary.ok else 'FAIL'} {summary.story}: {summary.outcome}")
        for problem in summary.problems:
            print(f"       {problem}")
    good = sum(summary.ok for summary in summaries)
    print(f"{good} of {len(summaries)} stories ended as they must")
    return 0 if good == len(summaries) else 1
