"""What must hold of the money, in words and as checks of one moment."""

from collections.abc import Iterator

from kioskd.domain.payment import PaymentState
from kioskd.payments.recovery import NOT_KNOWN_TO_BE_REVERSED
from kioskd.payments.states import OPEN
from tests.model.pad import quiet
from tests.model.world import EARLIER, World

_S = PaymentState
PAID = frozenset({_S.CONFIRMED, _S.APPROVED, _S.REVERSING})
NOT_PAID = frozenset({_S.DECLINED, _S.NOT_STARTED, _S.REVERSED})
IN_DOUBT = OPEN | {_S.UNRESOLVED}

ONE_CHARGE = "at most one unreversed charge per reference"
ONE_PER_MONTH = "at most one unreversed charge per month, unless it is listed"
NOT_FORGOTTEN = "a charge that is not posted is in doubt or reported"
POSTED_IF_CHARGED = "posted if and only if charged and not reversed"
TOLD_TRUE = "she was told not paid and is charged"
TOLD_PAID = "she was told paid and is not charged"
BLOCKED = "what is in doubt keeps its month at the centre"
BOOKS_AGREE = "the PIN pad's money is the ledger's and what is listed"


def resting(world: World) -> bool:
    """Tell whether nothing is on its way: no conversation, no message, no report."""
    still = world.run is None and quiet(world) and world.pad.mode == "idle"
    reported = not world.outbox and not world.line
    undecided = (_S.INTENDED, _S.APPROVED, _S.REVERSING)
    settled = all(kept.state not in undecided for kept in world.journal)
    asked = any(_to_give_back(world, who) for who in range(len(world.journal)))
    return still and reported and settled and not asked


def _to_give_back(world: World, who: int) -> bool:
    kept = world.journal[who]
    return kept.give_back and kept.state is _S.CONFIRMED and not kept.reason.startswith("R-")


def _in_doubt(world: World, who: int) -> bool:
    """Tell whether it is still asked about, or listed as what nobody knows."""
    kept, stored = world.journal[who], world.centre.payments[who]
    maybe_reversed = kept.reason == NOT_KNOWN_TO_BE_REVERSED and stored.listed
    return kept.state in IN_DOUBT or maybe_reversed


def stands(world: World, who: int) -> int:
    """Return how many charges of a payment stand."""
    return sum(it.by == who and it.fate == "stands" for it in world.pad.charges)


def _reported(world: World, who: int) -> bool:
    return any(report.who == who for report in world.outbox)


def broken_now(world: World) -> Iterator[str]:
    """Yield what does not hold at this very moment; checked in every state."""
    if world.pad.mode != "idle":
        return  # the PIN pad has not decided
    for who, kept in enumerate(world.journal):
        charged = stands(world, who)
        if charged > 1:
            yield ONE_CHARGE
        posted = world.centre.payments[who].posting in ("contribution", "suspense")
        confirmed_on_its_way = kept.state is _S.CONFIRMED and _reported(world, who)
        on_its_way = kept.state in IN_DOUBT or confirmed_on_its_way
        if charged and not (posted or on_its_way) and quiet(world):
            yield NOT_FORGOTTEN
        if charged and world.told[who] in NOT_PAID and quiet(world):
            yield TOLD_TRUE


def broken_at_rest(world: World) -> Iterator[str]:
    """Yield what does not hold where nothing is on its way."""
    standing = 0
    for who, kept in enumerate(world.journal):
        stored, charged = world.centre.payments[who], stands(world, who)
        in_doubt = _in_doubt(world, who)
        posted = stored.posting in ("contribution", "suspense")
        if not in_doubt and posted != bool(charged):
            yield POSTED_IF_CHARGED
        given_back = stored.give_back == "done"
        if world.told[who] in PAID and not (charged or in_doubt or given_back):
            yield TOLD_PAID
        if kept.state in IN_DOUBT and not stored.decided:
            yield from _kept_at_the_centre(world, who)
        standing += charged and not (stored.listed or in_doubt)
    if standing > 1:
        yield ONE_PER_MONTH
    yield from _sums(world)


def _kept_at_the_centre(world: World, who: int) -> Iterator[str]:
    stored = world.centre.payments[who]
    has_month = world.centre.lock == world.journal[who].assessment
    if not (has_month or stored.listed) or stored.state not in (_S.UNKNOWN, _S.UNRESOLVED):
        yield BLOCKED


def _sums(world: World) -> Iterator[str]:
    """Count fen by fen: bank's books, ledger, what is listed."""
    bank = sum(it.fate == "stands" and it.by != EARLIER for it in world.pad.charges)
    least = most = 0
    for who, stored in enumerate(world.centre.payments):
        posted = stored.posting in ("contribution", "suspense")
        in_doubt = _in_doubt(world, who)
        least += posted and not in_doubt
        most += posted or in_doubt
    if not least <= bank <= most:
        yield BOOKS_AGREE
