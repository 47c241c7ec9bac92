"""``kioskd selftest``: whom it asks, what it prints, how it exits, and that it shares no device."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import trio

from kioskd.cli import main
from kioskd.commands import selftest
from kioskd.config import load
from kioskd.domain.selftest import Finding, Result, verdict
from kioskd.flows.technician.devices import GivenUp
from kioskd.payments.owner import owning
from kioskd.screens.words import Words
from kioskd.technician.selftest.report import as_json, as_lines
from kioskd.technician.selftest.run import self_test
from kioskd.technician.selftest.terminal import AtTerminal, Nobody
from tests.goldens.gallery_technician import FINDINGS
from tests.unit.test_journal_commands import CONFIG

GONE = {"card_reader": "D-01", "id_reader": "D-01", "pin_pad": "D-01", "receipt_printer": "D-01"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "kioskd.toml"
    file.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    return file


def answered(answers: Iterable[str], asked: list[str]) -> Any:
    """Return an ``input`` that gives these answers, then nobody is there."""
    left = iter(answers)

    def ask(question: str) -> str:
        asked.append(question)
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return ask


async def test_nothing_is_there_and_everything_says_so(config: Path) -> None:
    """A kiosk of which no plug is in: each part fails with its code, what it has not is absent."""
    findings = await self_test(load(config), None, settle_s=0.5)
    results = {one.part: one.result for one in findings}
    codes = {one.part: one.trouble for one in findings if one.trouble}
    assert codes.items() >= GONE.items()
    assert codes["central"] == "S-04"  # it was never enrolled
    assert results["document_printer"] is Result.ABSENT
    assert results["door"] is Result.ABSENT
    assert verdict(findings) is Result.FAIL


def test_it_is_refused_while_the_kiosk_runs(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two programs at one serial line lose each other's bytes; it says what to do instead."""
    with owning(config.parent / "journal.db"):
        assert main(["selftest", "--config", str(config)]) == selftest.DEVICES_TAKEN
    assert "systemctl stop kioskd" in capsys.readouterr().err


@pytest.mark.parametrize(("findings", "code"), [(FINDINGS, 1), (FINDINGS[:3], 0)])
def test_the_exit_code_says_whether_something_failed(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    findings: Sequence[Finding],
    code: int,
) -> None:
    """What was only not tried has not failed; the document on standard output is whole."""

    async def found(*_: object) -> Sequence[Finding]:
        await trio.lowlevel.checkpoint()
        return findings

    monkeypatch.setattr(selftest, "self_test", found)
    assert main(["selftest", "--json", "--config", str(config)]) == code
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(as_json("K0123", findings))
    assert [one["part"] for one in told["parts"]] == [one.part for one in findings]


def test_people_read_a_line_a_part() -> None:
    """With the code, the reason, what the device says, what was tried, and the whole at the end."""
    text = "\n".join(as_lines(FINDINGS))
    assert "document_printer  fail     D-21 document_paper_out" in text
    assert "    model: Sample LaserPrinter 2050dn series" in text
    assert "    print_page: fail" in text
    assert text.endswith("the kiosk         fail")


async def test_hands_at_a_terminal_are_asked_until_they_answer() -> None:
    """Anything but yes or no is asked again; a terminal that is gone gives up."""
    asked: list[str] = []
    said: list[str] = []
    hands = AtTerminal(Words("en"), said.append, answered(["", "what?", "Yes"], asked))
    async with hands.asked_to("insert_card"):
        pass
    assert said == ["... Please insert a social security card"]
    assert await hands.confirms("slip") is True
    assert len(asked) == 3
    with pytest.raises(GivenUp):
        await hands.confirms("slip")


async def test_nobody_confirms_nothing() -> None:
    """What only eyes can tell stays unknown, never passed."""
    with pytest.raises(GivenUp):
        await Nobody().confirms("slip")
