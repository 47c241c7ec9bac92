"""Technician codes: the answer's arithmetic, who has which key, and who was let in by whom."""

import hmac
from hashlib import sha256
from pathlib import Path

import pytest
from central_world import KIOSK, NOW, OTHER_KIOSK, World
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kiosk_central.cli import main
from kiosk_central.problems import Refused
from kiosk_central.store.engine import read, write
from kiosk_central.trust.enrolment import revoke
from kiosk_central.trust.technician import codes_given, key_of, let_in
from kioskd.domain.secret import TechnicianKey
from kioskd.domain.technician_code import answer_to, grouped, is_key, read_digits
from tests.trust import Trust
from tests.unit.fleet_world import beat, look_round, state

KEY = TechnicianKey("00" * 31 + "01")
CHALLENGE = "12345678"


def by_hand(key: bytes, message: bytes) -> str:
    """The rule of RFC 4226, section 5.3, on eight bytes, as one would do it on paper."""
    digest = hmac.new(key, message, sha256).digest()
    at = digest[-1] % 16
    return str(int(digest[at : at + 8].hex(), 16))[-10:].rjust(10, "0")


def test_the_answer_is_a_truncated_hmac_over_kiosk_and_challenge() -> None:
    """Reckoned again by other means, and pinned: centre and kiosks of other versions must agree."""
    wanted = by_hand(bytes(31) + b"\x01", b"kioskd technician code 1\nK0123\n12345678")
    assert answer_to(KEY, "K0123", CHALLENGE) == wanted == "7927341257"


def test_another_kiosk_or_challenge_has_another_answer() -> None:
    """What was read out for one opens no other."""
    answers = {
        answer_to(KEY, "K0123", CHALLENGE),
        answer_to(KEY, "K0124", CHALLENGE),
        answer_to(KEY, "K0123", "12345679"),
        answer_to(TechnicianKey("00" * 31 + "02"), "K0123", CHALLENGE),
    }
    assert len(answers) == 4
    assert all(len(answer) == 10 and answer.isdigit() for answer in answers)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1234 5678", CHALLENGE), ("1234-5678", CHALLENGE), ("1234567", None), ("1234567８", None)],
)
def test_a_code_is_read_as_people_write_it(typed: str, read: str | None) -> None:
    """Spaces and hyphens are no digits; a digit of another script is none either."""
    assert read_digits(typed, 8) == read


def test_a_key_masks_itself_and_is_only_one_in_its_one_form() -> None:
    """No log shows it, and half of one lets nobody in."""
    assert "01" not in f"{KEY!r} {KEY}"
    assert is_key(KEY)
    assert not is_key(TechnicianKey("00" * 31))
    assert not is_key(TechnicianKey("0G" * 32))


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust(tmp_path / "trust")


def test_a_revocation_changes_the_key_and_a_renewal_does_not(world: World, trust: Trust) -> None:
    """The key of a stolen kiosk opens nothing at the one that takes its name; no key is stored."""

    def keys(at: object) -> list[TechnicianKey]:
        return [key_of(at, trust.issuer, one) for one in (KIOSK, OTHER_KIOSK)]  # type: ignore[arg-type]

    write(world.engine, lambda at: trust.enrol(at, KIOSK, OTHER_KIOSK))
    first = read(world.engine, keys)
    write(world.engine, lambda at: trust.enrol(at, KIOSK))
    assert read(world.engine, keys) == first
    write(world.engine, lambda at: revoke(at, NOW, KIOSK, "stolen"))
    after = read(world.engine, keys)
    assert after[0] not in first
    assert after[1] == first[1]
    kept = (Path(trust.identity(KIOSK)) / "technician.key").read_text("ascii")
    assert kept == first[0].reveal()


def test_who_let_whom_in_is_kept_for_ever(world: World, trust: Trust) -> None:
    """Also when the same challenge is asked twice; the database refuses to change it."""
    ask = (NOW, trust.issuer, KIOSK, CHALLENGE, "Li", "printer dead")
    answers = [write(world.engine, lambda at: let_in(at, *ask)) for _ in range(2)]
    assert answers[0] == answers[1]
    rows = read(world.engine, lambda at: codes_given(at, KIOSK, 10))
    assert [(row.challenge, row.by, row.note) for row in rows] == [(CHALLENGE, "Li", ask[-1])] * 2
    with pytest.raises(IntegrityError):
        write(world.engine, lambda at: at.execute(text("DELETE FROM technician_codes")))


def test_nobody_is_let_in_at_a_kiosk_that_is_none(world: World, trust: Trust) -> None:
    """Nothing is written down for it either."""
    with pytest.raises(Refused, match="kiosk_unknown"):
        write(world.engine, lambda at: let_in(at, NOW, trust.issuer, "K9", CHALLENGE, "Li", "x"))
    assert read(world.engine, lambda at: codes_given(at, None, 10)) == []


def test_the_command_prints_the_answer_to_read_out(world: World, trust: Trust) -> None:
    """In two groups of five; a challenge with a digit missing is sent back."""
    command = ["kiosk", "technician", KIOSK, "--db", str(world.engine.url)]
    command += ["--trust", str(trust.folder), "--by", "Li", "--note", "printer dead"]
    assert trust.issuer
    asked = CliRunner().invoke(main, [*command, "--challenge", "1234 5678"])
    key = read(world.engine, lambda at: key_of(at, trust.issuer, KIOSK))
    assert asked.output.strip() == grouped(answer_to(key, KIOSK, CHALLENGE))
    short = CliRunner().invoke(main, [*command, "--challenge", "1234 567"])
    assert short.exit_code == 1
    assert "eight digits" in short.output


def test_a_kiosk_that_is_worked_on_is_not_stuck(world: World) -> None:
    """Eight minutes on a technician's screen are work; on a citizen's they are a fault."""
    beat(world, screen="technician-part", screen_since_s=480, in_visit=True)
    beat(world, kiosk=OTHER_KIOSK, screen="review", screen_since_s=480, in_visit=True)
    look_round(world)
    assert state(world).stuck_since == ""
    assert state(world, OTHER_KIOSK).stuck_since != ""
