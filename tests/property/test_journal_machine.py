"""The journal as a Hypothesis state machine against a dictionary, closed and reopened at will."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, TransactionRecord
from kioskd.errors import JournalDamaged
from kioskd.payments.audit import faults_in
from kioskd.payments.contract import Baseline, PaymentInTheWay, RecordContradicts
from kioskd.payments.states import (
    KEEPS_ASSESSMENT,
    OPEN,
    TELLS_THE_CENTRE,
    TRANSITIONS,
    IllegalMove,
    PaymentEvent,
)
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from tests.fakes import AMOUNT, NOW, a_record
from tests.journals import opened

ENDS = st.sampled_from(
    sorted(
        set(PaymentEvent) - {PaymentEvent.APPROVE, PaymentEvent.CONFIRM, PaymentEvent.GIVE_BACK},
        key=lambda event: event.value,
    )
)


@dataclass
class Model:
    """One payment as the test remembers it."""

    assessment: str
    state: PaymentState = PaymentState.INTENDED
    record: TransactionRecord | None = None


class JournalMachine(RuleBasedStateMachine):
    """Does anything in any order; the journal must agree with the dictionary after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "journal.db"
        self.books = opened(self.path)
        self.journal = self.books.journal
        self.payments: dict[PaymentRef, Model] = {}
        self.outbox: list[tuple[PaymentRef, PaymentState]] = []

    def teardown(self) -> None:
        assert not faults_in(self.path)
        self.books.store.shut()
        shutil.rmtree(self.folder)

    @rule()
    def reopen(self) -> None:
        """Close and open: nothing may change."""
        self.books.store.shut()
        self.books = opened(self.path)
        self.journal = self.books.journal

    @rule()
    def tidy(self) -> None:
        """Idle-time work changes nothing."""
        self.books.outbox.tidy()

    @rule(assessment=st.sampled_from("abc"))
    def intend(self, assessment: str) -> None:
        """A new payment, unless one is open or holds the assessment."""
        ref = AssessmentRef(assessment * 32)
        taken = any(
            model.state in OPEN or (model.assessment == ref and model.state in KEEPS_ASSESSMENT)
            for model in self.payments.values()
        )
        if taken:
            with pytest.raises(PaymentInTheWay):
                self.journal.intend(ref, AMOUNT, Baseline(), NOW)
            return
        payment = self.journal.intend(ref, AMOUNT, Baseline(), NOW)
        assert payment.ref == self.books.ref(len(self.payments) + 1)
        self.payments[payment.ref] = Model(ref)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), receipt=st.integers(1, 2))
    def approve(self, data: st.DataObject, receipt: int) -> None:
        """Approve any payment: legal once, and again with the same record."""
        ref = data.draw(st.sampled_from(sorted(self.payments)))
        model, record = self.payments[ref], a_record(receipt)
        if model.state is PaymentState.APPROVED and model.record == record:
            self.journal.approve(ref, record, NOW)
        elif model.state is PaymentState.INTENDED:
            self.journal.approve(ref, record, NOW)
            model.state, model.record = PaymentState.APPROVED, record
        else:
            with pytest.raises(IllegalMove):
                self.journal.approve(ref, record, NOW)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), receipt=st.integers(1, 2))
    def confirm(self, data: st.DataObject, receipt: int) -> None:
        """Confirm any payment: only after an approval or a doubt, only with its own record."""
        ref = data.draw(st.sampled_from(sorted(self.payments)))
        model, record = self.payments[ref], a_record(receipt)
        if (model.state, PaymentEvent.CONFIRM) not in TRANSITIONS:
            with pytest.raises(IllegalMove):
                self.journal.confirm(ref, NOW, record)
        elif model.record not in (None, record):
            with pytest.raises(RecordContradicts):
                self.journal.confirm(ref, NOW, record)
        else:
            self.journal.confirm(ref, NOW, record)
            model.record = record
            self._moved(ref, PaymentState.CONFIRMED)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), event=ENDS)
    def close(self, data: st.DataObject, event: PaymentEvent) -> None:
        """End any payment, as the transition table allows and no further."""
        ref = data.draw(st.sampled_from(sorted(self.payments)))
        after = TRANSITIONS.get((self.payments[ref].state, event))
        if after is None:
            with pytest.raises(IllegalMove):
                self.journal.close(ref, event, NOW)
        else:
            self.journal.close(ref, event, NOW)
            self._moved(ref, after)

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        """Begin to reverse any payment: only a confirmed one, and never beside an open one."""
        ref = data.draw(st.sampled_from(sorted(self.payments)))
        model = self.payments[ref]
        beside = any(other.state in OPEN for other in self.payments.values())
        if model.state is not PaymentState.CONFIRMED:
            with pytest.raises(IllegalMove):
                self.journal.give_back(ref, Baseline(), NOW)
        elif beside:
            with pytest.raises(JournalDamaged):
                self.journal.give_back(ref, Baseline(), NOW)
        else:
            self.journal.give_back(ref, Baseline(), NOW)
            model.state = PaymentState.REVERSING

    @precondition(lambda self: self.outbox)
    @rule()
    def deliver(self) -> None:
        """The oldest report is the one that the model has waiting longest."""
        waiting = self.books.outbox.next_report()
        assert waiting is not None
        report = central.decode(waiting.body, PaymentReport)
        assert (report.ref, report.state) == self.outbox.pop(0)
        self.books.outbox.mark_delivered(waiting.seq, Posting(report.ref, report.state))

    def _moved(self, ref: PaymentRef, state: PaymentState) -> None:
        self.payments[ref].state = state
        assert state in TELLS_THE_CENTRE
        self.outbox.append((ref, state))

    @invariant()
    def journal_agrees(self) -> None:
        """Every payment, and the list of open ones, is as the dictionary says."""
        for ref, model in self.payments.items():
            kept = self.journal.get(ref)
            assert (kept.assessment, kept.state) == (model.assessment, model.state)
            assert kept.record == model.record
        still_open = [ref for ref, model in self.payments.items() if model.state in OPEN]
        assert [payment.ref for payment in self.journal.open_payments()] == still_open
        assert (self.books.outbox.next_report() is None) == (not self.outbox)


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
