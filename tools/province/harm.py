"""What is done to a province while kiosks pay, and what must come of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from tools.load.city import City
from tools.load.failover import PROMOTED_AFTER_S, Load
from tools.load.pair import Pair
from tools.province.checks import Checks
from tools.province.kiosk import RealKiosk
from tools.province.place import Place
from tools.province.proxy import await_answer

PATIENCE_S, PAUSE_S = 300.0, 0.2
ENOUGH = 5
"""So many acknowledged reports show that payments go on, however busy the machine is."""
NOBODY_ANSWERS_S = 2.0
QUIET_S = 0.5
"""What was on its way when the last standby went."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody that a harm touches."""

    checks: Checks
    place: Place
    load: Load
    kiosk: RealKiosk
    url: str
    """The proxy's, for kiosks."""
    seconds: float
    """How long kiosks pay before and after a harm."""

    @contextmanager
    def watched(self, part: str) -> Iterator[None]:
        """Let kiosks pay, do harm, let them pay; keep what they saw of it."""
        time.sleep(self.seconds)
        begun, put_off = time.monotonic(), len(self.load.seen.put_off)
        yield
        time.sleep(self.seconds)
        after = self._since(begun)
        longest = max((two - one for one, two in pairwise([begun, *after])), default=0.0)
        put_off = len(self.load.seen.put_off) - put_off
        what = "payments go on: acknowledged after, put off and repeated, longest gap"
        self.checks.hold(
            part, what, len(after) >= ENOUGH, f"{len(after)}, {put_off}, {longest:.1f} s"
        )
        posting = self.kiosk.visit_when_possible()
        number = posting.receipt_number
        self.checks.hold(part, "a visit at the kiosk ends with a receipt", bool(number), number)

    def _since(self, begun: float) -> list[float]:
        """Return when reports were acknowledged after a moment; waits for the first ones."""
        until = time.monotonic() + PATIENCE_S
        while True:
            found = sorted(at for at in list(self.load.seen.acknowledged.values()) if at >= begun)
            if len(found) >= ENOUGH or time.monotonic() > until:
                return found
            time.sleep(PAUSE_S)


def lose_a_copy(scene: Scene) -> None:
    """Kill a copy, and start it again."""
    with scene.watched("copy"):
        scene.place.kill("a")
    scene.place.start("a")


def bring_a_release(scene: Scene) -> None:
    """Exchange the copies one after the other, as a release without a new revision is brought."""
    with scene.watched("release"):
        for name in scene.place.ports:
            scene.place.stop(name)
            scene.place.start(name)
            time.sleep(scene.seconds / 2)


def bring_a_revision(scene: Scene, migrate: Callable[[], object]) -> None:
    """Stop all copies, bring the tables to the new revision, start the new ones."""
    with scene.watched("revision"):
        scene.place.stop_all()
        migrate()
        scene.place.start_all()
        await_answer(scene.url, scene.place.trust)


def lose_the_primary(scene: Scene, pair: Pair) -> None:
    """Kill the primary while one of the standbys lags behind; promote the one that has all."""
    checks = scene.checks
    with scene.watched("primary"):
        behind, ahead = pair.standbys
        pair.stop(behind)
        time.sleep(scene.seconds)
        pair.kill_primary()
        pair.start(behind)
        time.sleep(PROMOTED_AFTER_S)
        farthest = pair.farthest()
        checks.note("primary", "the standby that has received most", farthest, ahead)
        pair.promote(farthest)
        named = "SELECT application_name FROM pg_stat_replication WHERE sync_state = 'quorum'"
        follows = [str(row[0]) for row in pair.run(ahead, named)]
        checks.note("primary", "who follows the new primary", follows, [behind])


def lose_the_last_standby(scene: Scene, pair: Pair) -> None:
    """Stop the only standby left: nothing may be acknowledged until it is back."""
    checks, seen = scene.checks, scene.load.seen
    with scene.watched("standby"):
        standby = next(one for one in pair.standbys if one != pair.writable())
        pair.stop(standby)
        time.sleep(QUIET_S)
        before = len(seen.acknowledged)
        time.sleep(NOBODY_ANSWERS_S)
        what = f"acknowledged in {NOBODY_ANSWERS_S:.0f} s without any standby"
        checks.note("standby", what, len(seen.acknowledged) - before, 0)
        pair.start(standby)


def compare(checks: Checks, town: City, load: Load, kiosk: RealKiosk) -> None:
    """Look in the books for everything that anybody was told is booked."""
    present, seen = town.paid(), load.seen
    told = seen.acknowledged.keys() | kiosk.paid
    checks.note("books", f"acknowledged and missing, of {len(told)}", len(told - present), 0)
    checks.note("books", "present and not acknowledged", len(present - told), 0)
    checks.note("books", "refused for good", seen.refused, [])
