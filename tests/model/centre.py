"""The centre and the line to it: requests may be lost, answered unheard, doubled, late, reordered.

States go by the centre's real table ``kiosk_central.payments.NEXT``; what a state does to month and
ledger is written out here anew, as the centre's own words say it.
"""

from collections.abc import Iterator

from kiosk_central.payments import FINAL, IN_DOUBT, NEXT, NOT_CHARGED
from kioskd.domain.payment import PaymentState
from tests.model.pad import Step, quiet, spend
from tests.model.world import Assessment, Centre, Report, Stored, World, on_line

_S = PaymentState
ELSEWHERE = "elsewhere"
"""Who pays the month in another way."""
REFUSED = "refused"


def line_steps(world: World) -> Iterator[Step]:
    """Yield what uplink, line and centre may do next.

    A request that is lost leaves everything as it was: the same is sent again.
    """
    for report in set(world.line):
        yield f"centre takes a late {_name(report)}", take_late(world, report)
    if world.outbox:
        yield from _deliver(world, world.outbox[0])
    yield from _by_itself(world)


def _deliver(world: World, report: Report) -> Iterator[Step]:
    taken, answer = take(world, report)
    yield f"centre takes {_name(report)}: {answer}", _heard(taken, report, answer)
    if spent := spend(world):
        yield f"answer to {_name(report)} is lost", taken._replace(left=spent.left)
        yield f"{_name(report)} is late", with_late(spent, report)
        doubled = _heard(taken, report, answer)._replace(left=spent.left)
        yield f"{_name(report)} is doubled", with_late(doubled, report)


def _heard(world: World, report: Report, answer: str) -> World:
    """The uplink notes the centre's answer."""
    who = report.who
    kept, stored = world.journal[who], world.centre.payments[who]
    if answer == REFUSED:
        kept = kept._replace(set_aside=True)
    elif stored.posting:
        kept = kept._replace(posted=True, give_back=stored.give_back == "asked")
    journal = (*world.journal[:who], kept, *world.journal[who + 1 :])
    return world._replace(journal=journal, outbox=world.outbox[1:])


def take(world: World, report: Report) -> tuple[World, str]:
    """Let the centre take in a report; return what it answers: ok or refused.

    Copies of it that are still on the line change nothing any more.
    """
    centre, answer = _report(world, world.centre, report)
    line = tuple(other for other in world.line if _matters(centre, other))
    return world._replace(centre=centre, line=line), answer


def take_late(world: World, report: Report) -> World:
    """Let the centre take in a report whose answer nobody waits for."""
    place = world.line.index(report)
    rest = world._replace(line=(*world.line[:place], *world.line[place + 1 :]))
    return take(rest, report)[0]


def with_late(world: World, report: Report) -> World:
    """Leave a report on the line, to be taken at any time."""
    if not _matters(world.centre, report):
        return world
    return world._replace(line=on_line((*world.line, report)))


def _matters(centre: Centre, report: Report) -> bool:
    told_before = report.state in centre.payments[report.who].told
    return not told_before or report.reason.startswith("R-")


def _name(report: Report) -> str:
    return f"{report.state.value} of {report.who}"


def _by_itself(world: World) -> Iterator[Step]:
    centre = world.centre
    for number, claim in enumerate(centre.assessments):
        waits = world.run is not None and world.run.doing in ("look", "intend")
        if claim.state == "open" and not (waits and world.run and world.run.who == number):
            yield "assessment expires", world._replace(centre=_close(centre, number, "expired"))
    if world.left.elsewhere and centre.paid_by is None:  # by one who does not look at our locks
        left = world.left._replace(elsewhere=world.left.elsewhere - 1)
        paid = centre._replace(paid_by=ELSEWHERE)
        yield "the month is paid elsewhere", world._replace(centre=paid, left=left)
    if world.pad.mode == "idle" and quiet(world):
        for who, stored in enumerate(centre.payments):
            if stored.state is _S.UNRESOLVED:
                yield "a person settles it", world._replace(centre=_decide(world, who))


def _report(world: World, centre: Centre, report: Report) -> tuple[Centre, str]:
    """Take in one report; as ``report_payment`` does."""
    stored = centre.payments[report.who]
    state = report.state
    number = world.journal[report.who].assessment
    if stored.decided:
        contradicts = (state is _S.CONFIRMED) != (stored.decided == "charged") and state in FINAL
        return (_listed(centre, report.who), REFUSED) if contradicts else (centre, "ok")
    if stored.state is None:
        claim = centre.assessments[number]
        if state is _S.INTENDED and (claim.state != "open" or centre.paid_by is not None):
            return centre, REFUSED
        return _enter(centre, report, number), "ok"
    if state in stored.told:
        return _again(centre, report), "ok"
    asked = stored.give_back == "asked"
    if state not in NEXT[stored.state] | ({_S.REVERSED} if asked else set()):
        return (_listed(centre, report.who) if state in FINAL else centre), REFUSED
    return _enter(centre, report, number), "ok"


def _again(centre: Centre, report: Report) -> Centre:
    stored = centre.payments[report.who]
    confirmed = report.state is _S.CONFIRMED and stored.state is _S.CONFIRMED
    if confirmed and stored.give_back == "asked" and report.reason.startswith("R-"):
        return _put(centre, report.who, stored._replace(give_back="impossible", listed=True))
    return centre


def _enter(centre: Centre, report: Report, number: int) -> Centre:
    stored = centre.payments[report.who]
    before, state = stored.state, report.state
    stored = stored._replace(state=state, told=stored.told | {state})
    centre = _put(centre, report.who, stored)
    if state is _S.CONFIRMED:
        return _book(centre, report, number)
    if before is _S.CONFIRMED:
        return _put(centre, report.who, stored._replace(posting="reversal", give_back="done"))
    if state in NOT_CHARGED:
        return _set_free(centre, number, report.who)
    assert state in IN_DOUBT | {_S.INTENDED}, "never reported"
    held = _hold(centre, number, report.who)
    if held is not None:
        return held
    return _listed(centre, report.who)


def _book(centre: Centre, report: Report, number: int) -> Centre:
    stored = centre.payments[report.who]
    if centre.paid_by is None:
        centre = _put(centre, report.who, stored._replace(posting="contribution", listed=False))
        centre = _close(centre, number, "paid", report.who)
        return centre._replace(paid_by=report.who)
    impossible = report.reason.startswith("R-")
    asked = "impossible" if impossible else "asked"
    kept = stored._replace(posting="suspense", give_back=asked, listed=True)
    return _set_free(_put(centre, report.who, kept), number, report.who)


def _decide(world: World, who: int) -> Centre:
    """A person looks at the bank's file and settles what nobody else could."""
    centre = world.centre
    charged = any(it.by == who and it.fate == "stands" for it in world.pad.charges)
    stored = centre.payments[who]
    number = world.journal[who].assessment
    if not charged:
        settled = stored._replace(state=_S.DECLINED, decided="not charged", listed=False)
        return _set_free(_put(centre, who, settled), number, who)
    settled = stored._replace(state=_S.CONFIRMED, decided="charged")
    centre = _put(centre, who, settled)
    return _book(centre, Report(who, _S.CONFIRMED, "R-settled by hand"), number)


def _hold(centre: Centre, number: int, who: int) -> Centre | None:
    claim = centre.assessments[number]
    if claim.state in ("paying", "paid"):
        return centre if claim.holder == who else None
    if claim.state != "open" and centre.lock is not None:
        return None
    claims = _changed(centre.assessments, number, Assessment("paying", who))
    return centre._replace(assessments=claims, lock=number)


def _set_free(centre: Centre, number: int, who: int) -> Centre:
    claim = centre.assessments[number]
    if claim.state in ("open", "paying") and claim.holder in (None, who):
        return _close(centre, number, "released", who)
    return centre


def _close(centre: Centre, number: int, state: str, who: int | None = None) -> Centre:
    holder = centre.assessments[number].holder if who is None else who
    claims = _changed(centre.assessments, number, Assessment(state, holder))
    lock = None if centre.lock == number else centre.lock
    return centre._replace(assessments=claims, lock=lock)


def _changed(
    claims: tuple[Assessment, ...], number: int, claim: Assessment
) -> tuple[Assessment, ...]:
    return (*claims[:number], claim, *claims[number + 1 :])


def _put(centre: Centre, who: int, stored: Stored) -> Centre:
    payments = (*centre.payments[:who], stored, *centre.payments[who + 1 :])
    return centre._replace(payments=payments)


def _listed(centre: Centre, who: int) -> Centre:
    return _put(centre, who, centre.payments[who]._replace(listed=True))
