"""The promise, checked from outside: the PIN pad's books against the journal and the centre's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kiosk_bench.devices.pinpad_books import Charge
from kioskd.domain.money import ZERO
from kioskd.domain.payment import PaymentState
from kioskd.payments.contract import Payment
from kioskd.payments.evidence import approval_of
from tests.noise.centre import NOT_CHARGED

if TYPE_CHECKING:
    from tests.noise.world import World

NOBODY = ""
HIDES_ITS_BOOKS = frozenset({"pinpad.no_totals", "pinpad.no_repeat_receipt"})
"""Faults with which a PIN pad cannot say what became of a payment: that is left to a person."""


def about(world: "World", ref: str) -> Iterator[str]:
    """Tell what is wrong with one payment right after it; its report may still be on its way."""
    payment = world.payment(ref)
    if payment is None:
        yield f"{ref}: forgotten by the journal"
        return
    standing = [charge for charge in world.books.by_ref.get(ref, ()) if not charge.reversed]
    if len(standing) > 1:
        yield f"{ref}: {len(standing)} charges stand"
    if payment.state is PaymentState.CONFIRMED and not any(_is(it, payment) for it in standing):
        yield f"{ref}: confirmed, and its charge does not stand"
    if payment.state in NOT_CHARGED and standing:
        yield f"{ref}: {payment.state.value}, and a charge stands"


def in_the_end(world: "World") -> Iterator[str]:
    """Tell what is wrong with everything, once all reports are in."""
    for ref in {*world.refs, *world.centre.accounts} - {NOBODY}:
        yield from about(world, ref)
        yield from _at_the_centre(world, ref)
    if not world.scenario.may_obey_late:
        for charge in unasked(world):
            yield f"receipt {charge.receipt}: charged, and nobody was paying"
    yield from _needless_doubt(world)
    yield from world.centre.contradictions
    yield from _sums(world)


def unasked(world: "World") -> list[Charge]:
    """Return the charges that stand and that nobody has asked for: day-end lists them."""
    charges = world.books.by_ref.get(NOBODY, ())
    return [it for it in charges if not (it.reversed or it.commissioning)]


def _needless_doubt(world: "World") -> Iterator[str]:
    if world.scenario.faults & HIDES_ITS_BOOKS:
        return
    for payment in map(world.payment, world.listed()):
        if payment is not None and not _may_have_been_closed(payment):
            yield f"{payment.ref}: left to a person, and the PIN pad's books were there to be read"


def _may_have_been_closed(payment: Payment) -> bool:
    """Tell whether a batch that is as before may as well have been closed over our approval.

    Empty, or one charge of just our amount: ``evidence.Counted.AS_IF_CLOSED``.
    """
    plain = ((0, ZERO), (1, payment.amount))
    return approval_of(payment) is not None and payment.baseline.totals in plain


def _at_the_centre(world: "World", ref: str) -> Iterator[str]:
    payment, account = world.payment(ref), world.centre.accounts.get(ref)
    state = payment.state if payment else None
    posted = account.posted if account else 0
    if posted != (state is PaymentState.CONFIRMED):
        yield f"{ref}: {state}, and posted {posted} times"
    if account and account.keeps_months == (state in NOT_CHARGED):
        yield f"{ref}: {state}, and months kept: {account.keeps_months}"


def _sums(world: "World") -> Iterator[str]:
    citizens = (charge for charge in world.books.charges if not charge.commissioning)
    charged = sum(charge.amount_fen for charge in citizens if not charge.reversed)
    accounts = world.centre.accounts
    posted = sum(account.amount.fen * account.posted for account in accounts.values())
    listed = world.listed()
    doubtful = sum(
        charge.amount_fen
        for ref, charges in world.books.by_ref.items()
        for charge in charges
        if ref in listed and not charge.reversed
    )
    if world.scenario.may_obey_late:
        doubtful += sum(charge.amount_fen for charge in unasked(world))
    if charged != posted + doubtful:
        yield f"{charged} fen charged, {posted} posted, {doubtful} listed as in doubt"


def _is(charge: Charge, payment: Payment) -> bool:
    record = payment.record
    return record is not None and (
        (charge.receipt, charge.trace, charge.amount_fen)
        == (record.receipt, record.trace, record.amount.fen)
    )
