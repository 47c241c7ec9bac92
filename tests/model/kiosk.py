"""What the kiosk does with money, step by step, as ``kioskd.payments`` does it.

States move by the real ``next_state``, conversations end by the real ``zvt_endings`` and
``pay.ENDINGS``, doubt ends by the real table (``verdicts``), hopeless ones go by
``recovery.SHELVES``, reversals end by ``give_back.ENDS``. Only the I/O is made up.
"""

from collections.abc import Iterator

from kioskd.domain.payment import Decision, Outcome, PaymentState, ReversalOutcome
from kioskd.payments import give_back, pay, recovery
from kioskd.payments.evidence import Verdict
from kioskd.payments.states import (
    ENDED,
    KEEPS_ASSESSMENT,
    OPEN,
    TELLS_THE_CENTRE,
    IllegalMove,
    PaymentEvent,
    next_state,
)
from kioskd.protocols import zvt_endings
from kioskd.protocols.zvt_commands import Authorisation
from kioskd.protocols.zvt_endings import Course, Phase
from kioskd.protocols.zvt_events import FailureKind, Finished
from tests.fakes import AMOUNT, a_record
from tests.model.centre import REFUSED, take, with_late
from tests.model.pad import Step, look_at, quiet, spend, status_idle, whole
from tests.model.verdicts import events_of_silence, may_be_reversed, verdict_on
from tests.model.world import (
    Assessment,
    Kept,
    Look,
    PadKind,
    Report,
    Run,
    Stored,
    World,
)

_S, _E = PaymentState, PaymentEvent
PHASES = {
    "sent": Phase.SENT,
    "running": Phase.RUNNING,
    "deciding": Phase.DECIDING,
    "committed": Phase.COMMITTED,
    "refused": Phase.REFUSED,
}
TALKING = frozenset(PHASES)


def kiosk_steps(kind: PadKind, world: World) -> Iterator[Step]:
    """Yield what the kiosk may do next, but for its uplink."""
    run = world.run
    if world.from_pad and (run is None or run.doing != "deciding"):
        yield f"kiosk hears {world.from_pad[0][0]}", _hear(world)
    if run is None:
        yield from _idle(world)
    elif run.doing == "look":
        yield from _look(kind, world, run)
    elif run.doing in TALKING:
        yield from _talk(world, run)
    else:
        yield from DOING[run.doing](world, run)


# At rest: what may begin. One at a time, for all of it needs the turn at the PIN pad.


def _idle(world: World) -> Iterator[Step]:
    still_open = [who for who, kept in enumerate(world.journal) if kept.state in OPEN]
    for who in still_open:
        yield "recovery begins", world._replace(run=Run("look", who, "recover"))
    if not still_open:
        yield from _begin_payment(world)
        for who, kept in enumerate(world.journal):
            tried = kept.reason.startswith("R-")
            if kept.give_back and kept.state is _S.CONFIRMED and not tried:
                yield "giving back begins", world._replace(run=Run("look", who, "give back"))
    for who, kept in enumerate(world.journal):
        stored = world.centre.payments[who]
        if kept.state is _S.UNRESOLVED and stored.state in ENDED:
            yield "the centre has settled it", _settle(world, who, stored)


def _begin_payment(world: World) -> Iterator[Step]:
    left = world.left
    if not left.attempts:
        return
    world = world._replace(left=left._replace(attempts=left.attempts - 1))
    centre = world.centre
    number = len(centre.assessments)
    if centre.lock is None and centre.paid_by is None:
        centre = centre._replace(assessments=(*centre.assessments, Assessment()), lock=number)
        begun = world._replace(centre=centre, run=Run("look", number, "baseline"))
        yield "she pays, new assessment", begun
    if number:
        yield "she pays, old assessment", world._replace(run=Run("look", number - 1, "baseline"))


def _settle(world: World, who: int, stored: Stored) -> World:
    event = _E.CONFIRM if stored.state is _S.CONFIRMED else _E.DECLINE
    moved = _move(world, who, event, report=False)
    return _keep(moved, who, moved.journal[who]._replace(posted=bool(stored.posting)))


# A look into the books: three questions, each of which may stay without an answer.


def _look(kind: PadKind, world: World, run: Run) -> Iterator[Step]:
    if not quiet(world):
        return  # what was sent before goes first
    if not run.seen and run.goal in ("pay", "recover") and not status_idle(world):
        yield "pad is busy", _after_enquiry(_silent(world, run), run)
        return
    seen = look_at(kind, world, run.seen)
    while _still(kind, world) and len(seen) < len(_QUESTIONS):
        seen = look_at(kind, world, seen)
    yield "reads the books", _seen(kind, world, run, seen)
    if spent := spend(world):
        untold = (*seen[: len(_QUESTIONS) - 1], None)
        if len(seen) == len(_QUESTIONS) and seen[-1] is not None:
            yield "no totals told", _seen(kind, spent, run, untold)
        yield "books do not answer", _unseen(spent, run)


def _still(kind: PadKind, world: World) -> bool:
    """Tell whether nothing can change the books: then the questions need no steps of their own."""
    changes = kind.reverses_late or (kind.closes and world.left.closings)
    return status_idle(world) and not changes


_QUESTIONS = ("status", "last transaction", "totals")


def _seen(kind: PadKind, world: World, run: Run, seen: tuple[object, ...]) -> World:
    if len(seen) < len(_QUESTIONS):
        return world._replace(run=run._replace(seen=seen))
    look = whole(seen)
    if run.goal == "baseline":
        return world._replace(run=Run("intend", run.who, first=look))
    if run.goal == "give back":
        return _begin_giving_back(world, run, look)
    if run.first is None and not (_still(kind, world) and not world.left.faults):
        return world._replace(run=run._replace(seen=(), first=look))
    run = run._replace(first=run.first or look)
    return world._replace(run=run._replace(doing="judge", seen=seen))


def _unseen(world: World, run: Run) -> World:
    if run.goal == "baseline":
        return world._replace(run=Run("intend", run.who))
    if run.goal == "give back":
        return world._replace(run=None)
    return _after_enquiry(_silent(world, run), run)


def _silent(world: World, run: Run) -> World:
    for event in events_of_silence(world.journal[run.who]):
        world = _move(world, run.who, event)
    return world


def _judge(world: World, run: Run) -> Iterator[Step]:
    assert run.first is not None, "two looks"
    kept, second = world.journal[run.who], whole(run.seen)
    known = second.last is not None and any(
        other.receipt == second.last[0] for who, other in enumerate(world.journal) if who != run.who
    )
    verdict, events, settled = verdict_on(kept, run.first, second, known)
    moved = world
    for event in events:
        late = second.last[0] if second.last and kept.receipt is None else None
        charged = event in (_E.APPROVE, _E.CONFIRM)
        reason = recovery.REVERSAL_NOT_DONE if event is _E.STAND else ""
        moved = _move(moved, run.who, event, late if charged else None, reason)
    yield f"judged {verdict.value}", _after_enquiry(moved, run)
    state = moved.journal[run.who].state
    if verdict is Verdict.STILL_UNKNOWN and settled:
        event, reason = recovery.SHELVES[state]
        shelved = _move(moved, run.who, event, reason=reason)
        yield "shelved", _after_enquiry(shelved, run)


def _after_enquiry(world: World, run: Run) -> World:
    if run.goal == "pay":
        return world._replace(run=Run("enquire", run.who))
    return world._replace(run=None)


# Paying, in the order of ``pay``.


def _intend(world: World, run: Run) -> Iterator[Step]:
    """Commit A; a PIN pad that did not show its books is not asked for money."""
    for kept in world.journal:
        if kept.state in OPEN or (kept.assessment == run.who and kept.state in KEEPS_ASSESSMENT):
            yield "in the way", world._replace(run=None)
            return
    look, who = run.first, len(world.journal)
    known = [kept.receipt for kept in world.journal if kept.receipt is not None]
    newest = known[-1] if known else None
    kept = Kept(
        run.who,
        _S.INTENDED,
        base_receipt=look.last[0] if look and look.last else newest,
        base_totals=look.totals if look else None,
    )
    centre = world.centre._replace(payments=(*world.centre.payments, Stored()))
    tid = look.last[0] if look and look.last else _last_tid(world)
    after = Run("tell", who, receipt=tid) if look else Run("end", who, "not_start")
    yield (
        "commit A",
        world._replace(
            journal=(*world.journal, kept), told=(*world.told, None), centre=centre, run=after
        ),
    )


def _last_tid(world: World) -> int | None:
    """TLV 1F1F as ``Journal.last_transaction_id`` gives it."""
    for kept in reversed(world.journal):
        if kept.receipt is not None:
            return kept.receipt
        if kept.state is _S.UNRESOLVED:
            return None
    return None


def _tell(world: World, run: Run) -> Iterator[Step]:
    """Tell the centre the intent; without its answer nothing is charged."""
    intent = Report(run.who, _S.INTENDED)
    unheard = run._replace(doing="end", goal="not_start", receipt=None)
    taken, answer = take(world, intent)
    told = unheard if answer == REFUSED else run._replace(doing="send")
    yield f"the centre hears the intent: {answer}", taken._replace(run=told)
    if spent := spend(world):
        yield "the intent is lost", spent._replace(run=unheard)
        yield "the intent is late", with_late(spent, intent)._replace(run=unheard)
        heard = taken._replace(left=spent.left, run=unheard)
        yield "the answer to the intent is lost", heard


def _send(world: World, run: Run) -> Iterator[Step]:
    """The driver asks for the status first, and sends the command once."""
    if not quiet(world):
        return
    if not status_idle(world):
        yield "pad is busy", _finish(world, run, Finished(Outcome.NOT_STARTED))
        return
    command = ("charge", run.who, run.receipt)
    sent = world._replace(run=Run("sent", run.who), to_pad=(*world.to_pad, command))
    yield "charge sent", sent
    if spent := spend(world):
        yield "pad is gone", _finish(spent, run, Finished(Outcome.NOT_STARTED))


def _talk(world: World, run: Run) -> Iterator[Step]:
    patient = world if quiet(world) else spend(world)
    if run.doing == "deciding":
        yield from _decide(world, run)
    elif patient is not None:
        end = zvt_endings.broken_off(_course(run), FailureKind.NO_END)
        assert isinstance(end, Finished), "money always ends in an outcome"
        yield "silence", _finish(patient, run, end)


def _decide(world: World, run: Run) -> Iterator[Step]:
    """Commit B, and only then our word."""
    assert run.receipt is not None, "an approval"
    try:
        kept = _move(world, run.who, _E.APPROVE, run.receipt)
        yield "commit B", _answer(kept, run, Decision.ACCEPT, "committed")
    except IllegalMove:
        yield "B refused", _answer(world, run, Decision.REFUSE, "refused")
    if spent := spend(world):
        yield "disk refuses B", _answer(spent, run, Decision.REFUSE, "refused")


def _answer(world: World, run: Run, decision: Decision, doing: str) -> World:
    assert run.receipt is not None, "an approval"
    decided = (run.receipt, decision)
    to_pad = (*world.to_pad, (decision.value,))
    return world._replace(run=run._replace(doing=doing), decided=decided, to_pad=to_pad)


def _course(run: Run) -> Course:
    record = None if run.receipt is None else a_record(run.receipt)
    return Course(Authorisation(AMOUNT, 30, 3, b""), PHASES[run.doing], record)


def _finish(world: World, run: Run, end: Finished) -> World:
    """The conversation is over: what the journal holds and what the PIN pad said decide."""
    state = world.journal[run.who].state
    event = pay.ENDINGS.get((state, end.outcome), _E.DOUBT)
    receipt = None if end.record is None else end.record.receipt
    return world._replace(run=Run("end", run.who, event.value, receipt=receipt))


def _end(world: World, run: Run) -> Iterator[Step]:
    """Commit C, or the end of what was not charged."""
    event = _E(run.goal)
    state = world.journal[run.who].state
    ended = _move(world, run.who, event, run.receipt)
    after = next_state(state, event)
    if after is _S.UNKNOWN:
        yield "in doubt", ended._replace(run=Run("enquire", run.who))
    else:
        yield f"kept {after.value}", _tell_her(ended, run.who, after)
    if spent := spend(world):
        shown = state if event is _E.CONFIRM else after
        if shown is _S.UNKNOWN:
            yield "disk refuses the doubt", spent._replace(run=Run("enquire", run.who))
        else:
            yield f"disk refuses {after.value}", _tell_her(spent, run.who, shown)


def _enquire(world: World, run: Run) -> Iterator[Step]:
    state = world.journal[run.who].state
    if state in OPEN:
        yield "enquires", world._replace(run=Run("look", run.who, "pay"))
        yield "she waits no longer", _tell_her(world, run.who, _S.UNKNOWN)
    else:
        yield f"found {state.value}", _tell_her(world, run.who, state)


def _tell_her(world: World, who: int, state: PaymentState) -> World:
    told = (*world.told[:who], state, *world.told[who + 1 :])
    return world._replace(told=told, run=None)


# Giving back.


def _begin_giving_back(world: World, run: Run, look: Look) -> World:
    if not look.idle:
        return world._replace(run=None)
    before = world.journal[run.who]
    kept = before._replace(
        base_receipt=look.last[0] if look.last else None, base_totals=look.totals
    )
    intended = _move(_keep(world, run.who, kept), run.who, _E.GIVE_BACK)
    found = may_be_reversed(intended.journal[run.who], look)
    return intended._replace(run=Run("reverse" if found else "not found", run.who))


def _not_found(world: World, run: Run) -> Iterator[Step]:
    stood = _move(world, run.who, _E.STAND, reason=give_back.NOT_FOUND)
    yield "not to be reversed", stood._replace(run=None)


def _reverse(world: World, run: Run) -> Iterator[Step]:
    receipt = world.journal[run.who].receipt
    to_pad = (*world.to_pad, ("reverse", receipt))
    yield "reversal sent", world._replace(to_pad=to_pad, run=run._replace(doing="undoing"))


def _undoing(world: World, run: Run) -> Iterator[Step]:
    patient = world if quiet(world) else spend(world)
    if patient is not None:
        asked = patient._replace(run=Run("look", run.who, "recover"))
        yield "no answer to the reversal", asked


def _reversal_ends(world: World, run: Run, outcome: ReversalOutcome) -> World:
    if outcome not in give_back.ENDS:
        return world._replace(run=Run("look", run.who, "recover"))
    event, reason = give_back.ENDS[outcome]
    return _move(world, run.who, event, reason=reason)._replace(run=None)


# What the session does with what it hears.


def _hear(world: World) -> World:
    message, world = world.from_pad[0], world._replace(from_pad=world.from_pad[1:])
    run = world.run
    talking = run is not None and run.doing in TALKING
    if message[0] == "approval":
        return _hear_approval(world, int(str(message[1])), run if talking else None)
    if run is None:
        return world
    if run.doing == "undoing":
        outcome = REVERSALS.get(str(message[0]))
        return world if outcome is None else _reversal_ends(world, run, outcome)
    return _hear_in_talk(world, run, str(message[0])) if talking else world


REVERSALS = {
    "reversed": ReversalOutcome.REVERSED,
    "not possible": ReversalOutcome.NOT_POSSIBLE,
    "busy": ReversalOutcome.UNKNOWN,
}


def _hear_approval(world: World, receipt: int, run: Run | None) -> World:
    decided = world.decided
    if decided is not None and decided[0] == receipt:
        return world._replace(to_pad=(*world.to_pad, (decided[1].value,)))
    if run is not None and run.doing == "running" and run.receipt in (None, receipt):
        return world._replace(run=run._replace(doing="deciding", receipt=receipt))
    return world._replace(to_pad=(*world.to_pad, (Decision.REFUSE.value,)))


def _hear_in_talk(world: World, run: Run, word: str) -> World:
    if run.doing == "sent":
        if word == "taken":
            return world._replace(run=run._replace(doing="running"), decided=None)
        if word == "busy":
            return _finish(world, run, zvt_endings.refused(_course(run), 0x9C))
        return world
    if word == "declined":
        return _finish(world, run, zvt_endings.aborted(_course(run), 0x6C))
    if word == "done":
        return _finish(world, run, zvt_endings.completed(_course(run)))
    return world


# The journal.


def _move(
    world: World,
    who: int,
    event: PaymentEvent,
    receipt: int | None = None,
    reason: str = "",
    report: bool = True,
) -> World:
    """Make one move, with its report, in one commit. Raises IllegalMove."""
    kept = world.journal[who]
    after = next_state(kept.state, event)
    record = kept.receipt if kept.receipt is not None else receipt
    world = _keep(world, who, kept._replace(state=after, receipt=record, reason=reason))
    if report and after in TELLS_THE_CENTRE:
        world = world._replace(outbox=(*world.outbox, Report(who, after, reason)))
    return world


def _keep(world: World, who: int, kept: Kept) -> World:
    return world._replace(journal=(*world.journal[:who], kept, *world.journal[who + 1 :]))


DOING = {
    "judge": _judge,
    "intend": _intend,
    "tell": _tell,
    "send": _send,
    "end": _end,
    "enquire": _enquire,
    "not found": _not_found,
    "reverse": _reverse,
    "undoing": _undoing,
}
