"""Events are one JSON object a line and hold nothing of a citizen, however they were called."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd import log
from kioskd.domain.secret import CardNumber, CardPin, IdNumber, PersonName, SessionToken


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Catch what would go to the journal."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    log.set_up("info")
    return out


def test_event_is_one_json_line(lines: io.StringIO) -> None:
    """Name, time and values are there, behind the priority systemd reads."""
    log.event("pinpad.registered", terminal="29001006", code=0)
    line = lines.getvalue()
    assert line.startswith("<6>") and line.count("\n") == 1
    event = json.loads(line[3:])
    assert (event["event"], event["terminal"], event["code"]) == (
        "pinpad.registered",
        "29001006",
        0,
    )


def test_secrets_mask_themselves(lines: io.StringIO) -> None:
    """Every secret type is masked in a log call, bare or inside other values."""
    secrets = (
        PersonName("欧阳小明"),
        IdNumber("000000190001010017"),
        CardNumber("X00000019"),
        CardPin("246810"),
        SessionToken("token-of-a-visit"),
    )
    for secret in secrets:
        log.event("test", value=secret, inside=(secret,), text=f"{secret!r} {secret}")
        assert secret.reveal() not in lines.getvalue()


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_number_of_a_citizen_is_blanked_even_as_plain_text(number: str) -> None:
    """The last net: what looks like an ID number is not written, wherever it stands."""
    assert number not in log.redact(f'{{"event": "x", "text": "card of {number}."}}')


def test_references_are_kept() -> None:
    """Payment references, receipt numbers and amounts are not mistaken for persons."""
    text = "K0123-000457 2026-0000-0031-88 280000 d4b66f7e16714eb2b79461c4b2bbf2fe"
    assert log.redact(text) == text


def test_traffic_needs_its_own_level(lines: io.StringIO) -> None:
    """Raw bytes are not written at the usual level."""
    log.traffic("serial.sent", b"\x06\x01")
    assert lines.getvalue() == ""
    assert logging.getLogger("kioskd").level == logging.INFO
