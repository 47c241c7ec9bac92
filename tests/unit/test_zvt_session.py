"""One conversation with a scripted PIN pad, bytes and virtual time only."""

import pytest

from kioskd.domain.money import Money
from kioskd.domain.payment import Decision, Outcome, PinPadStep
from kioskd.protocols.zvt_commands import (
    Abort,
    Authorisation,
    Diagnosis,
    LogOff,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
)
from kioskd.protocols.zvt_events import (
    ApprovalAsked,
    Failed,
    FailureKind,
    Finished,
    Noted,
    Registered,
    Stepped,
)
from kioskd.protocols.zvt_frames import Block, Deframer, encode_block
from kioskd.protocols.zvt_session import ZvtSession

AMOUNT = Money(40000)
OK, NOT_YET, REFUSED = "80 00 00", "84 9C 00", "84 66 00"
APPROVAL = (
    "04 0F 23 27 00 04 00 00 00 04 00 00 49 01 56 87 00 17 0B 00 01 53"
    " 0C 19 23 36 0D 04 16 29 29 00 10 06 8A C6 19 70"
)
COMPLETION = "06 0F 00"


class Talk:
    """A session, a clock, and the PIN pad's side of the line by hand."""

    def __init__(self, command):
        self.now = 0.0
        self.session = ZvtSession()
        self.session.start(command, self.now)
        self.command = self.heard()

    def heard(self):
        """Return the APDUs that the session has sent, without the single bytes."""
        events = Deframer().receive(self.session.bytes_to_send())
        return [event.apdu.hex(" ").upper() for event in events if isinstance(event, Block)]

    def says(self, *apdus):
        """Let the PIN pad acknowledge what it heard and send these; return the answers."""
        for apdu in apdus:
            self.session.receive(b"\x06" + encode_block(bytes.fromhex(apdu)), self.now)
        heard = self.heard()
        self.session.receive(b"\x06", self.now)
        return heard

    def after(self, seconds):
        """Let time pass in the steps that the session asks for."""
        end = self.now + seconds
        while (due := self.session.deadline()) is not None and due <= end:
            self.now = due
            self.session.tick(due)
        self.now = end
        return self

    def told(self):
        """Return the events, without the notes."""
        found = []
        while (event := self.session.next_event()) is not None:
            if not isinstance(event, Noted):
                found.append(event)
        return found

    def decides(self, decision):
        self.session.decide(decision, self.now)
        return self.heard()

    @property
    def end(self):
        (event,) = [it for it in self.told() if isinstance(it, Finished | Failed)]
        return event


def charging():
    talk = Talk(Authorisation(AMOUNT))
    talk.says(OK)
    return talk


def asked():
    talk = charging()
    assert talk.says(APPROVAL) == []
    (event,) = talk.told()
    assert isinstance(event, ApprovalAsked)
    assert (event.record.receipt, event.record.trace, event.record.amount) == (17, 153, AMOUNT)
    return talk


def accepted():
    talk = asked()
    assert talk.decides(Decision.ACCEPT) == [OK]
    return talk


def test_approved():
    """Steps, the question, our yes, the completion: APPROVED with the record."""
    talk = charging()
    assert talk.says("04 FF 01 0A") == [OK]
    assert talk.told() == [Stepped(PinPadStep.PRESENT_CARD)]
    talk.says(APPROVAL)
    (question,) = talk.told()
    assert talk.decides(Decision.ACCEPT) == [OK]
    assert talk.says(COMPLETION) == [OK]
    assert talk.end == Finished(Outcome.APPROVED, 0, question.record)
    assert talk.session.idle


def test_nothing_is_answered_before_the_decision():
    """The approval is acknowledged on the link, and that is all, however long it takes."""
    talk = asked().after(20)
    assert talk.heard() == []


def test_declined():
    """04 0F with a host code and 06 1E: DECLINED with that code."""
    talk = charging()
    assert talk.says("04 0F 02 27 05", "06 1E 01 05") == [OK, OK]
    assert talk.end == Finished(Outcome.DECLINED, 0x05)


def test_cancelled():
    """The recorded bytes of a cancelled charge: DECLINED 6C."""
    talk = charging()
    talk.says("04 0F 07 27 6C 29 29 00 10 06", "06 1E 01 6C")
    assert talk.end == Finished(Outcome.DECLINED, 0x6C)


def test_refused():
    """Our no is 84 66; the PIN pad reverses and says so: DECLINED."""
    talk = asked()
    assert talk.decides(Decision.REFUSE) == [REFUSED]
    talk.says("04 FF 01 05", "06 1E 01 6C")
    told = talk.told()
    assert told[0] == Stepped(PinPadStep.REVERSING)
    assert (told[1].outcome, told[1].code) == (Outcome.DECLINED, 0x6C)


def test_refused_and_then_silence_is_unknown():
    """Only the PIN pad can say that it has reversed."""
    talk = asked()
    talk.decides(Decision.REFUSE)
    assert talk.after(200).end.outcome is Outcome.UNKNOWN


def test_wait_is_asked_again():
    """84 9C, and the repeated report is a new question."""
    talk = asked()
    assert talk.decides(Decision.WAIT) == [NOT_YET]
    talk.after(2).says(APPROVAL)
    assert isinstance(talk.told()[0], ApprovalAsked)
    assert talk.decides(Decision.ACCEPT) == [OK]


def test_a_doubled_approval_gets_the_same_answer():
    """Same receipt and trace after the decision: same answer, no second question."""
    talk = accepted()
    assert talk.says(APPROVAL) == [OK]
    assert talk.told() == []
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.APPROVED


def test_a_doubled_approval_before_the_decision_is_asked_once():
    """The link's repeat of the report asks nothing again."""
    talk = asked()
    assert talk.says(APPROVAL) == []
    assert talk.told() == []
    assert talk.decides(Decision.ACCEPT) == [OK]


def test_a_second_approval_inside_one_command_is_refused():
    """At most one charge a command; the accepted one may be older, held back by the line."""
    talk = accepted()
    assert talk.says(APPROVAL.replace("87 00 17", "87 00 18")) == [REFUSED]
    assert talk.told() == []
    talk.says("04 FF 01 1C", COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_completion_lost_is_unknown_with_the_record():
    """Accepted, then silence: never a decline."""
    talk = accepted().after(31)
    end = talk.end
    assert (end.outcome, end.record.receipt) == (Outcome.UNKNOWN, 17)


def test_aborted_after_acceptance_is_unknown():
    """A PIN pad that takes its word back leaves a doubt, not a decline."""
    talk = accepted()
    talk.says("06 1E 01 6C")
    assert talk.end.outcome is Outcome.UNKNOWN


def test_declined_after_acceptance_is_unknown():
    """The same for a second report that contradicts the first."""
    talk = accepted()
    talk.says("04 0F 02 27 05", COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_the_pin_pad_tired_of_waiting():
    """06 1E before our answer: nothing was committed, and a late decision says nothing."""
    talk = asked()
    talk.says("06 1E 01 6C")
    assert talk.end.outcome is Outcome.DECLINED
    assert talk.decides(Decision.ACCEPT) == []


@pytest.mark.parametrize(
    "report",
    [
        APPROVAL.replace("04 00 00 00 04 00 00", "04 00 00 00 03 00 00"),
        APPROVAL.replace("49 01 56", "49 09 78"),
        "04 0F 02 27 00",
    ],
)
def test_an_approval_of_something_else_is_refused(report):
    """Another amount, another currency or no receipt number: never committed, never asked."""
    talk = charging()
    assert talk.says(report) == [REFUSED]
    assert talk.told() == []
    talk.says("06 1E 01 6C")
    assert talk.end.outcome is Outcome.DECLINED


def test_an_unreadable_report_is_refused():
    """Broken status information cannot be accepted; the PIN pad reverses."""
    talk = charging()
    assert talk.says("04 0F 03 27 00 04") == [REFUSED]


def test_completion_without_a_report_is_unknown():
    """A charge that nobody reported is in doubt."""
    talk = charging()
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_refused_command_is_not_started():
    """84 xx to the command itself is certain."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says("84 DC 00")
    assert talk.end == Finished(Outcome.NOT_STARTED, 0xDC)


def test_wait_to_the_command_is_no_certainty():
    """84 9C may be the answer to a doubled block of a command that is already at work."""
    talk = Talk(Authorisation(AMOUNT))
    talk.says(NOT_YET)
    assert talk.end == Finished(Outcome.UNKNOWN, 0x9C)


@pytest.mark.parametrize("code", ["6F", "6B"])
def test_wrong_configuration_is_not_started(code):
    """Wrong currency or not registered, before anything happened."""
    talk = charging()
    talk.says(f"06 1E 01 {code}")
    assert talk.end == Finished(Outcome.NOT_STARTED, int(code, 16))


def test_silence_is_unknown_and_never_repeated():
    """No 06, no answer: sent once, listened for T2 and T3, then UNKNOWN."""
    talk = Talk(Authorisation(AMOUNT))
    assert len(talk.command) == 1
    talk.after(9.9)
    assert talk.told() == []
    talk.after(0.2)
    assert talk.heard() == []
    assert talk.end == Finished(Outcome.UNKNOWN)


def test_an_acknowledgement_alone_proves_nothing():
    """06 without 80 00: UNKNOWN after T3."""
    talk = Talk(Authorisation(AMOUNT))
    talk.session.receive(b"\x06", 0.0)
    assert talk.after(5.1).end == Finished(Outcome.UNKNOWN)


def test_a_late_answer_after_silence_still_counts():
    """The PIN pad's 80 00 within T3 after T2 goes on as usual."""
    talk = Talk(Authorisation(AMOUNT)).after(7)
    talk.says(OK, APPROVAL)
    assert isinstance(talk.told()[0], ApprovalAsked)


def test_refused_blocks_are_repeated():
    """15 repeats the command; it is one charge all the same."""
    talk = Talk(Authorisation(AMOUNT))
    talk.session.receive(b"\x15", 0.1)
    assert talk.heard() == talk.command
    talk.says(OK, NOT_YET)  # the second 84 would be for a doubled block
    assert talk.told() == []
    talk.says(APPROVAL)
    talk.decides(Decision.ACCEPT)
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.APPROVED


def test_t4_is_restarted_and_lengthened():
    """04 FF restarts 180 s and may ask for more minutes; the whole has an end."""
    talk = charging().after(170)
    talk.says("04 FF 01 0A")
    talk.after(170).says("04 FF 02 0A 05")
    talk.after(299)
    assert Outcome.UNKNOWN not in [getattr(event, "outcome", None) for event in talk.told()]
    assert talk.after(2).end == Finished(Outcome.UNKNOWN)


def test_endless_progress_ends():
    """A PIN pad that shows progress for ever is given up after 15 minutes."""
    talk = charging()
    for _ in range(90):
        talk.says("04 FF 01 0E")
        talk.after(10)
    assert talk.end == Finished(Outcome.UNKNOWN)


def test_line_lost():
    """UNKNOWN once the command was handed to the line."""
    talk = charging()
    talk.session.lose_line()
    assert talk.end == Finished(Outcome.UNKNOWN)


def test_declined_and_then_silence_stays_declined():
    """The PIN pad's own word was enough."""
    talk = charging()
    talk.says("04 0F 02 27 05")
    assert talk.after(200).end == Finished(Outcome.DECLINED, 0x05)


def test_an_approval_that_nobody_waits_for_is_refused():
    """Late, while idle: the PIN pad must reverse; a decline needs no more than a nod."""
    talk = charging().after(200)
    talk.told()
    assert talk.says(APPROVAL) == [REFUSED]
    assert talk.says("04 0F 02 27 6C") == [OK]
    assert talk.says(COMPLETION) == [OK]
    assert talk.told() == []


@pytest.mark.parametrize("command", [RepeatReceipt("000000"), StatusEnquiry("000000")])
def test_an_enquiry_that_hears_of_a_charge_commits_nothing(command):
    """The line has doubled a charge: "insert card" gives it away, and its approval is refused."""
    talk = Talk(command)
    talk.says(OK, "04 FF 01 0A")
    assert talk.says(APPROVAL) == [REFUSED]
    assert talk.session.strays == 1
    talk.says(COMPLETION)
    assert talk.end.outcome is Outcome.UNKNOWN


def test_an_abort_alone_ends_with_its_answer():
    """Nothing runs that we know of, and the PIN pad shall stop all the same."""
    talk = Talk(Abort())
    assert talk.command == ["06 B0 00"]
    talk.says(OK)
    assert talk.end == Finished(Outcome.APPROVED)


def test_a_stale_end_does_not_end_the_next_command():
    """06 1E before 80 00 belongs to something else."""
    talk = Talk(Authorisation(AMOUNT))
    assert talk.says("06 1E 01 6C") == [OK]
    assert talk.told() == []
    talk.says(OK, APPROVAL)
    assert isinstance(talk.told()[0], ApprovalAsked)


def test_an_abort_goes_out_while_running():
    """06 B0 is sent once; its answer changes nothing."""
    talk = charging()
    talk.session.abort(talk.now)
    assert talk.heard() == ["06 B0 00"]
    assert talk.says("84 83 00") == []
    talk.says("06 1E 01 6C")
    assert talk.end == Finished(Outcome.DECLINED, 0x6C)


def test_an_abort_is_not_sent_after_the_commit():
    """There is nothing left to stop."""
    talk = accepted()
    talk.session.abort(talk.now)
    assert talk.heard() == []


def test_print_and_unknown_requests():
    """Print requests get 84 CC, unknown ones 84 83, the clock a nod."""
    talk = charging()
    assert talk.says("06 D1 03 00 41 42") == ["84 CC 00"]
    assert talk.says("06 D8 01 00") == ["84 83 00"]
    assert talk.says("04 01 08 AA 26 11 22 0C 18 30 00") == [OK]


def test_registration_tells_the_terminal():
    """The completed registration names the terminal."""
    talk = Talk(Registration("000000"))
    talk.says(OK, "06 0F 0A 19 00 29 29 00 10 06 49 01 56")
    assert talk.told() == [Registered("29001006", 156), Finished(Outcome.APPROVED)]


def test_commands_without_money():
    """Status, log-off, last transaction and a refusal."""
    talk = Talk(StatusEnquiry())
    talk.says(OK, "06 0F 01 DC")
    assert talk.end.status == 0xDC
    talk = Talk(LogOff())
    talk.says(OK)
    assert talk.end.outcome is Outcome.APPROVED
    talk = Talk(RepeatReceipt("000000"))
    assert talk.says(OK, APPROVAL, COMPLETION) == [OK, OK]
    assert talk.end.information.receipt == 17
    talk = Talk(Diagnosis())
    talk.says(OK, "06 1E 01 A3")
    assert talk.end == Finished(Outcome.DECLINED, 0xA3)


def test_a_declined_last_transaction_is_told():
    """06 20 succeeds, whatever became of the transaction it tells of."""
    talk = Talk(RepeatReceipt("000000"))
    talk.says(OK, APPROVAL.replace("27 00", "27 6C", 1), COMPLETION)
    end = talk.end
    assert (end.outcome, end.information.result) == (Outcome.APPROVED, 0x6C)


def test_silence_to_a_command_without_money_is_a_failure():
    """Repeated by the link three times, then failed."""
    assert Talk(StatusEnquiry()).after(15.1).end == Failed(FailureKind.NOT_TRANSMITTED)
    talk = Talk(StatusEnquiry())
    talk.says(OK)
    assert talk.after(31).end == Failed(FailureKind.NO_END)


def test_nonsense_to_a_command_without_money_is_a_failure():
    """A message that breaks its specification ends it by name."""
    talk = Talk(StatusEnquiry())
    talk.says(OK, "06 1E 00")
    assert talk.end == Failed(FailureKind.NONSENSE)


def test_reversal():
    """A reversal needs no question; its codes come through."""
    talk = Talk(Reversal("000000", 17, AMOUNT))
    assert talk.says(OK, APPROVAL, COMPLETION) == [OK, OK]
    assert talk.end.outcome is Outcome.APPROVED
    talk = Talk(Reversal("000000", 17, AMOUNT))
    talk.says(OK, "06 1E 01 B4")
    assert talk.end == Finished(Outcome.DECLINED, 0xB4)
    assert Talk(Reversal("000000", 17, AMOUNT)).after(11).end == Finished(Outcome.UNKNOWN)
