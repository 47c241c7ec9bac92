"""One process of kiosks that do nothing but pay; told what to do in lines on its standard input.

``python -m tools.load.terminals FOLDER URL TRUST OWN OF KIOSK...`` runs every ``OF``-th of the
named kiosks, from ``OWN`` on. ``pay FIRST COUNT SECONDS`` makes those of the payments that are
theirs, evenly over the seconds; ``drain`` waits until the centre has answered everything; ``end``
ends. Each is answered with a line, the last one with what was paid and what was refused.
"""

import json
import math
import sys
from pathlib import Path

import trio

from kioskd.domain.payment import AssessmentRef, PaymentRef
from kioskd.payments.contract import Baseline
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.store import Store
from kioskd.relay.client import CentralClient
from kioskd.relay.settings import CentralSettings
from kioskd.relay.uplink import Uplink
from tools.load.badges import ca_of, identity_of
from tools.load.told import AMOUNT, AT, assessment_ref, record_of


class Terminal:
    """One kiosk: its journal, and its way to the centre."""

    def __init__(self, name: str, folder: Path, url: str, trust: Path) -> None:
        """Open a new journal."""
        self._store = Store(folder / f"{name}.db", name)
        self._journal = Journal(self._store)
        self._outbox = Outbox(self._store, self._journal)
        self._client = CentralClient(
            CentralSettings(url, ca_of(trust), str(identity_of(trust, name))), name
        )
        self._uplink = Uplink(self._outbox, self._client)
        self.made: list[PaymentRef] = []

    def pay(self, number: int) -> None:
        """Take one payment: intent, approval and confirmation, each durable in the journal."""
        about = AssessmentRef(assessment_ref(number))
        ref = self._journal.intend(about, AMOUNT, Baseline(), AT).ref
        self._journal.approve(ref, record_of(number), AT)
        self._journal.confirm(ref, AT)
        self.made.append(ref)

    async def run(self) -> None:
        """Bring what is written to the centre, and look whether it is there. Never returns."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._uplink.run)
            nursery.start_soon(self._client.run)

    async def drained(self) -> None:
        """Wait until the centre has answered the last payment, and so all before it."""
        if self.made:
            await self._uplink.delivered(self.made[-1], math.inf)

    @property
    def refused(self) -> list[PaymentRef]:
        """Payments of which the centre has refused a report for good."""
        return [ref for ref in self.made if self._outbox.refused(ref)]


async def run(terminals: dict[int, Terminal], kiosks: int) -> None:
    """Do what is ordered; ``terminals`` are those of ``kiosks`` that are run here."""
    async with trio.open_nursery() as nursery:
        for one in terminals.values():
            nursery.start_soon(one.run)
        while (order := (await trio.to_thread.run_sync(sys.stdin.readline)).split())[0] != "end":
            if order[0] == "pay":
                first, count = int(order[1]), int(order[2])
                await _pay(terminals, kiosks, range(first, first + count), float(order[3]))
            else:
                for one in terminals.values():
                    await one.drained()
            print("done", flush=True)
        nursery.cancel_scope.cancel()
    paid = [ref for one in terminals.values() for ref in one.made]
    refused = [ref for one in terminals.values() for ref in one.refused]
    print(json.dumps({"paid": paid, "refused": refused}), flush=True)


async def _pay(terminals: dict[int, Terminal], kiosks: int, numbers: range, seconds: float) -> None:
    begun = trio.current_time()
    for number in numbers:
        terminal = terminals.get(number % kiosks)
        if terminal is not None:
            await trio.sleep_until(begun + seconds * (number - numbers[0]) / len(numbers))
            terminal.pay(number)


def main() -> None:
    """Run the kiosks that are named on the command line."""
    folder, url, trust = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    own, of, names = int(sys.argv[4]), int(sys.argv[5]), sys.argv[6:]
    here = range(own, len(names), of)
    terminals = {index: Terminal(names[index], folder, url, trust) for index in here}
    trio.run(run, terminals, len(names))


if __name__ == "__main__":
    main()
