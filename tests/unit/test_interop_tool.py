"""What ``make interop`` says of comparisons that agreed, differed or could not be made."""

from typing import Literal

import pytest

from tests.interop.comparison import Comparison
from tests.interop.peers import PEERS, DebianPeer, NodePeer, PythonPeer
from tools.interop import Collector, table_of

Outcome = Literal["passed", "failed", "skipped"]


def told(collector: Collector, name: str, outcome: Outcome, *facts: tuple[str, bool]) -> None:
    """Let the collector hear of a comparison in its three phases, as pytest tells them."""
    properties: list[tuple[str, object]] = []
    compare = Comparison(properties, f"the wire of {name}", "a peer")
    compare.note_versions(["1.0", "1.0"])
    for fact, is_same in facts:
        if is_same:
            compare.same(fact, 1, 1)
        else:
            with pytest.raises(AssertionError):
                compare.same(fact, 1, 2)
    why = ("file", 1, "Skipped: no program: package p") if outcome == "skipped" else None
    for when in ("setup", "call", "teardown"):
        now: Outcome = outcome if when == "call" else "passed"
        collector.pytest_runtest_logreport(
            pytest.TestReport(
                f"test.py::{name}", ("test.py", 1, name), {}, now,
                why if now == "skipped" else None, when, user_properties=properties,
            )
        )  # fmt: skip


def test_facts_are_counted_and_a_difference_is_named() -> None:
    """The table names the fact that differs, and counts where all agreed; variants are one row."""
    collector = Collector()
    told(collector, "a[one]", "passed", ("size", True))
    told(collector, "a[two]", "passed", ("size", True), ("name", True))
    told(collector, "b", "failed", ("size", True), ("name", False))
    told(collector, "c", "skipped")
    text = "\n".join(table_of(collector))
    assert "agreed on 3 facts" in text
    assert "DIFFERS: name" in text
    assert "skipped: no program: package p" in text
    assert len(collector.rows) == 3


def test_nothing_agreed_is_no_agreement() -> None:
    """A comparison that states no fact has failed: it would agree with anything."""
    collector = Collector()
    told(collector, "a", "passed")
    assert "DIFFERS: it states no fact" in "\n".join(table_of(collector))
    assert collector.code == 1


def test_the_code_tells_whether_anything_was_compared() -> None:
    """0 all agreed, 1 something differs, 2 nothing could be compared."""
    codes = []
    for outcome in ("passed", "failed", "skipped"):
        collector = Collector()
        told(collector, "a", outcome, ("size", outcome == "passed"))
        codes.append(collector.code)
    assert codes == [0, 1, 2]


def test_what_is_not_compared_is_said() -> None:
    """The table ends with what no other program has looked at."""
    assert "ZVT: messages" in table_of(Collector())[-4]


def test_a_peer_that_is_not_here_is_named() -> None:
    """By its package or module, so that who reads the table can install it."""
    assert "package p" in DebianPeer("a peer", "p", "no-such-program").missing()
    assert DebianPeer("a peer", "p", "sh", (("q", "/no/such/file"),)).missing() == "no package q"
    assert NodePeer("a peer", "no-such-module").missing() != ""
    assert "no-such-library" in PythonPeer("a peer", "no-such-library").missing()
    assert len({one.name for one in PEERS}) == len(PEERS) > 20
