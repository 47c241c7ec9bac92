"""Watches what tells nobody by itself: the screens shown, the kiosk's log, and the faults set.

The kiosk's own log is the source for its journal: an entry is there once its commit is synced.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trio

from kiosk_bench.console import Console
from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.timeline.timeline import EVENT, TO_DEVICE, Entry, Timeline

LOOK_S = 0.1
"""How often the log is looked at; its lines bear their own times."""
JSON_BEGINS = b'{"at": '
SHOWN, STARTING = "screen.shown", "starting"
"""Trouble before the first screen is none: nothing has been connected yet."""


class ToldFaults(set[str]):
    """The faults going on; each that begins or ends is told in the timeline."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline

    def add(self, fault: str) -> None:
        """Let a fault begin."""
        if fault not in self:
            self._timeline.note("fault", EVENT, f"{fault} begins")
        super().add(fault)

    def discard(self, fault: object) -> None:
        """Let a fault end; no effect on one that is not there."""
        if fault in self:
            self._timeline.note("fault", EVENT, f"{fault} ends")
            super().remove(str(fault))


async def watch_screens(console: Console, timeline: Timeline) -> None:
    """Tell each screen that takes the place of another."""
    told, before = 0, ""
    while True:
        for shown in console.shown[told:]:
            if shown.screen != before:
                timeline.note("screen", TO_DEVICE, shown.screen, f"picture {shown.serial}")
            before = shown.screen
        told = len(console.shown)
        await console.changed()


class LogWatch:
    """Tells what the kiosk's log says of journal, recovery, trouble and starts."""

    def __init__(self, kiosk: KioskProcess, timeline: Timeline) -> None:
        self._kiosk, self._timeline = kiosk, timeline
        self._tail = _Tail()
        self._is_up = False
        self._ill: set[str] = set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await trio.sleep(LOOK_S)

    def look(self) -> None:
        """Tell what is new in the log."""
        for line in self._tail.new_lines(self._kiosk.log):
            event = _event(line)
            if event:
                self._tell(event)

    def _tell(self, event: dict[str, Any]) -> None:
        name = event.get("event")
        if name == "kiosk.starting":
            self._is_up, self._ill = False, set()
        self._is_up |= name == SHOWN and event.get("screen") != STARTING
        lane, words = _words(event)
        if words and (lane != "fault" or self._is_news(event)):
            at_s = _since_the_beginning(str(event["at"]), self._timeline)
            self._timeline.add(Entry(at_s, lane, EVENT, words, json.dumps(event)))

    def _is_news(self, event: dict[str, Any]) -> bool:
        """Tell whether a part has got into trouble since the kiosk is up, or out of such."""
        part, is_well = event["part"], event["event"] == "health.well"
        if is_well:
            known = part in self._ill
            self._ill.discard(part)
            return known
        if self._is_up:
            self._ill.add(part)
        return self._is_up


class _Tail:
    """The lines that have come to a file since the last look; a restart may name another file."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._at, self._rest = 0, b""

    def new_lines(self, path: Path) -> Iterator[bytes]:
        """Yield the whole lines that are new."""
        if path != self._path:
            self._path, self._at, self._rest = path, 0, b""
        if not path.is_file():
            return
        with path.open("rb") as file:
            file.seek(self._at)
            data = file.read()
        self._at += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        yield from lines


def _event(line: bytes) -> dict[str, Any]:
    """Return the event in a line of the log; nothing for a line that is none of the kiosk's."""
    begins = line.find(JSON_BEGINS)
    try:
        found = json.loads(line[begins:]) if begins >= 0 else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _words(event: dict[str, Any]) -> tuple[str, str]:
    """Return lane and words for an event of the kiosk; no words for what tells nothing here."""
    match event:
        case {"event": "journal.synced", "ref": ref, "state": state}:
            return "journal", f"{str(state).upper()} {ref}"
        case {"event": "day_end.synced", "ref": ref, "state": state}:
            return "journal", f"day end {ref}: {state}"
        case {"event": "uplink.delivered", "kind": kind, "seq": seq}:
            return "journal", f"the centre has entry {seq}, a {kind}"
        case {"event": "recovery.judged", "ref": ref, "verdict": verdict}:
            return "journal", f"recovered {ref}: {verdict}"
        case {"event": "health.trouble", "part": part, "reason": reason}:
            return "fault", f"kiosk: {part}: {str(reason).replace('_', ' ')}"
        case {"event": "health.well", "part": part}:
            return "fault", f"kiosk: {part} is well"
        case {"event": "kiosk.starting"}:
            return "power", "the kiosk starts"
        case {"event": "kiosk.stopping"}:
            return "power", "the kiosk stops"
        case _:
            return "", ""


def _since_the_beginning(stamp: str, timeline: Timeline) -> float:
    """Return the log's time by the timeline's clock; a machine with another clock is told now."""
    told = datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp() - timeline.began_at
    return round(told, 4) if 0 <= told <= timeline.now_s() else timeline.now_s()
