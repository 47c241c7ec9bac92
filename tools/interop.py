"""Compare ours with other people's work: install what is missing, run ``tests/interop``, print it.

Ends with 0 only if all that ran agreed. What cannot be installed is skipped and named. As root or
through sudo it installs Debian packages; modules of Node.js go into ``build/interop`` by a lock
file with their hashes and without running their scripts.
"""

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.interop.comparison import AGREED, DIFFERS, PEER, VERSION, WHAT
from tests.interop.peers import NODE_HOME, NODE_LOCK, PEERS, UNSEEN, DebianPeer, NodePeer

TESTS = Path(__file__).parents[1] / "tests" / "interop"


@dataclass
class Row:
    """One comparison."""

    said: dict[str, list[str]] = field(default_factory=dict)
    failed: bool = False
    skipped: str = ""

    def first(self, name: str) -> str:
        """Return the one value of this name, ``-`` where there is none."""
        return next(iter(self.said.get(name, [])), "-")

    @property
    def verdict(self) -> str:
        """Say how it ended, for the table."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        if self.is_agreed:
            return f"agreed on {len(self.said[AGREED])} facts"
        if self.failed:
            return f"DIFFERS: {', '.join(self.said.get(DIFFERS, ['see the failure above']))}"
        return "DIFFERS: it states no fact"

    @property
    def is_agreed(self) -> bool:
        """Tell whether facts were compared, and all agreed."""
        return bool(self.said.get(AGREED)) and not self.failed

    def cells(self) -> tuple[str, str, str, str]:
        """Return what stands in the table."""
        return self.first(WHAT), self.first(PEER), self.first(VERSION), self.verdict


class Collector:
    """A plugin of pytest: what the comparisons found, in the order in which they ran."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of a test."""
        row = self.rows.setdefault(report.nodeid.partition("[")[0], Row())
        row.failed |= report.failed
        if isinstance(report.longrepr, tuple):
            row.skipped = report.longrepr[2].removeprefix("Skipped: ")
        if report.when == "teardown":
            for name, value in report.user_properties:
                row.said.setdefault(name, []).append(str(value))

    @property
    def code(self) -> int:
        """0 all agreed, 1 something differs, 2 nothing could be compared."""
        compared = [row for row in self.rows.values() if not row.skipped]
        return 2 if not compared else int(not all(row.is_agreed for row in compared))


def main(words: list[str]) -> int:
    """Install, compare, print; 1 if anything differs, 2 if nothing could be compared."""
    parser = argparse.ArgumentParser(prog="interop", description=__doc__)
    parser.add_argument("--no-install", action="store_true", help="use what is here")
    asked = parser.parse_args(words)
    if not asked.no_install:
        _install_packages()
        _install_modules()
    collector = Collector()
    ended = pytest.main([str(TESTS), "-q", "-p", "no:cacheprovider"], plugins=[collector])
    print("\n".join(table_of(collector)))
    return collector.code or int(ended != pytest.ExitCode.OK)


def table_of(collector: Collector) -> list[str]:
    """Return the lines of the table: every comparison, and what nobody has looked at."""
    unseen = [(what, "nobody", "-", f"not compared: {why}") for what, why in UNSEEN]
    heads = ("what", "with", "version", "found")
    rows = [heads, *sorted(row.cells() for row in collector.rows.values()), *unseen]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _install_packages() -> None:
    """Install missing Debian packages; where that cannot be done the comparisons are skipped."""
    lacking = [one for one in PEERS if isinstance(one, DebianPeer) and one.missing()]
    wanted = {package for one in lacking for package in one.packages}
    if not wanted or shutil.which("apt-get") is None:
        return
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and shutil.which("sudo") is None:
        print(f"interop: as root: apt-get install {' '.join(sorted(wanted))}", file=sys.stderr)
        return
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*as_root, *quiet, "update"], check=False)
    for package in sorted(wanted):  # one alone: a package that does not exist stops no other
        subprocess.run(
            [*as_root, *quiet, "install", "-y", "--no-install-recommends", package], check=False
        )


def _install_modules() -> None:
    """Install the modules of Node.js, exactly as their lock file has them."""
    if not any(one.missing() for one in PEERS if isinstance(one, NodePeer)):
        return
    if shutil.which("npm") is None:
        print("interop: no npm: modules of Node.js are skipped", file=sys.stderr)
        return
    NODE_HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(NODE_LOCK / name, NODE_HOME)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=NODE_HOME, check=False
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
