"""One table at the end of a run, of the rows that tests recorded with ``record_property``."""

import pytest


def show(reporter: pytest.TerminalReporter, title: str, place: str, header: list[str]) -> None:
    """Print the rows that tests under ``tests/<place>`` recorded as ``row``."""
    reports = [*reporter.stats.get("passed", ()), *reporter.stats.get("failed", ())]
    rows = [
        [str(cell) for cell in value]
        for report in reports
        if f"/{place}/" in f"/{report.nodeid}"
        for name, value in report.user_properties
        if name == "row"
    ]
    if not rows:
        return
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    reporter.section(title)
    for row in [header, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        reporter.write_line("  ".join(cells).rstrip())
