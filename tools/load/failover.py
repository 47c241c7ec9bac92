"""What is acknowledged is there: the primary, or a copy of the server, is killed under load.

Kiosks report payments to two copies of the server, and repeat a report by the same reference until
it is answered, now at one copy, now at the other. Told is what was acknowledged, what of it is
missing in the end (wanted: nothing), and the longest gap between two acknowledgements.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path

import requests

from kioskd.protocols.central import encode
from tools.load.badges import ca_of, pair_of
from tools.load.city import City, make_city
from tools.load.copies import Copy, serving
from tools.load.pair import Pair, running_pair
from tools.load.rows import Row
from tools.load.told import report_of

KIOSKS = 16
PAUSE_S, TIMEOUT_S, END_S = 0.05, 15.0, 60.0
PROMOTED_AFTER_S = 1.0
"""As long as a guard like Patroni might take to be sure that the primary is gone."""


@dataclass(slots=True)
class Seen:
    """What the clients saw."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    put_off: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def longest_gap_s(self) -> float:
        """The longest time in which nothing was acknowledged."""
        times = sorted(self.acknowledged.values())
        return max(after - before for before, after in pairwise(times))


class Load:
    """Kiosks that pay, each in a thread, until told to stop; what is begun is finished."""

    def __init__(
        self, city: City, urls: Sequence[str], pause_s: float = 0.0, patience_s: float = END_S
    ) -> None:
        """Pay at ``urls``; each kiosk rests for ``pause_s`` after each payment.

        A report that is not answered within ``patience_s`` is given up.
        """
        self._city, self._urls = city, urls
        self._pause_s, self._patience_s = pause_s, patience_s
        self.seen = Seen()
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._pay, args=(first,)) for first in range(len(city.kiosks))
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(self._patience_s)

    def _pay(self, first: int) -> None:
        numbers = range(first, self._city.payments, len(self._city.kiosks))
        with requests.Session() as session:
            session.trust_env = False
            session.verify = ca_of(self._city.trust)
            session.cert = pair_of(self._city.trust, self._city.kiosk_of(first))
            for number in numbers:
                if self._ending.wait(self._pause_s):
                    return
                self._report(session, number)

    def _report(self, session: requests.Session, number: int) -> None:
        report = report_of(self._city.kiosk_of(number), number)
        ref, body, until = report.ref, encode(report), time.monotonic() + self._patience_s
        headers = {"Content-Type": "application/json"}
        for at in self._places(number):
            try:
                answer = session.put(
                    f"{at}/v1/payments/{ref}", data=body, headers=headers, timeout=TIMEOUT_S
                )
                status = str(answer.status_code)
            except requests.RequestException as error:
                status = type(error).__name__
            if status == "200":
                self.seen.acknowledged[ref] = time.monotonic()
                return
            if status.startswith("4") or time.monotonic() > until:
                self.seen.refused.append(f"{ref} {status}")
                return
            self.seen.put_off.append(status)
            time.sleep(PAUSE_S)

    def _places(self, number: int) -> Iterator[str]:
        for turn in count(number % len(self._city.kiosks)):
            yield self._urls[turn % len(self._urls)]


def kill_primary(pair: Pair, _copies: list[Copy]) -> None:
    """Kill the primary; after a while the standby takes over."""
    pair.kill_primary()
    time.sleep(PROMOTED_AFTER_S)
    pair.promote()


def kill_copy(_pair: Pair, copies: list[Copy]) -> None:
    """Kill one of the servers; nobody starts it again."""
    copies[0].kill()


def measure(
    payments: int, seconds: float, harm: Callable[[Pair, list[Copy]], None], name: str
) -> list[Row]:
    """Pay for ``seconds``, do harm, pay for as long again; return what became of it."""
    with ExitStack() as stack:
        pair = stack.enter_context(running_pair())
        trust = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        city = make_city(pair.url, trust, KIOSKS, payments)
        copies = [stack.enter_context(serving(pair.url, trust)) for _ in range(2)]
        with Load(city, [copy.url for copy in copies]) as load:
            time.sleep(seconds)
            before = len(load.seen.acknowledged)
            harm(pair, copies)
            time.sleep(seconds)
        present, seen = city.paid(), load.seen
    after = len(seen.acknowledged) - before
    missing, unasked = seen.acknowledged.keys() - present, present - seen.acknowledged.keys()
    return [
        Row(f"{name}: acknowledged before", before, ""),
        Row(f"{name}: acknowledged after", after, "", 1.0, 1.0),
        Row(f"{name}: acknowledged and missing", len(missing), "", 1.0, 0.0, at_most=True),
        Row(f"{name}: present, not acknowledged", len(unasked), "", 1.0, 0.0, at_most=True),
        Row(f"{name}: refused for good", len(seen.refused), "", 1.0, 0.0, at_most=True),
        Row(f"{name}: put off and repeated", len(seen.put_off), ""),
        Row(f"{name}: longest gap", seen.longest_gap_s, "s"),
    ]


HARM = {"primary": kill_primary, "copy": kill_copy}
