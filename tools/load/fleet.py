"""How many heartbeats a second one server takes over HTTP, and what the fleet's page then costs.

``python -m tools.load.fleet`` makes a city of so many kiosks in a temporary folder, serves it in a
process of its own and lets every connection beat as fast as it is answered, one kiosk after the
other (some thousands of them have certificates); then it measures the operator's page.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from itertools import count
from pathlib import Path

from sqlalchemy import Connection, insert

from kiosk_central import sample
from kiosk_central.clock import local_date, utc_now
from kiosk_central.desk import Desk
from kiosk_central.fleet.beats import Beat, absorb
from kiosk_central.fleet.lists import counts, find_kiosks
from kiosk_central.region import load_region
from kiosk_central.signing import signer_for
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import kiosks
from kioskd.protocols.central import encode
from kioskd.protocols.central_fleet import HEARTBEAT_PATH, Heartbeat, ModuleState
from tools.load.badges import PROXY_HEADER, badge_of, enrol
from tools.load.rows import Row, table

MODULES = ("card_reader", "id_reader", "pin_pad", "receipt_printer", "voice", "panel", "journal")
HEART = Heartbeat(
    "b1", 1, "2026-11-22T02:00:00Z", 60, "0.1.0", 1, "welcome", 5, False,
    tuple(ModuleState(one) for one in MODULES),
)  # fmt: skip
CONNECTIONS = 64
BATCH = 5000
LOOKS = 20
FEW = 1_000
SPEAKING = 5_000
"""More than a server remembers for a second, so that each has to be looked up."""


def make_city(url: str, number: int) -> list[str]:
    """Make a sample city with so many kiosks; return their ids."""
    names = [f"L{one:06d}" for one in range(number)]
    rows = [{"id": one, "outlet": "大厅", "sam_id": "", "active": True} for one in names]

    def fill(at: Connection) -> None:
        sample.fill(at, load_region(), 4, 1, local_date(utc_now()))
        at.execute(insert(kiosks), rows)

    write(open_engine(url), fill)
    return names


def absorb_all(url: str, names: list[str]) -> float:
    """Write one heartbeat of every kiosk in batches; return rows a second."""
    engine = open_engine(url)
    begun = time.perf_counter()
    for first in range(0, len(names), BATCH):
        now = utc_now()
        beats = [Beat(one, now, HEART) for one in names[first : first + BATCH]]
        write(engine, lambda at, beats=beats, now=now: _absorb(at, now, beats))  # type: ignore[misc]
    return len(names) / (time.perf_counter() - begun)


def _absorb(at: Connection, now: object, beats: list[Beat]) -> None:
    absorb(Desk(at, now, signer_for(at, None)), beats)  # type: ignore[arg-type]


async def beat_for(
    port: int, trust: Path, names: list[str], seconds: float
) -> tuple[int, list[float]]:
    """Let connections beat until the time is over; return how many were answered, and the times."""
    turn, end, times = count(), time.perf_counter() + seconds, list[float]()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            number = next(turn)
            body = encode(replace(HEART, sequence=number // len(names) + 2))
            head = (
                f"PUT {HEARTBEAT_PATH} HTTP/1.1\r\nHost: centre\r\n"
                f"{PROXY_HEADER}: {badge_of(trust, names[number % len(names)])}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            told = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert " 200 " in told, told
            await reader.readexactly(int(told.partition("content-length: ")[2].split()[0]))
            times.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return len(times), sorted(times)


def page_ms(url: str) -> float:
    """Return the time of the page's queries: counts, and the first kiosks; the middle of some."""
    engine, times = open_engine(url), []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        read(engine, lambda at: (counts(at), find_kiosks(at, "", "", 0)))
        times.append(time.perf_counter() - begun)
    return sorted(times)[LOOKS // 2] * 1000


def measure(number: int, seconds: float) -> list[Row]:
    """Serve a city of ``number`` kiosks and let some of them beat; return the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = f"sqlite:///{folder / 'small.db'}"
        absorb_all(small, make_city(small, FEW))
        url, trust = f"sqlite:///{folder / 'centre.db'}", folder / "trust"
        names = make_city(url, number)
        rows_a_second = absorb_all(url, names)
        speaking = names[:SPEAKING]
        write(open_engine(url), lambda at: enrol(at, trust, speaking))
        words = [sys.executable, "-m", "kiosk_central", "serve", "--db", url, "--port", "0"]
        words += ["--trust", str(trust), "--behind-proxy"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None, "piped"
            port = json.loads(server.stdout.readline())["port"]
            answered, times = asyncio.run(beat_for(port, trust, speaking, seconds))
            server.terminate()
        page, few = page_ms(url), page_ms(small)
    return [
        Row(f"heartbeats, {number:,} kiosks / one a minute", answered / seconds, "/s",
            number / 60, 1.0),
        Row("heartbeats written in batches", rows_a_second, "/s"),
        Row("heartbeat, middle", times[len(times) // 2] * 1000, "ms"),
        Row("heartbeat, 99 of 100", times[len(times) * 99 // 100] * 1000, "ms"),
        Row(f"fleet page, {number:,} kiosks / {FEW:,}", page, "ms", few, 1.5, at_most=True),
    ]  # fmt: skip


def main() -> None:
    """Print the table; exit 1 where a wanted figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    rows = measure(options.kiosks, options.seconds)
    print(table(rows))
    if not all(row.good for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
