"""Thousands of payments over a noisy line: none lost, none doubled, none forgotten."""

import pytest

from tests.noise.line import Rates
from tests.noise.world import Scenario, World

BAD = Rates(1e-3, doubled=0.01, echoed=0.01, stalled=0.01, cut=0.01)
WORSE = Rates(1e-4, doubled=0.05, echoed=0.05, stalled=0.05, cut=0.05)
NUMBERED = frozenset({"pinpad.sequence_ids"})
SYNC = frozenset({"pinpad.sync_ids"})
UNTOLD = frozenset({"pinpad.no_totals"})
MEMORYLESS = frozenset({"pinpad.no_repeat_receipt"})
SCENARIOS = (
    Scenario("1e-4 per byte", Rates(1e-4)),
    Scenario("1e-3 per byte", Rates(1e-3)),
    Scenario("1e-3 per byte, keeps", Rates(1e-3), auto_reverse=False),
    Scenario("1e-2 per byte", Rates(1e-2)),
    Scenario("1e-2 per byte, keeps", Rates(1e-2), auto_reverse=False),
    Scenario("1e-2 per byte, sync ids", Rates(1e-2), faults=SYNC),
    Scenario("1e-2 per byte, no totals", Rates(1e-2), faults=UNTOLD),
    Scenario("1e-2 per byte, no repeat receipt", Rates(1e-2), faults=MEMORYLESS),
    Scenario("blocks 1 %", Rates(1e-4, doubled=0.01, echoed=0.01, stalled=0.01, cut=0.01)),
    Scenario("blocks 5 %", WORSE),
    Scenario("blocks 5 %, keeps", WORSE, auto_reverse=False),
    Scenario("blocks 5 %, numbered", WORSE, faults=NUMBERED),
    Scenario("cable out 20 %", BAD, outages=0.2),
    Scenario("cable out 20 %, keeps", BAD, auto_reverse=False, outages=0.2),
)


SEEDS = (3, 4, 5)
"""In full each scenario is played three times: another 400 visitors, another weather."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda it: it.name)
def test_no_payment_is_lost_or_doubled(scenario, seed, in_full, tmp_path, record_property):
    """What the PIN pad has charged, the centre has posted, once; the rest is listed as in doubt.

    In doubt stays only what the noise left no totals for to compare with, before the payment, and
    an approval into a batch so small that it may have been closed over it.
    """
    if not in_full and seed != SEEDS[0]:
        pytest.skip("a part of --money")
    world = World(tmp_path, scenario, seed)
    wrong = world.play(400 if in_full else 18)
    record_property("row", [f"{scenario.name}, seed {seed}", *world.row()])
    assert not wrong, "\n".join(wrong)
    assert world.tally.doubt_left == 0
