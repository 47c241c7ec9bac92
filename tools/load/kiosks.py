"""Many kiosks after an outage: all come back at once, and nothing is refused, lost or doubled.

Kiosks run with the code that ships (journal, outbox, uplink, client), many in each of some
processes, against one centre. First a burst with the centre there: 30 payments a minute at each.
Then the centre is stopped, as many payments are made as that pace makes in the minutes of the
outage, it is started again, and the time is taken until all are answered.
The bare limit is what the same centre answers to clients that do nothing but PUT such reports.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import requests

from tools.load.badges import ca_of, pair_of
from tools.load.city import City, make_city
from tools.load.copies import serving
from tools.load.rows import Row
from tools.load.told import bodies_of, payment_ref

PER_MINUTE = 30
PROCESSES, BARE_CLIENTS = 4, 8
START_S = 0.5
MEMORY = Path("/dev/shm")  # noqa: S108  (a private folder is made in it)
DRAIN_WANTED = 0.5
"""Of the bare limit: the kiosks' own work is done on the same machine."""


class Crowd:
    """The processes of kiosks, told all at once."""

    def __init__(self, processes: "list[subprocess.Popen[str]]") -> None:
        """Take what was started with pipes."""
        self._processes = processes

    def order(self, order: str) -> list[str]:
        """Tell all, and return the answer of each when the last one is done."""
        for one in self._processes:
            pipe = _pipe(one.stdin)
            pipe.write(f"{order}\n")
            pipe.flush()
        return [_pipe(one.stdout).readline() for one in self._processes]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "started with pipes"
    return pipe


@contextmanager
def crowd(folder: Path, url: str, city: City) -> Iterator[Crowd]:
    """Start all kiosks of the city; their journals are in ``folder``."""
    command = [sys.executable, "-m", "tools.load.terminals", str(folder), url, str(city.trust)]
    start = partial(subprocess.Popen, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(start([*command, str(own), str(PROCESSES), *city.kiosks]))
            for own in range(PROCESSES)
        ]
        for one in processes:
            stack.callback(one.kill)
        yield Crowd(processes)


def bare_rate(url: str, city: City, numbers: range) -> float:
    """Return reports per second that clients without any journal have answered."""
    parts = [numbers[at::BARE_CLIENTS] for at in range(BARE_CLIENTS)]
    with ProcessPoolExecutor(BARE_CLIENTS) as pool:
        list(pool.map(_nothing, parts))  # the processes are there
        begun = time.perf_counter()
        sent = sum(pool.map(_put_all, repeat(url), repeat(city), parts))
        return sent / (time.perf_counter() - begun)


def _nothing(_part: range) -> None:
    time.sleep(START_S)


def _put_all(url: str, city: City, numbers: range) -> int:
    sent, headers = 0, {"Content-Type": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        session.verify = ca_of(city.trust)
        for number in numbers:
            kiosk = city.kiosk_of(number)
            session.cert = pair_of(city.trust, kiosk)
            for body in bodies_of(kiosk, number):
                place = f"{url}/v1/payments/{payment_ref(kiosk, number)}"
                session.put(place, data=body, headers=headers, timeout=60).raise_for_status()
                sent += 1
    return sent


def measure(kiosks: int, burst_s: float, outage_min: float, bare: int) -> list[Row]:
    """Do it all; return the figures."""
    burst = round(kiosks * PER_MINUTE * burst_s / 60)
    queued = round(kiosks * PER_MINUTE * outage_min)
    with ExitStack() as stack:
        place = MEMORY if MEMORY.is_dir() else None
        journals = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        db = f"sqlite:///{folder / 'centre.db'}"
        city = make_city(db, folder / "trust", kiosks, burst + queued + bare)
        with serving(db, city.trust) as centre:
            url, port = centre.url, urlsplit(centre.url).port or 0
            all_kiosks = stack.enter_context(crowd(journals, url, city))
            all_kiosks.order(f"pay 0 {burst} {burst_s}")
            begun = time.perf_counter()
            all_kiosks.order("drain")
            behind_s = time.perf_counter() - begun
            centre.stop()
        all_kiosks.order(f"pay {burst} {queued} 0")
        with serving(db, city.trust, port):
            begun = time.perf_counter()
            all_kiosks.order("drain")
            drain_s = time.perf_counter() - begun
            told = [json.loads(line) for line in all_kiosks.order("end")]
            limit = bare_rate(url, city, range(burst + queued, burst + queued + bare))
        booked = {ref for ref in city.paid() if "-P-" not in ref}  # the bare clients' have it
    made = {ref for one in told for ref in one["paid"]}
    refused = [ref for one in told for ref in one["refused"]]
    return [
        Row(
            f"{kiosks} kiosks, {burst} payments in {burst_s:.0f} s: behind at the end",
            behind_s,
            "s",
        ),
        Row(f"outage of {outage_min:g} min, {queued} payments: drained in", drain_s, "s"),
        Row("drained, reports", 2 * queued / drain_s, "/s", limit, DRAIN_WANTED),
        Row("refused for good", len(refused), "", 1.0, 0.0, at_most=True),
        Row("paid and not booked", len(made - booked), "", 1.0, 0.0, at_most=True),
        Row("booked and not paid", len(booked - made), "", 1.0, 0.0, at_most=True),
        Row("booked", len(booked), "", float(burst + queued), 1.0),
    ]
