"""Who is let in at the kiosk: right, wrong, late, twice, too often, and without a key."""

import pytest

from kioskd.contracts.technician import Verdict
from kioskd.domain.secret import TechnicianKey
from kioskd.domain.technician_code import answer_to
from kioskd.technician.access import CHALLENGE_S, NO_KEY, PAUSE_S, PAUSED, TRIES, Access

KEY = TechnicianKey("ab" * 32)
WRONG = "0000000000"


class Kiosk:
    """An ``Access`` with a clock turned by hand, digits in a known order, and a key."""

    def __init__(self) -> None:
        self.now, self.drawn = 0.0, 12_345_677
        self.key: TechnicianKey | None = KEY
        self.access = Access("K0123", lambda: self.key, lambda: self.now, self.draw)

    def draw(self, below: int) -> int:
        self.drawn += 1
        return self.drawn % below


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def right(challenge: str) -> str:
    return answer_to(KEY, "K0123", challenge)


def test_the_right_answer_lets_in_once(kiosk: Kiosk) -> None:
    """What was read out opens nothing a second time."""
    challenge = kiosk.access.challenge()
    assert challenge == "12345678"
    assert kiosk.access.answer(right(challenge)) is Verdict.RIGHT
    assert kiosk.access.answer(right(challenge)) is Verdict.OVER


def test_a_newer_challenge_ends_the_one_before(kiosk: Kiosk) -> None:
    """Two technicians at the telephone: only what stands on the screen counts."""
    first, second = kiosk.access.challenge(), kiosk.access.challenge()
    assert first != second
    assert kiosk.access.answer(right(first)) is Verdict.WRONG
    assert kiosk.access.answer(right(second)) is Verdict.RIGHT


def test_a_challenge_lives_ten_minutes(kiosk: Kiosk) -> None:
    """One second before it is over the answer is right; after that it is nothing."""
    challenge = kiosk.access.challenge()
    kiosk.now = CHALLENGE_S - 1
    assert kiosk.access.answer(WRONG) is Verdict.WRONG
    kiosk.now = CHALLENGE_S
    assert kiosk.access.answer(right(challenge)) is Verdict.OVER


def test_three_wrong_answers_are_followed_by_a_pause(kiosk: Kiosk) -> None:
    """The third ends the challenge; during the pause nobody is let in, after it somebody is."""
    kiosk.access.challenge()
    verdicts = [kiosk.access.answer(WRONG) for _ in range(TRIES)]
    assert verdicts == [Verdict.WRONG, Verdict.WRONG, Verdict.OVER]
    assert kiosk.access.trouble == PAUSED
    kiosk.now = PAUSE_S
    assert kiosk.access.trouble is None
    assert kiosk.access.tries_left == TRIES
    assert kiosk.access.answer(right(kiosk.access.challenge())) is Verdict.RIGHT


def test_going_back_and_asking_anew_gives_no_more_tries(kiosk: Kiosk) -> None:
    """Wrong answers are counted over challenges; a right one forgets them."""
    for _ in range(TRIES - 1):
        kiosk.access.challenge()
        assert kiosk.access.answer(WRONG) is Verdict.WRONG
    assert kiosk.access.tries_left == 1
    assert kiosk.access.answer(right(kiosk.access.challenge())) is Verdict.RIGHT
    assert kiosk.access.tries_left == TRIES


def test_without_a_key_nobody_is_let_in(kiosk: Kiosk) -> None:
    """Not even by the answer that the key of before would give."""
    challenge = kiosk.access.challenge()
    kiosk.key = None
    assert kiosk.access.trouble == NO_KEY
    assert kiosk.access.answer(right(challenge)) is Verdict.OVER
