"""Reports of payments: all that wait are read for together, decided in turn, written together.

The rules are those of ``payments.take_report``; here is only what they may look at. A batch asks
the database a dozen times however many reports it holds. What is rare (a difference, a reversal)
asks for itself, in the middle of the batch, and the rest is read again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kiosk_central.assessments import ASSESSMENT, IN_STATE, find_assessment
from kiosk_central.booking import PAYMENT
from kiosk_central.charges import TERMINAL
from kiosk_central.clock import month_of, stamp
from kiosk_central.contributions import PAID_MONTH
from kiosk_central.desk import Desk
from kiosk_central.differences import OPEN_OF_PAYMENT, Claim
from kiosk_central.ledger import POSTINGS
from kiosk_central.payment_refs import key_of
from kiosk_central.payment_rows import REPORTS
from kiosk_central.payments import take_report
from kiosk_central.problems import Refused
from kiosk_central.signing import Signer
from kiosk_central.store.locks import lock_kiosks, lock_people
from kiosk_central.store.sheet import Sheet
from kioskd.domain.contribution import AssessmentState
from kioskd.protocols.central import PaymentReport, Posting


@dataclass(frozen=True, slots=True)
class Told:
    """A report, who made it and when it came."""

    claim: Claim
    now: datetime
    signer: Signer


def report_payment(desk: Desk, kiosk_id: str, report: PaymentReport) -> Posting | Refused:
    """Take in one report: a batch of one."""
    told = Told(Claim(kiosk_id, report), desk.now, desk.signer)
    [outcome] = report_together(desk.connection, [told])
    return outcome


def report_together(connection: Connection, told: Sequence[Told]) -> list[Posting | Refused]:
    """Take in reports, in their order; each answer is its payment as it then stood, or a refusal.

    What fails for any other reason fails for all: then they must be taken in one by one.
    """
    outcomes: list[Posting | Refused] = []
    _lock(connection, told)
    sheet = Sheet(connection)
    with sheet.together():
        for number, one in enumerate(told):
            if not sheet.knows:
                _look_ahead(sheet, told[number:])
            try:
                outcomes.append(take_report(Desk(sheet, one.now, one.signer), one.claim))
            except Refused as refused:  # before it changed anything
                outcomes.append(refused)
    return outcomes


def _lock(connection: Connection, told: Sequence[Told]) -> None:
    """Be alone with the kiosks that report and the people whose months these are."""
    lock_kiosks(connection, [one.claim.kiosk_id for one in told])
    sheet = Sheet(connection)
    with sheet.together():
        sheet.look_ahead(ASSESSMENT, [_assessed(one) for one in told])
        about = [sheet.row(ASSESSMENT, *_assessed(one)) for one in told]
    lock_people(connection, [one.person_id for one in about if one is not None])


def _assessed(told: Told) -> tuple[str, str]:
    """Return the key of the assessment that a report names: it can only be its own kiosk's."""
    return told.claim.kiosk_id, told.claim.report.assessment


def _reported(sheet: Sheet, told: Told) -> tuple[str, str, str]:
    """Return the key of what was reported of a payment before: a new one is of this month."""
    key = key_of(told.claim.report.ref)
    stored = sheet.row(PAYMENT, *key)
    return (month_of(stamp(told.now)) if stored is None else stored.month, *key)


def _look_ahead(sheet: Sheet, told: Sequence[Told]) -> None:
    """Read what the rules look at where nothing is out of the ordinary."""
    refs = [one.claim.report.ref for one in told]
    for look in (PAYMENT, POSTINGS):
        sheet.look_ahead(look, map(key_of, refs))
    sheet.look_ahead(REPORTS, [_reported(sheet, one) for one in told])
    sheet.look_ahead(OPEN_OF_PAYMENT, refs)
    sheet.look_ahead(ASSESSMENT, [_assessed(one) for one in told])
    about = [find_assessment(sheet, *_assessed(one)) for one in told]
    known = [one for one in about if one is not None]
    sheet.look_ahead(IN_STATE, [(one.person_id, AssessmentState.OPEN.value) for one in known])
    months = [
        (one.person_id, one.content.scheme.value, month)
        for one in known
        for month in one.month_texts
    ]
    sheet.look_ahead(PAID_MONTH, months)
    terminals = [
        (one.claim.report.record.terminal_id, one.claim.kiosk_id)
        for one in told
        if one.claim.report.record is not None
    ]
    sheet.look_ahead(TERMINAL, terminals)
