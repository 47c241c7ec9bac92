"""Every act and every refusal of staff's pages has words, in one language per place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import kiosk_central
from kiosk_central.auditor.words import detail_words
from kiosk_central.counter.acts import CounterAct
from kiosk_central.fleet import words as fleet
from kiosk_central.web.account_pages import FAULTS
from kiosk_central.web.accounts import AccountError, AccountFault
from kiosk_central.web.act_words import ACTS
from kiosk_central.web.roles import Role, roles_text

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PACKAGE = Path(kiosk_central.__file__).parent


def noted() -> Iterator[str]:
    """Yield every act that a call of ``note_act`` names in full."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "note_act":
                inner = ast.walk(node.args[2])
                plain = (one for one in inner if isinstance(one, ast.Constant))
                whole = not isinstance(node.args[2], ast.JoinedStr)
                yield from (str(one.value) for one in plain if whole)


def test_no_act_is_without_words() -> None:
    """What is named in full, what a counter can do, and what is made of a name that is chosen."""
    found = set(noted())
    assert {"login", "account.reset", "account.disable", "person.show"} <= found
    found |= {act.value for act in CounterAct}
    found |= {f"kiosk.{act}" for act in fleet.ACTS} | {f"rollout.{move}" for move in fleet.MOVES}
    assert found <= set(ACTS)
    assert all(CHINESE.search(words) for words in ACTS.values())
    assert len(set(ACTS.values())) == len(ACTS)


def test_an_account_is_refused_in_one_language_per_place() -> None:
    """A command speaks English, a page Chinese, for every fault there is."""
    assert set(FAULTS) == set(AccountFault)
    for fault, (_, words) in FAULTS.items():
        assert not CHINESE.search(str(AccountError(fault)))
        assert CHINESE.search(words)


def test_what_was_noted_beside_an_act_is_in_words() -> None:
    """How somebody came, and which roles an account was given."""
    assert detail_words("loss.formal", "agent 钱样本") == "代办 钱样本"
    given = roles_text((Role.CLERK, Role.AUDITOR))
    assert detail_words("account.add", given) == "审计、业务经办"
    assert detail_words("kiosk.hold", "怀疑读卡口被改装") == "怀疑读卡口被改装"
