"""Numbered messages (TLV 1F73) and other rules of the session, bytes and virtual time only."""

import pytest

from kioskd.domain.payment import Decision, Outcome
from kioskd.protocols.zvt_commands import Authorisation, Registration, Reversal, StatusEnquiry
from kioskd.protocols.zvt_events import ApprovalAsked, Finished
from kioskd.protocols.zvt_frames import encode_block
from kioskd.protocols.zvt_sequence import (
    ASKING,
    LAST,
    Place,
    SequenceIds,
    following,
    sequence_object,
    sequence_of,
    tagged,
)
from tests.unit.test_zvt_session import AMOUNT, APPROVAL, COMPLETION, OK, REFUSED, Talk

LOGGED_ON = "06 0F 0A 19 00 29 29 00 10 06 49 01 56"


def numbered(text, number, answering=b""):
    return tagged(bytes.fromhex(text), number, answering).hex(" ").upper()


class NumberedTalk(Talk):
    """Registered, with or without an echo of the tag; then ``command``."""

    def __init__(self, command, echo=True):
        super().__init__(Registration("000000", tlv_objects=sequence_object(ASKING)))
        assert self.says(OK, numbered(LOGGED_ON, ASKING) if echo else LOGGED_ON) == [OK]
        self.told()
        self.session.start(command, self.now)
        self.command = self.heard()


def charging():
    talk = NumberedTalk(Authorisation(AMOUNT))
    talk.says(numbered(OK, 1))
    return talk


def asked():
    talk = charging()
    assert talk.says(numbered(APPROVAL, 2)) == []
    assert [type(event) for event in talk.told()] == [ApprovalAsked]
    return talk


def test_numbering_begins_after_the_echo():
    """The registration's own messages are plain; the first command after it is 000001."""
    talk = charging()
    assert talk.command == [numbered(Authorisation(AMOUNT).to_apdu().hex(), 1)]
    assert talk.says(numbered("04 FF 01 0A", 2)) == [numbered(OK, 2)]


def test_a_lost_echo_is_noticed():
    """A PIN pad that numbers what we do not is registered at anew: it waits for our numbers."""
    talk = NumberedTalk(StatusEnquiry("000000"), echo=False)
    assert not talk.session.out_of_step
    talk.says(OK, numbered("06 0F 04 F0 F0 F0 00", 1, b"\x05\x01"))
    assert talk.session.out_of_step
    talk.session.start(Registration("000000", tlv_objects=sequence_object(ASKING)), talk.now)
    assert not talk.session.out_of_step


@pytest.mark.parametrize(
    "late",
    [
        numbered("06 0F 04 F0 F0 F0 00", 1, b"\x05\x01"),
        "06 0F 04 F0 F0 F0 00",
        COMPLETION,
        "06 1E 01 6C",
        APPROVAL,
    ],
)
def test_the_late_end_of_another_command_ends_no_charge(late):
    """A line that repeats the status enquiry's end behind our acceptance confirms nothing."""
    talk = asked()
    assert talk.decides(Decision.ACCEPT) == [numbered(OK, 2)]
    assert talk.says(late) == []
    assert not [event for event in talk.told() if isinstance(event, Finished)]
    assert talk.says(numbered(COMPLETION, 3)) == [numbered(OK, 3)]
    assert [event.outcome for event in talk.told()] == [Outcome.APPROVED]


def test_a_message_without_its_status_has_no_place_for_a_number():
    """04 FF with nothing behind it comes back as it was: what was put there would be the status."""
    empty = bytes.fromhex("04FF00")
    assert sequence_of(empty) is None
    assert tagged(empty, 5) == empty


def test_no_echo_no_numbers():
    """A PIN pad that does not echo the tag is spoken to without it."""
    talk = NumberedTalk(Authorisation(AMOUNT), echo=False)
    assert talk.command == [Authorisation(AMOUNT).to_apdu().hex(" ").upper()]
    talk.says(OK)
    assert talk.says("04 FF 01 0A") == [OK]


def test_the_count_goes_on_over_commands():
    """The PIN pad's last number plus one is the next command's."""
    talk = asked()
    assert talk.decides(Decision.ACCEPT) == [numbered(OK, 2)]
    assert talk.says(numbered(COMPLETION, 3)) == [numbered(OK, 3)]
    assert talk.end.outcome is Outcome.APPROVED
    talk.session.start(StatusEnquiry("000000"), talk.now)
    assert talk.heard() == [numbered("05 01 03 00 00 00", 4)]


def test_a_repeated_message_gets_its_answer_again():
    """Also one that receipt and trace could not tell: it is not looked at a second time."""
    talk = charging()
    step = numbered("04 FF 01 0A", 2)
    assert talk.says(step, step) == [numbered(OK, 2)] * 2
    assert len(talk.told()) == 1


def test_a_repeated_approval_is_not_answered_before_the_decision():
    """And after it gets the same answer under the same number."""
    talk = asked()
    assert talk.says(numbered(APPROVAL, 2)) == []
    assert talk.decides(Decision.REFUSE) == [numbered(REFUSED, 2)]
    assert talk.says(numbered(APPROVAL, 2)) == [numbered(REFUSED, 2)]
    assert talk.told() == []


def test_a_new_number_for_a_known_approval_asks_nothing_new():
    """Receipt and trace still tell."""
    talk = asked()
    talk.decides(Decision.ACCEPT)
    assert talk.says(numbered(APPROVAL, 3)) == [numbered(OK, 3)]
    assert talk.told() == []


def test_a_late_message_is_left_alone():
    """Older than what was heard since: neither answered nor believed."""
    talk = charging()
    talk.says(numbered("04 FF 01 0A", 2), numbered("04 FF 01 01", 3))
    talk.told()
    assert talk.says(numbered("06 1E 01 6C", 2)) == []
    assert talk.says(numbered(APPROVAL, 1)) == []
    assert talk.told() == []


def test_an_answer_to_something_older_is_not_taken():
    """80 00 with another number does not start the charge, an own one without a number does."""
    talk = NumberedTalk(Authorisation(AMOUNT))
    talk.says(numbered(OK, 999999))
    assert talk.says(numbered("06 1E 01 6C", 2)) == [numbered(OK, 2)]
    assert talk.told() == []
    talk.says(OK)
    talk.says(numbered("06 1E 01 6C", 3))
    assert talk.end.outcome is Outcome.DECLINED


def test_silence_repeats_a_numbered_charge():
    """Three sends of the same bytes, then UNKNOWN."""
    talk = NumberedTalk(Authorisation(AMOUNT))
    for _ in range(2):
        talk.now += 5.0
        talk.session.tick(talk.now)
        assert talk.heard() == talk.command
    assert talk.after(11).end == Finished(Outcome.UNKNOWN)


def test_numbers_wrap():
    """After 999999 comes 000001, which is new and not late."""
    assert following(LAST) == 1
    ids = SequenceIds()
    ids.begin()
    ids.command()
    assert ids.place(400_000) is Place.NEW
    assert ids.place(800_000) is Place.NEW
    assert ids.place(LAST) is Place.NEW
    assert ids.command() == 1
    assert ids.place(2) is Place.NEW
    assert ids.place(LAST) is Place.LATE


def test_a_registration_begins_the_count_anew():
    """Its own bytes are plain, and what follows is numbered from 000001 again."""
    talk = asked()
    talk.decides(Decision.ACCEPT)
    talk.says(numbered(COMPLETION, 3))
    talk.told()
    command = Registration("000000", tlv_objects=sequence_object(ASKING))
    talk.session.start(command, talk.now)
    assert talk.heard() == [command.to_apdu().hex(" ").upper()]
    assert talk.says(OK, numbered(LOGGED_ON, ASKING)) == [OK]
    talk.told()
    talk.session.start(StatusEnquiry("000000"), talk.now)
    assert sequence_of(bytes.fromhex(talk.heard()[0])) == 1


def test_after_a_wait_only_the_same_approval_is_asked():
    """Another receipt inside the same command would be a second charge."""
    talk = charging()
    talk.says(numbered(APPROVAL, 2))
    talk.decides(Decision.WAIT)
    talk.told()
    other = APPROVAL.replace("87 00 17", "87 00 18")
    assert talk.says(numbered(other, 3)) == [numbered(REFUSED, 3)]
    assert talk.told() == []


def test_an_approval_after_a_no_is_refused():
    """04 0F with a result and then one without, inside one command."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK, "04 0F 02 27 05")
    assert talk.says(APPROVAL) == [REFUSED]
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_an_approval_that_nobody_asked_for_is_counted():
    """The driver looks at the count after a decline."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK, "06 1E 01 6C")
    assert (talk.end.outcome, talk.session.strays) == (Outcome.DECLINED, 0)
    assert talk.says(APPROVAL) == [REFUSED]
    assert talk.session.strays == 1


@pytest.mark.parametrize(
    "report",
    [APPROVAL.replace("49 01 56", "49 09 78"), APPROVAL.replace("00 04 00 00", "00 04 00 01")],
)
def test_undoing_something_else_is_unknown(report):
    """A reversal that reports another currency or amount has undone who knows what."""
    talk = Talk(Reversal("000000", 17, AMOUNT))
    talk.says(OK, report, COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_a_lone_acknowledgement_from_noise_changes_nothing():
    """06 and then nothing, numbered or not: the block is not repeated, the outcome is UNKNOWN."""
    for talk in (Talk(Authorisation(AMOUNT)), NumberedTalk(Authorisation(AMOUNT))):
        talk.session.receive(b"\x06", talk.now)
        assert talk.after(5.1).end == Finished(Outcome.UNKNOWN)
        assert talk.heard() == []


def test_noise_between_numbered_blocks():
    """A stray 06 and half a block cost nothing."""
    talk = charging()
    block = encode_block(bytes.fromhex(numbered("04 FF 01 0A", 2)))
    talk.session.receive(b"\x06\x00\x10\x02\x55" + block, talk.now)
    assert talk.heard() == [numbered(OK, 2)]


def test_a_completion_without_an_acknowledged_acceptance_is_not_believed():
    """An older 06 0F that the line held back, after an acceptance that was lost: UNKNOWN."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK, APPROVAL)
    assert talk.decides(Decision.ACCEPT) == [OK]
    talk.session.receive(encode_block(bytes.fromhex(COMPLETION)), talk.now)
    (end,) = [event for event in talk.told() if isinstance(event, Finished)]
    assert (end.outcome, end.record.receipt) == (Outcome.UNKNOWN, 17)


def test_a_repeated_approval_gives_the_acceptance_another_chance():
    """The first 80 00 was lost, the second is acknowledged: APPROVED."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK, APPROVAL)
    talk.decides(Decision.ACCEPT)
    talk.session.receive(encode_block(bytes.fromhex(APPROVAL)), talk.now)
    assert talk.heard() == [OK]
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("step", "outcome"), [("04 FF 01 1C", Outcome.APPROVED), ("04 FF 01 05", Outcome.UNKNOWN)]
)
def test_a_step_after_the_acceptance_tells_whether_it_arrived(step, outcome):
    """The PIN pad goes on: good; it says that it reverses: nobody knows."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK, APPROVAL)
    talk.decides(Decision.ACCEPT)
    talk.session.receive(encode_block(bytes.fromhex(step)), talk.now)
    talk.says(COMPLETION)
    assert talk.end.outcome is outcome
