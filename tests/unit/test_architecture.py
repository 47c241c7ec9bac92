"""The import rules of the architecture are kept, and a breach of one is really seen."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
PACKAGES = ("kioskd", "kiosk_central", "kiosk_bench")


def _lint_imports(tree: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of ``tree``, where the packages are first on the path."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo", *chosen],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages to plant breaches in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    return tmp_path


@pytest.mark.parametrize(
    ("contract", "name", "file", "breach"),
    [
        (
            "domain",
            "domain knows nothing but errors",
            "kioskd/domain/money.py",
            "import kioskd.log",
        ),
        (
            "flows",
            "flows know contracts, never devices or the wire",
            "kioskd/flows/session.py",
            "import kioskd.transports.serial_port",
        ),
        ("home-of-serial", "serial has one home", "kioskd/drivers/pinpad.py", "import serial"),
        (
            "home-of-sqlite3",
            "sqlite3 has one home",
            "kioskd/payments/journal.py",
            "import sqlite3",
        ),
        ("sans-io", "no I/O and own no clock", "kioskd/protocols/zvt_link.py", "import time"),
        ("one-way", "kioskd imports point one way", "kioskd/errors.py", "import kioskd.health"),
        (
            "home-of-sealing",
            "the centre seals in one place",
            "kiosk_central/documents/issue.py",
            "import pyhanko.sign",
        ),
        (
            "central",
            "kiosk_central knows the domain",
            "kiosk_central/__init__.py",
            "import kioskd.payments.states",
        ),
    ],
)
def test_a_planted_breach_is_seen(
    tree: Path, contract: str, name: str, file: str, breach: str
) -> None:
    """A forbidden import fails the check, and the check names the contract."""
    path = tree / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{breach}\n", encoding="utf-8")
    answer = _lint_imports(tree, contract)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout
    assert name in answer.stdout


def test_the_tree_keeps_every_contract() -> None:
    """The packages as they are keep every import contract."""
    answer = _lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
