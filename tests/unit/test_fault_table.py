"""The runbook's table of operator codes: all of the code's codes, in the kiosk's own words."""

import ast
import re
from pathlib import Path

import pytest

from kioskd.screens.words import LANGUAGES, Words
from tools import fault_table

PACKAGE = Path(__file__).parents[2] / "kioskd"
CODE = re.compile(r"[A-Z]-\d\d")


def codes_in_code() -> set[str]:
    """Return every operator's code that stands as a text of its own anywhere in the kiosk."""
    return {
        node.value
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CODE.fullmatch(node.value)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_says_what_it_means_and_what_to_do(language: str) -> None:
    """A new code gets its words in ``fault.po``; a code that is gone takes them along."""
    words, codes = Words(language), codes_in_code()
    assert len(codes) > 80
    without = {code for code in codes if f"fault.{code}.cause" not in words}
    assert without == set(), "add fault.<code>.cause and .step to kioskd/locale/*/fault.po"
    assert all(f"fault.{code}.step" in words for code in codes)
    assert set(fault_table.codes()) - codes == {"Z"}


def test_the_runbook_has_the_table() -> None:
    """As ``python -m tools.fault_table`` writes it: what is read there is what the kiosk says."""
    text = fault_table.RUNBOOK.read_text(encoding="utf-8")
    _, found, rest = text.partition(fault_table.BEGIN)
    assert found and fault_table.END in rest
    assert rest.partition(fault_table.END)[0].strip() == fault_table.table().strip()


def test_an_area_stands_under_its_letter() -> None:
    """No code is left out because nobody named its letter."""
    assert {code[0] for code in codes_in_code()} <= fault_table.AREAS.keys()
