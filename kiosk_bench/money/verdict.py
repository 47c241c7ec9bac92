"""Judge one world by everybody's own books: whether money is lost or doubled.

The PIN pad's books say what was charged, the centre's ledger what was posted, the kiosk's journal
what it lists as not known yet. Nobody's word is taken for another's.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kiosk_bench.money.lean import LeanWorld

LISTED: Final = frozenset({"unknown", "unresolved"})
"""States in which the kiosk itself says that it does not know."""
UNDER_WAY: Final = frozenset({"intended", "approved", "unknown", "reversing"})
"""States that recovery still works on."""
RECEIVABLE: Final = "bank-receivable"
LOCKED: Final = "paying"


@dataclass(frozen=True, slots=True)
class Books:
    """What everybody has written down."""

    charges: list[dict[str, Any]]
    """All of the PIN pad's, standing or reversed."""
    ledger: dict[str, Any]
    journal: list[dict[str, Any]]

    @property
    def standing(self) -> list[dict[str, Any]]:
        return [charge for charge in self.charges if not charge["reversed"]]

    @property
    def reversed(self) -> list[dict[str, Any]]:
        return [charge for charge in self.charges if charge["reversed"]]

    @property
    def posted(self) -> dict[str, int]:
        """Payment reference -> fen that the bank owes for it, by the ledger."""
        sums: Counter[str] = Counter()
        for posting in self.ledger["postings"]:
            for entry in posting["entries"]:
                if entry["account"] == RECEIVABLE:
                    sums[posting["payment_ref"]] += entry["debit_fen"]
        return {ref: fen for ref, fen in sums.items() if fen}

    @property
    def listed(self) -> list[dict[str, Any]]:
        return [payment for payment in self.journal if payment["state"] in LISTED]

    def at_rest(self) -> bool:
        """Tell whether nothing is under way and the centre knows every payment as the kiosk does.

        A payment that ended before the centre ever heard of its assessment is told in vain; what
        the centre has set aside as a difference is no longer under way either.
        """
        if any(payment["state"] in UNDER_WAY for payment in self.journal):
            return False
        told = {payment["ref"]: payment["state"] for payment in self.ledger["payments"]}
        return all(told.get(payment["ref"]) == payment["state"] for payment in self.journal)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one world came to; ``problems`` is empty if all is well."""

    charges: int
    postings: int
    reversals: int
    unknown: int
    lost: int
    doubled: int
    problems: tuple[str, ...]


async def books_of(world: LeanWorld) -> Books:
    """Read everybody's books."""
    charges = world.pin_pad.books.charges_json()
    return Books(charges, await world.ledger(), await world.journal())


def judge(books: Books) -> Verdict:
    """Count what is lost and what is doubled."""
    lost, doubled = list(_lost(books)), list(_doubled(books))
    return Verdict(
        charges=len(books.standing),
        postings=len(books.posted),
        reversals=len(books.reversed),
        unknown=len(books.listed),
        lost=len(lost),
        doubled=len(doubled),
        problems=(*lost, *doubled),
    )


def _lost(books: Books) -> Iterable[str]:
    """Find charges that nobody posted or lists, postings without money, and sums that differ."""
    receipts = {p["pin_pad_receipt"]: p["ref"] for p in books.journal if p["pin_pad_receipt"]}
    doubts = Counter(payment["amount_fen"] for payment in books.listed)
    backed = set()
    for charge in books.standing:
        ref = receipts.get(charge["receipt"], "")
        if books.posted.get(ref) == charge["amount_fen"]:
            backed.add(ref)
        elif doubts[charge["amount_fen"]] > 0:
            doubts[charge["amount_fen"]] -= 1
        else:
            yield f"lost: receipt {charge['receipt']} stands, {ref or 'no payment'} is not posted"
    for ref in books.posted.keys() - backed:
        yield f"lost: {ref} is posted, no such charge stands"
    locked = {a["payment_ref"] for a in books.ledger["assessments"] if a["state"] == LOCKED}
    for payment in books.listed:
        if payment["ref"] not in locked:
            yield f"lost: the months of {payment['ref']} are not locked while it is in doubt"
    if books.ledger["balance_fen"] or books.ledger["unbalanced"]:
        yield "lost: the ledger does not balance"


def _doubled(books: Books) -> Iterable[str]:
    """Find months that were charged for, or posted, more than once."""
    months = {
        a["ref"]: (a["person_id"], a["scheme"], a["months"]) for a in books.ledger["assessments"]
    }
    of_payment = {p["ref"]: months.get(p["assessment_ref"]) for p in books.ledger["payments"]}
    of_payment |= {p["ref"]: months.get(p["assessment"]) for p in books.journal}
    receipts = {p["pin_pad_receipt"]: p["ref"] for p in books.journal if p["pin_pad_receipt"]}
    charged = Counter(of_payment.get(receipts.get(c["receipt"], "")) for c in books.standing)
    posted = Counter(of_payment.get(ref) for ref in books.posted)
    unseen = sum(1 for payment in books.listed if not payment["pin_pad_receipt"])
    nobodys = charged.pop(None, 0) - unseen
    for what, counted in (("charged", charged), ("posted", posted)):
        for key, times in counted.items():
            if times > 1:
                yield f"doubled: {key} {what} {times} times"
    if nobodys > 1 or (nobodys == 1 and charged):
        yield f"doubled: {nobodys} charges beside {sum(charged.values())} of known payments"
