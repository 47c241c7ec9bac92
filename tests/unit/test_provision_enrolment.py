"""Where enrolment stands, in the words of report and notice; whose data are on the card."""

import json
from pathlib import Path

import pytest

from kioskd.domain.enrolment_code import read_code
from kioskd.protocols.central import ProblemCode
from kioskd.provision import enrolling, enrolment
from kioskd.provision.enrolment import Ending, Outcome
from kioskd.provision.reporting import tell
from kioskd.relay.line import CentralLine
from kioskd.relay.settings import CentralSettings
from tests.unit.provision_world import CODE, GOOD, Card, ca_of


@pytest.fixture
def card(tmp_path: Path) -> Card:
    made = Card(tmp_path)
    made.write(GOOD)
    return made


def told(card: Card) -> tuple[str, str]:
    """Let root tell; return the notice's code and the report."""
    tell(card.places, card.machine, card.boot())
    report = card.places.report.read_text(encoding="utf-8-sig")
    if not card.places.notice.exists():
        return "", report
    return json.loads(card.places.notice.read_text(encoding="utf-8"))["code"], report


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (Outcome(Ending.NOT_REACHED, "SSLError", 3), "I-10", "3 tries, SSLError"),
        (Outcome(Ending.PUT_OFF, "too_many_tries"), "I-10", "come later"),
        (Outcome(Ending.REFUSED, "code_used"), "I-11", "have it revoked"),
        (Outcome(Ending.REFUSED, "code_expired"), "I-12", "24 hours"),
        (Outcome(Ending.REFUSED, "code_unknown"), "I-13", "not for a kiosk of this number"),
        (Outcome(Ending.REFUSED, "kiosk_unknown"), "I-13", "no kiosk of this number"),
        (Outcome(Ending.REFUSED, "csr_not_accepted"), "I-15", "csr_not_accepted"),
        (Outcome(Ending.CLOCK_BEHIND), "I-16", "in the past"),
        (Outcome(Ending.NOT_KEPT, "No space left on device"), "I-06", "No space"),
        (Outcome(Ending.ENROLLED, until="2026-12-27T01:02:03Z"), "", "until 2026-12-27"),
    ],
)
def test_how_a_try_ended_is_told(card: Card, outcome: Outcome, code: str, words: str) -> None:
    """With the reason, and a code for the runbook where something is to be done."""
    enrolment.save(card.places.enrolment, outcome)
    found, report = told(card)
    assert found == code and words in report


@pytest.mark.parametrize("ending", list(Ending))
def test_a_code_goes_when_it_has_served_or_never_will(card: Card, ending: Ending) -> None:
    """It stays while it is worth another try."""
    enrolment.save(card.places.enrolment, Outcome(ending))
    told(card)
    is_over = ending in (Ending.ENROLLED, Ending.REFUSED)
    assert (card.places.vault / "code").exists() is not is_over


def test_before_the_first_try_it_is_unknown_not_good(card: Card) -> None:
    """The notice says that the centre is being asked."""
    found, report = told(card)
    assert "[ ?? ]" in report and "being asked" in report and found == "I-10"


def test_without_a_code_and_an_identity(card: Card) -> None:
    """Nobody can guess the code: the next step is to have one made."""
    card.write(GOOD.replace(CODE, ""))
    found, report = told(card)
    assert found == "I-14" and "Have the centre make a new code" in report


def test_a_kiosk_that_is_known_needs_no_code(card: Card) -> None:
    """A boot like any other."""
    card.write(GOOD.replace(CODE, "(used)"))
    card.enrol()
    found, report = told(card)
    assert not found and "[ OK ] 正常  在中心入网" in report


def test_what_the_account_of_the_kiosk_tells_is_not_trusted_to_be_well_formed(card: Card) -> None:
    """Root reads it and takes nonsense for nothing."""
    card.places.enrolment.parent.mkdir()
    card.places.enrolment.write_bytes(b'{"ending": "root", "tries": []}')
    assert enrolment.saved(card.places.enrolment) is None
    assert told(card)[0] == "I-10"


def test_pauses_between_tries_grow_to_a_minute() -> None:
    """The first try at once; a cable that is plugged in is found within a minute."""
    assert [enrolment.pause_s(tries) for tries in (0, 1, 2, 5, 6, 99)] == [0, 2, 4, 32, 60, 60]


@pytest.mark.parametrize(
    ("now", "ending"), [(99.0, Ending.CLOCK_BEHIND), (101.0, Ending.NOT_REACHED)]
)
async def test_a_clock_in_the_past_is_told_apart_from_a_centre_that_is_away(
    tmp_path: Path, now: float, ending: Ending
) -> None:
    """No certificate is good in 1970: the code is not tried before the clock is right."""
    (tmp_path / "ca.pem").write_bytes(ca_of(tmp_path / "trust"))
    settings = CentralSettings(
        "https://127.0.0.1:9", str(tmp_path / "ca.pem"), str(tmp_path / "identity")
    )
    code = read_code(CODE)
    assert code is not None
    line = CentralLine(settings, "K0123")
    outcome = await enrolling.try_once(line, "K0123", code, 100.0, lambda: now)
    assert outcome.ending is ending
    assert (tmp_path / "identity").exists() is (ending is Ending.NOT_REACHED)


def test_a_mistyped_number_is_corrected_before_the_centre_knows_it(card: Card) -> None:
    """The journal that was begun under it, without a payment, is put aside and not deleted."""
    card.write(GOOD.replace("K0123", "K0132"))
    card.boot()
    (card.places.state / "journal.db").write_bytes(b"empty")
    card.write(GOOD)
    assert card.codes() == ["I-08"]
    (kept,) = card.places.state.glob("journal.db*")
    assert kept.name.startswith("journal.db.kept-") and kept.read_bytes() == b"empty"


def test_the_data_of_another_kiosk_are_not_taken_over(card: Card) -> None:
    """A known kiosk is retired before its card gets another number."""
    card.boot()
    card.enrol()
    (card.places.state / "journal.db").write_bytes(b"payments")
    card.write(GOOD.replace("K0123", "K0124"))
    found, report = told(card)
    assert found == "I-17" and "are of K0123, but kioskd.txt says K0124" in report
    assert (card.places.state / "journal.db").read_bytes() == b"payments"
    assert not card.places.config.exists()


def test_refusals_are_told_by_codes_of_the_contract() -> None:
    """They are written out there, so that a boot does not load the contract."""
    assert enrolment.REFUSALS.keys() < {code.value for code in ProblemCode}
