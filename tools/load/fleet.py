"""How many heartbeats a second one server takes over HTTP, and what the fleet's page costs.

The city has as many kiosks as asked for; some thousands of them have certificates and beat, each as
soon as it is answered. Every certificate is shown once before the time is taken.
"""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, insert, select

from kiosk_central.clock import utc_now
from kiosk_central.desk import Desk
from kiosk_central.fleet.beats import Beat, absorb
from kiosk_central.fleet.lists import counts, find_kiosks
from kiosk_central.signing import signer_for
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import kiosks
from tools.load.city import make_city
from tools.load.rows import Row
from tools.load.run import centres, load, serving
from tools.load.told import HEART

BATCH = 5000
LOOKS = 20
FEW = 1_000
SPEAKING = 5_000
ROUNDS = 3


def add_fleet(url: str, number: int) -> float:
    """Put so many more kiosks on record, and a heartbeat of every one; return beats a second."""
    engine = open_engine(url)
    rows = [
        {"id": f"M{one:06d}", "outlet": "大厅", "sam_id": "", "active": True}
        for one in range(number)
    ]
    if rows:
        write(engine, lambda at: at.execute(insert(kiosks), rows))
    names = read(engine, lambda at: at.execute(select(kiosks.c.id)).scalars().all())
    begun = time.perf_counter()
    for first in range(0, len(names), BATCH):
        write(engine, partial(_absorb, names=names[first : first + BATCH]))
    engine.dispose()
    return len(names) / (time.perf_counter() - begun)


def _absorb(at: Connection, names: Sequence[str]) -> None:
    now = utc_now()
    absorb(Desk(at, now, signer_for(at, None)), [Beat(one, now, HEART) for one in names])


def page_ms(url: str) -> float:
    """Return the time of the page's queries: counts, and the first kiosks; the middle of some."""
    engine, times = open_engine(url), []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        read(engine, lambda at: (counts(at), find_kiosks(at, "", "", 0)))
        times.append(time.perf_counter() - begun)
    engine.dispose()
    return sorted(times)[LOOKS // 2] * 1000


def measure(folder: Path, number: int, beats: int) -> list[Row]:
    """Serve a city of ``number`` kiosks and take so many beats a round; return the figures."""
    few = min(FEW, number)
    small = make_city(f"sqlite:///{folder / 'few.db'}", folder / "few")
    add_fleet(small.url, few - len(small.kiosks))
    city = make_city(f"sqlite:///{folder / 'fleet.db'}", folder / "fleet", min(SPEAKING, number))
    absorbed = add_fleet(city.url, number - len(city.kiosks))
    rounds, bare = [], []
    with centres(city) as servers, serving("tools.load.bare_route") as route:
        load(city, servers, 0, len(city.kiosks), "beat")
        for _ in range(ROUNDS):
            rounds.append(load(city, servers, 0, beats, "beat"))
            bare.append(load(city, [route], 0, beats, "beat"))
    best = max(rounds, key=lambda one: one.per_second)
    route_us = min(one.cpu_us for one in bare)
    name = f"{number:,} kiosks"
    return [
        Row(f"heartbeats, {name} / one a minute", best.per_second, "/s", number / 60, 1.0),
        Row("heartbeats / route alone", best.per_second, "/s", max(one.per_second for one in bare)),
        Row("CPU of a heartbeat / route alone", min(one.cpu_us for one in rounds), "us", route_us),
        Row("heartbeat, middle", best.middle_ms, "ms"),
        Row("heartbeat, 99 of 100", best.most_ms, "ms"),
        Row("heartbeats written in batches", absorbed, "/s"),
        Row(f"fleet page, {name} / {few:,}", page_ms(city.url), "ms", page_ms(small.url)),
    ]
