"""``python -m tools.province``: a province as ``docs/centre.md`` describes it, run and broken.

PostgreSQL with two quorum standbys, two copies of the server behind haproxy with the file that
ships, a kiosk with the code that ships, all on loopback in a private folder. Prints what was looked
at and what was seen; exit 1 if anything is not as wanted.
"""

import argparse
import sys

from tools.load.pair import programs
from tools.province import by_patroni
from tools.province.checks import Checks
from tools.province.patroni import installed
from tools.province.proxy import program
from tools.province.run import run


def main() -> None:
    """Run it all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=20_000, help="how many are ready")
    parser.add_argument("--seconds", type=float, default=5.0, help="before each harm, and after")
    parser.add_argument("--patroni", action="store_true", help="on Patroni and etcd instead")
    told = parser.parse_args()
    if programs() is None or program() is None:
        sys.exit("PostgreSQL and haproxy are needed: make setup")
    if told.patroni and not installed():
        sys.exit("apt-get install patroni etcd-server python3-etcd")
    checks = Checks(aloud=True)
    (by_patroni.run if told.patroni else run)(checks, told.payments, told.seconds)
    if not checks.good:
        sys.exit(1)


if __name__ == "__main__":
    main()
