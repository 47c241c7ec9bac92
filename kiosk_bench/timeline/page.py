"""The timeline as files: one JSON object a line, and a page that needs nothing beside it."""

import dataclasses
import html
import json
import re
from pathlib import Path

from kiosk_bench.timeline.timeline import Entry

STATIC = Path(__file__).parents[1] / "web" / "static"
PROGRAM = ("timeline-signs.js", "timeline-strip.js", "timeline.js")
"""The modules of the bench page that draw, each after those that it imports."""
_IMPORT = re.compile(r"^import \{[^}]*\} from .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
JSON_LINES, PAGE = "timeline.jsonl", "timeline.html"
TOKENS = """\
:root { --ground: #f3f6fa; --surface: #fff; --line: #d8e0ea; --ink: #14202e; --second: #4a5a6e;
  --blue: #1d63b0; --deep: #174a84; --pale: #eaf2fc; --done: #1e7d46; --doubt: #b26a00;
  --stop: #a13a00; color: var(--ink); background: var(--ground);
  font: 15px/1.45 system-ui, "Noto Sans", "DejaVu Sans", "WenQuanYi Micro Hei", sans-serif; }
body { margin: 0 auto; padding: 24px; max-width: 1720px; }
h1 { font-size: 20px; margin: 0 0 16px; }
h2 { font-size: 15px; margin: 0; }
section { background: var(--surface); border: 2px solid var(--line); border-radius: 16px;
  padding: 16px; }
button, input { font: inherit; border: 2px solid var(--line); border-radius: 8px;
  background: var(--surface); color: inherit; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
"""
"""The colours of the bench page, for a page that stands alone."""


def write_timeline(entries: list[Entry], folder: Path, title: str) -> None:
    """Write ``timeline.jsonl`` and ``timeline.html`` to ``folder``, in order of time."""
    rows = [dataclasses.asdict(entry) for entry in sorted(entries, key=lambda one: one.at_s)]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / JSON_LINES).write_text("".join(lines), encoding="utf-8")
    (folder / PAGE).write_text(_page(json.dumps(rows, ensure_ascii=False), title), encoding="utf-8")


def read_timeline(file: Path) -> list[Entry]:
    """Return what ``timeline.jsonl`` holds."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Entry(**json.loads(line)) for line in lines]


def program() -> str:
    """Return the program that draws, as one module that defines ``setUpTimeline``."""
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in PROGRAM)
    return _EXPORT.sub("", _IMPORT.sub("", text))


def _page(entries: str, title: str) -> str:
    """Return the page; the program that draws is the bench page's own."""
    style = (STATIC / "timeline.css").read_text(encoding="utf-8")
    known = entries.replace("</", "<\\/")
    begin = (
        'setUpTimeline(document.querySelector("section"),\n'
        '  (hear) => hear(JSON.parse(document.getElementById("entries").textContent)),\n'
        "  { live: false });"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}: timeline</title>\n<style>\n{TOKENS}{style}</style>\n"
        f"<h1>{html.escape(title)}</h1>\n<section></section>\n"
        f'<script type="application/json" id="entries">{known}</script>\n'
        f'<script type="module">\n{program()}\n{begin}\n</script>\n</html>\n'
    )
