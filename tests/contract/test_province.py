"""A province with haproxy, two copies and quorum standbys, used and broken. Short form."""

import pytest

from tools.load.pair import programs
from tools.province.checks import Checks, line
from tools.province.proxy import program
from tools.province.run import run

PAYMENTS, SECONDS = 3_000, 0.5


@pytest.mark.skipif(
    programs() is None or program() is None, reason="PostgreSQL and haproxy: make setup"
)
def test_a_province_survives_what_may_happen_to_it() -> None:
    """Strangers are refused; copies, primary and database are lost, and nothing acknowledged is."""
    checks = Checks()
    run(checks, PAYMENTS, SECONDS)
    wrong = [line(check) for check in checks.found if not check.good]
    assert not wrong, "\n".join(wrong)
    assert {check.part for check in checks.found} >= {
        "strangers", "copy", "release", "primary", "standby", "backup", "restore"
    }  # fmt: skip
