"""The same province on Patroni: who promotes, how fast, and whether the old primary comes back."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tools.load.failover import Load
from tools.province.checks import Checks
from tools.province.harm import PATIENCE_S, Scene, compare
from tools.province.patroni import running_patroni
from tools.province.run import REST_S, new_kiosk, served

PART = "patroni"


def run(checks: Checks, payments: int, seconds: float) -> None:
    """Kill the leader while kiosks pay, and let it come back."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-province-")))
        cluster = stack.enter_context(running_patroni())
        roles = cluster.members()
        checks.hold(PART, "three nodes with the file that ships", len(roles) == 3, roles)
        cluster.create()
        place, proxy, town = stack.enter_context(served(checks, folder, cluster.url, payments))
        kiosk = stack.enter_context(new_kiosk(checks, folder, proxy, town))
        with Load(town, [proxy.kiosks], REST_S, PATIENCE_S) as load:
            scene = Scene(checks, place, load, kiosk, proxy.kiosks, seconds)
            leader, heir = (_who(roles, role) for role in ("leader", "sync_standby"))
            with scene.watched(PART):
                begun = time.monotonic()
                cluster.kill(leader)
                now = cluster.await_roles("leader", "sync_standby")
                took = f"{_who(now, 'leader')}, {time.monotonic() - begun:.0f} s"
                what = f"leader {leader} killed; promoted, with a new synchronous standby"
                checks.hold(PART, what, now[heir] == "leader", took)
            cluster.start(leader)
            again = cluster.await_roles("leader", "sync_standby", "replica")
            checks.note(PART, "the old leader comes back as", again[leader], "replica")
        compare(checks, town, load, kiosk)


def _who(roles: dict[str, str], role: str) -> str:
    return next(name for name, found in roles.items() if found == role)
