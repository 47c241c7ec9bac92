"""What the parsers made of their inputs, in one table."""

import pytest

from tests.tables import show


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line a parser."""
    show(terminalreporter, "fuzz", "fuzz", ["parser", "inputs", "values", "named errors"])
