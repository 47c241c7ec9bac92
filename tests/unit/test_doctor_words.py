"""The doctor's words: whole in every language, each with something to do, and true to the state."""

import ast
import json
import re
import threading
import time
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.domain.diagnosis import Finding, Line, State, faulty, good, unknown, verdict, wrong
from kioskd.errors import DeviceUnavailable
from kioskd.screens.diagnosis_words import cause, next_step, value
from kioskd.screens.words import LANGUAGES, Words
from kioskd.technician.doctor.report import as_data, as_text, language
from kioskd.technician.doctor.view import View
from kioskd.technician.doctor.visit import CHECKS, EXIT_CODES, visit
from tests.unit.doctor_world import Kiosk
from tools.catalogues import messages

DOCTOR = Path(__file__).parents[2] / "kioskd" / "technician" / "doctor"
ADVICE = ("doctor.cause.", "doctor.step.")


def causes_in_code() -> set[str]:
    """Return every cause that a check may give: the first word of ``wrong`` and ``unknown``."""
    found = set()
    for file in DOCTOR.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("wrong", "unknown"):
                assert isinstance(node.args[0], ast.Constant | ast.Name), ast.unparse(node)
                if isinstance(node.args[0], ast.Constant):
                    found.add(str(node.args[0].value))
    return found | {"centre_ca_missing", "seal_ca_missing"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_has_words_and_a_next_step(language: str) -> None:
    """Nothing is wrong or unknown without why and what to do; and no words are left over."""
    words, said = Words(language), causes_in_code()
    assert len(said) > 70
    for name in said:
        assert f"doctor.cause.{name}" in words and f"doctor.step.{name}" in words, name
    keys = {key for key in messages(language) if key.startswith(ADVICE)}
    assert {key.split(".")[2] for key in keys} == said


OTHER_FORMS = {
    "receipt_paper": "paper_enough",
    "pin_pad": "port",
    "id_reader": "port",
    "receipt_printer": "port",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_name_and_a_form(language: str) -> None:
    """Also for what it looks like while all is well."""
    words = Words(language)
    for check in CHECKS:
        assert f"doctor.check.{check}" in words
        assert f"doctor.value.{OTHER_FORMS.get(check, check)}" in words, check


def test_every_step_is_an_act() -> None:
    """English steps begin with a verb that somebody can do, or say that there is nothing to do."""
    acts = re.compile(
        r"(?:Run|Read|See|Fit|Watch|On|Clean|Feel|Send|Nothing|If|Replace|Plan|Restart|Measure|"
        r"Connect|Restore|Push|Check|Put|Compare|Deal|Tell|Ask|Plug|End|Start|Open|Do|Let|Wait|"
        r"Flash|Unplug|Correct|Look|Make|Get|The centre's replaces)\b"
    )
    steps = {
        key: str(one.string) for key, one in messages("en").items() if key.startswith(ADVICE[1])
    }
    assert {key for key, text in steps.items() if not acts.match(text)} == set()


def test_facts_that_were_not_found_are_said_as_unknown() -> None:
    """Never as no, none or nought."""
    words = Words("en")
    found = unknown("no_voltage_sensor", now=None, before=None, bits=None)
    assert value(found, "power", words) == "under-voltage now: ?; since the start: ?; bits ?"
    assert value(unknown("took_too_long", limit_s=1.0), "centre", words) == "?, answered in ? ms"
    assert value(unknown("no_configuration"), "centre", words) == ""


def test_an_operators_code_is_explained() -> None:
    """By the same table as in the runbook; the PIN pad's own codes share a row."""
    words = Words("en")
    assert cause(faulty("D-11"), words) == "the receipt paper is out (D-11)"
    assert next_step(faulty("D-11"), words).startswith("put in a new roll")
    assert cause(faulty("Z-85"), words).endswith("(Z-85)")


LINES = (
    Line("temperature", good(celsius=51.2, limit=80.0)),
    Line("journal", unknown("no_configuration")),
    Line("money", unknown("no_configuration")),
    Line("receipt_printer", faulty("D-12", "port", port="/dev/x", held_by="")),
    Line("memory", wrong("memory_ran_out", killed=2)),
)


def test_the_text_begins_with_what_is_wrong() -> None:
    """Then what is not known, then what is good; a cause that neighbours share is said once."""
    text = as_text(LINES, Words("en")).splitlines()
    assert [line.split()[0] for line in text if line and line[0] != " "] == [
        "WRONG", "WRONG", "UNKNOWN", "UNKNOWN", "good", "2",
    ]  # fmt: skip
    assert text[0].endswith("/dev/x, held by: none")
    assert text[1] == "    cause: the receipt printer's cover is open (D-12)"
    assert sum("Without a usable configuration" in line for line in text) == 1
    assert text[-1] == "2 wrong, 2 unknown, 1 good."


def test_chinese_columns_stand_under_each_other() -> None:
    """A character takes two columns of a terminal."""
    text = as_text(LINES[:2], Words("zh_CN")).splitlines()
    assert text[0] == "未知  流水账"
    assert text[-3] == "良好  温度    51.2 ℃（上限 80.0 ℃）"


def test_the_data_say_the_same() -> None:
    """State, facts and the key of the cause for programs; the words for people."""
    told = as_data(LINES, {"kiosk": "K0123"}, Words("en"))
    assert (told["verdict"], told["kiosk"], len(told["lines"])) == ("wrong", "K0123", 5)
    assert told["lines"][3] == {
        "check": "receipt_printer",
        "state": "wrong",
        "value": "/dev/x, held by: none",
        "facts": {"port": "/dev/x", "held_by": ""},
        "why": "D-12",
        "cause": "the receipt printer's cover is open (D-12)",
        "next_step": "close the cover until it clicks",
    }


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([good(), good()], 0),
        ([good(), unknown("took_too_long"), wrong("too_hot")], 1),
        ([good(), unknown("took_too_long")], 2),
    ],
)
def test_the_exit_code_is_of_the_worst(findings: list[Finding], code: int) -> None:
    """Wrong before unknown before good: unknown never ends as good."""
    lines = tuple(Line("power", finding) for finding in findings)
    assert EXIT_CODES[verdict(lines)] == code


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_it_speaks_the_language_of_who_calls(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], wanted: str
) -> None:
    """Chinese by the locale, as every program chooses; English elsewhere."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, text in env.items():
        monkeypatch.setenv(name, text)
    assert language() == wanted


def test_a_check_that_hangs_costs_its_own_line(tmp_path: Path) -> None:
    """It is told as unknown; the others are there in time."""
    released = threading.Event()

    def hangs(view: View) -> Finding:
        released.wait()
        return good()

    begun = time.monotonic()
    checks = {"centre": hangs, "power": CHECKS["power"]}
    lines = visit(Kiosk(tmp_path).view, checks, limit_s=5.0)
    assert time.monotonic() - begun < 60
    released.set()
    assert [line.finding.cause for line in lines] == ["took_too_long", ""]


@pytest.mark.parametrize("fault", [OSError("x"), ValueError("x"), DeviceUnavailable("card")])
def test_a_check_that_falls_costs_its_own_line(tmp_path: Path, fault: Exception) -> None:
    """A machine unlike any known must not silence the doctor."""

    def falls(view: View) -> Finding:
        raise fault

    (line,) = visit(Kiosk(tmp_path).view, {"power": falls})
    assert (line.finding.state, line.finding.cause) == (State.UNKNOWN, "check_failed")


def test_the_command_tells_and_ends_with_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this very machine, with a kiosk that does not run: text, JSON and exit code 1."""
    monkeypatch.setenv("LC_ALL", "C")
    kiosk = Kiosk(tmp_path)
    assert main(["doctor", "--config", str(kiosk.config)]) == 1
    text = capsys.readouterr()
    assert "kiosk K0123" in text.out and "cause: The kiosk's program does not run." in text.out
    assert text.err == ""
    assert main(["doctor", "--json", "--config", str(kiosk.config)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [line["check"] for line in told["lines"]] == list(CHECKS)
    assert all(line["next_step"] for line in told["lines"] if line["state"] != "good")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_without_facts(language: str) -> None:
    """A fact that nobody found is said as "?": no text of a cause fails for want of one."""
    words = Words(language)
    for name in causes_in_code():
        found = unknown(name)
        assert "{" not in cause(found, words) + next_step(found, words)
