"""The card's key and answer, challenges and visits."""

import pytest
from central_world import HandClock

from kiosk_central.cards import (
    Challenges,
    MasterKeyVerifier,
    NoVerifier,
    card_answer,
    card_key,
    derive,
    encrypt,
)
from kiosk_central.problems import Refused
from kiosk_central.sample_people import PERSONAS, SAMPLE_MASTER_KEY, ZHANG
from kiosk_central.sessions import Visits
from kioskd.domain.person import Assurance
from kioskd.protocols.central import ProblemCode

RANDOMS = bytes.fromhex("11223344556677880102030405060708")


@pytest.mark.parametrize(
    ("key", "session", "answer"),
    [
        ("00" * 16, "CD72DFC6E6D040A4", "6BB4AF7B7EFE5194"),
        ("00112233445566778899AABBCCDDEEFF", "496BD7A351364453", "EDC04656487FEAFE"),
    ],
)
def test_answer_vectors(key: str, session: str, answer: str) -> None:
    """Session key and answer are those of facts card-and-id-readers 1.10."""
    card = bytes.fromhex(key)
    assert encrypt(card, RANDOMS[:8]) == bytes.fromhex(session)
    assert card_answer(card, RANDOMS) == bytes.fromhex(answer)


def test_derivation_by_openssl_s_own_words() -> None:
    """A diversified key is 3DES of the factor and of its complement, worked out apart from us."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    key, factor = bytes(range(16)), b"000000sx"
    whole = Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor()
    data = factor + bytes(255 - byte for byte in factor)
    assert derive(key, factor) == whole.update(data)


def test_each_persona_has_its_own_key() -> None:
    """City and chip both enter the key."""
    keys = {card_key(SAMPLE_MASTER_KEY, one.code, one.history) for one in PERSONAS}
    assert len(keys) == len(PERSONAS)


def test_the_verifier_believes_the_right_key_only() -> None:
    """A copied card with another key is not believed, nor any card without a master key."""
    right = card_answer(card_key(SAMPLE_MASTER_KEY, ZHANG.code, ZHANG.history), RANDOMS)
    verifier = MasterKeyVerifier(SAMPLE_MASTER_KEY)
    assert verifier.answers_rightly(ZHANG.code, ZHANG.history, RANDOMS, right)
    copied = card_answer(bytes(16), RANDOMS)
    assert not verifier.answers_rightly(ZHANG.code, ZHANG.history, RANDOMS, copied)
    assert not NoVerifier().answers_rightly(ZHANG.code, ZHANG.history, RANDOMS, right)


def refused_challenge(challenges: Challenges, challenge_id: str, kiosk: str) -> None:
    with pytest.raises(Refused) as caught:
        challenges.use(challenge_id, kiosk)
    assert caught.value.code is ProblemCode.CHALLENGE_UNKNOWN


def test_a_challenge_is_used_once() -> None:
    """The second use of a challenge is refused."""
    challenges = Challenges(HandClock())
    given = challenges.give("K0123")
    assert challenges.use(given.id, "K0123") == given.challenge
    refused_challenge(challenges, given.id, "K0123")


def test_a_challenge_is_bound_to_its_kiosk() -> None:
    """Another kiosk can neither use a challenge nor spoil it."""
    challenges = Challenges(HandClock())
    given = challenges.give("K0123")
    refused_challenge(challenges, given.id, "K0124")
    assert challenges.use(given.id, "K0123") == given.challenge


def test_a_challenge_lasts_thirty_seconds() -> None:
    """After 30 s a challenge is unknown."""
    clock = HandClock()
    challenges = Challenges(clock)
    early, late = challenges.give("K0123"), challenges.give("K0123")
    clock.advance(seconds=29)
    challenges.use(early.id, "K0123")
    clock.advance(seconds=1)
    refused_challenge(challenges, late.id, "K0123")


def test_challenges_of_one_kiosk_are_few() -> None:
    """A kiosk that only asks pushes out its own oldest challenge, nobody else's."""
    challenges = Challenges(HandClock())
    other, first = challenges.give("K0124"), challenges.give("K0123")
    for _ in range(20):
        challenges.give("K0123")
    refused_challenge(challenges, first.id, "K0123")
    assert challenges.use(other.id, "K0124") == other.challenge


def test_a_visit_ends() -> None:
    """A visit ends by itself after 30 minutes, and at once when it is ended."""
    clock = HandClock()
    visits = Visits(clock)
    token = visits.begin(1, "K0123", Assurance.ID_CARD).reveal()
    assert visits.find(token, "K0123").person_id == 1
    clock.advance(minutes=30)
    with pytest.raises(Refused):
        visits.find(token, "K0123")
    other = visits.begin(1, "K0123", Assurance.ID_CARD).reveal()
    visits.end(other, "K0123")
    with pytest.raises(Refused):
        visits.find(other, "K0123")


def test_a_visit_is_bound_to_its_kiosk() -> None:
    """A token carried to another kiosk opens nothing and ends nothing."""
    visits = Visits(HandClock())
    token = visits.begin(1, "K0123", Assurance.ID_CARD).reveal()
    with pytest.raises(Refused):
        visits.find(token, "K0124")
    visits.end(token, "K0124")
    assert visits.find(token, "K0123").person_id == 1
