"""What does a ZVT PIN pad support? Without a charge unless one is asked for.

Every question is a command whose answer decides; the bytes that decide are shown. What a PIN pad
does not say stays unknown.
"""

from kiosk_bench.probe.findings import Finding, Silent, Verdict, verdict
from kiosk_bench.probe.pinpad_talk import PinPadTalk, Told
from kiosk_bench.recording.codec import TO_KIOSK, Message
from kiosk_bench.recording.zvt import ZvtCodec
from kioskd.domain.money import Money
from kioskd.domain.payment import Outcome
from kioskd.protocols.zvt_commands import (
    CNY,
    Abort,
    Authorisation,
    Command,
    Diagnosis,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
)
from kioskd.protocols.zvt_events import Failed
from kioskd.protocols.zvt_sequence import ASKING, sequence_object
from kioskd.protocols.zvt_words import ABORTED, WRONG_CURRENCY


class PinPadProbe:
    """Asks everything once. ``password`` is the one the bank gave for registration."""

    def __init__(self, talk: PinPadTalk, password: str) -> None:
        self._talk, self._password = talk, password

    async def ask_all(self) -> list[Finding]:
        """Return the table. Raises Silent for a device that does not speak ZVT."""
        findings = [await self._status(), *await self._registration()]
        totals, counted = await self._totals()
        receipt = await self._last_receipt(counted)
        return [*findings, totals, *receipt, await self._abort(), await self._diagnosis()]

    async def charge(self, amount: Money) -> list[Finding]:
        """Begin a charge and abort it; make one with the tester's card; give it back."""
        findings = [await self._aborted_charge(amount)]
        told = await self._talk.ask(Authorisation(amount))
        end = told.done
        record = end.record if end else None
        made = end is not None and end.outcome is Outcome.APPROVED
        findings.append(self._found("charges (06 01)", verdict(made), _end_of(told)))
        if record is None:
            return findings
        undo = Reversal(self._password, record.receipt, record.amount)
        told = await self._talk.ask(undo)
        undone = told.done is not None and told.done.outcome is Outcome.APPROVED
        findings.append(self._found("reverses (06 30)", verdict(undone), _end_of(told)))
        return findings

    async def _status(self) -> Finding:
        told = await self._talk.ask(StatusEnquiry())
        if not self._talk.line.spoke:
            raise Silent(self._talk.line.why_silent())
        status = told.done.status if told.done else None
        known = status is not None
        detail = f"terminal status {status:02X}" if known else _end_of(told)
        return self._found("tells its status (05 01)", verdict(known), detail)

    async def _registration(self) -> list[Finding]:
        """Log on with numbering, and without where that is refused."""
        wish = Registration(self._password, tlv_objects=sequence_object(ASKING))
        told = await self._talk.ask(wish)
        plain = told.done is None or told.done.outcome is not Outcome.APPROVED
        numbered = Finding("numbers messages (1F73)", verdict(self._talk.numbered))
        if plain and not _is_code(told, WRONG_CURRENCY):
            told = await self._talk.ask(Registration(self._password))
        done = told.done is not None and told.done.outcome is Outcome.APPROVED
        logged_on = self._found("logs on (06 00)", verdict(done), _end_of(told))
        return [logged_on, numbered, _currency(told, done)]

    async def _totals(self) -> tuple[Finding, int | None]:
        told = await self._talk.ask(TurnoverTotals(self._password))
        totals = told.done.information.totals if told.done and told.done.information else None
        if totals is None:
            return self._refusal("tells its totals (06 10)", told), None
        detail = f"{totals.count} transactions, {totals.sum}"
        return self._found("tells its totals (06 10)", Verdict.YES, detail), totals.count

    async def _last_receipt(self, counted: int | None) -> list[Finding]:
        told = await self._talk.ask(RepeatReceipt(self._password))
        question = "shows its last transaction (06 20)"
        last = told.done.information if told.done else None
        if last is None:
            if told.done and told.done.outcome is Outcome.APPROVED and not counted:
                detail = "it shows none, and may have none"
                found = self._found(question, Verdict.UNKNOWN, detail)
            else:
                found = self._refusal(question, told)
            nothing = "there is no transaction to see it in"
            return [found, Finding("gives transaction ids (1F1F)", Verdict.UNKNOWN, nothing)]
        found = self._found(question, Verdict.YES, f"receipt {last.receipt or 0:04d}")
        has_id = verdict(bool(last.transaction_id))
        detail = "" if last.transaction_id else "its last transaction has none"
        return [found, Finding("gives transaction ids (1F1F)", has_id, detail)]

    async def _abort(self) -> Finding:
        return await self._simple("takes an abort while idle (06 B0)", Abort())

    async def _diagnosis(self) -> Finding:
        return await self._simple("reaches its host (06 70)", Diagnosis())

    async def _aborted_charge(self, amount: Money) -> Finding:
        told = await self._talk.ask(Authorisation(amount), aborting=True)
        end = told.done
        stopped = end is not None and end.outcome is Outcome.DECLINED and end.record is None
        detail = "" if _is_code(told, ABORTED) else _end_of(told)
        return self._found("lets a charge be aborted (06 B0)", verdict(stopped), detail)

    async def _simple(self, question: str, command: Command) -> Finding:
        told = await self._talk.ask(command)
        if told.done is not None and told.done.outcome is Outcome.APPROVED:
            return self._found(question, Verdict.YES)
        return self._refusal(question, told)

    def _refusal(self, question: str, told: Told) -> Finding:
        """A refusal and an end without what was asked are a no; silence leaves it open."""
        return self._found(question, Verdict.NO if told.done else Verdict.UNKNOWN, _end_of(told))

    def _found(self, question: str, told: Verdict, detail: str = "") -> Finding:
        return Finding(question, told, detail, _decisive(self._talk.line.shown()))


def _decisive(shown: tuple[Message, ...]) -> tuple[Message, ...]:
    """Leave acknowledgements out, but for an 80 00 that is the device's only answer."""
    hints = ZvtCodec()
    told = tuple(one for one in shown if not hints.is_hint(one))
    if any(one.direction == TO_KIOSK for one in told):
        return told
    taken = tuple(one for one in shown if one.direction == TO_KIOSK and len(one.data) > 1)
    return told + taken[:1]


def _currency(told: Told, done: bool) -> Finding:
    question = f"takes currency {CNY}"
    if _is_code(told, WRONG_CURRENCY):
        return Finding(question, Verdict.NO, f"refused with {WRONG_CURRENCY:02X}")
    said = told.registered.currency if told.registered else None
    if not done or said is None:
        return Finding(question, Verdict.UNKNOWN, "it does not say; a charge would tell")
    return Finding(question, verdict(said == CNY), f"it says {said}")


def _is_code(told: Told, code: int) -> bool:
    return told.done is not None and told.done.code == code


def _end_of(told: Told) -> str:
    if isinstance(told.end, Failed):
        return told.end.kind.value
    code = f", code {told.end.code:02X}" if told.end.code else ""
    return f"{told.end.outcome.value}{code}"
