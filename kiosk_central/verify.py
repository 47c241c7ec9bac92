"""Whether a receipt is genuine, and what has become of it since: for the page and the operator."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from kiosk_central.signing import Verdict, judge, known_keys
from kiosk_central.store.books import postings, prints
from kioskd.protocols.receipt_facts import ReceiptFacts, SignedFacts, proof_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a proof; without the books the last three are None."""

    facts: ReceiptFacts
    key_id: bytes
    verdict: Verdict
    posted: bool | None = None
    """Whether this very proof is in the books."""
    reversed_at: str | None = None
    """When the posting was undone; empty if it stands."""
    copies: int | None = None
    """How many copies of the receipt were given out."""

    @property
    def good(self) -> bool:
        """Whether the receipt may be relied on, as far as was looked."""
        genuine = self.verdict is Verdict.GENUINE
        return genuine and self.posted is not False and not self.reversed_at


def check_offline(text: str, keys: Mapping[bytes, bytes]) -> Checked:
    """Check what somebody scanned or typed with public keys alone. Raises ReceiptFormatError."""
    signed = SignedFacts.parse(proof_of(text))
    return Checked(signed.facts, signed.key_id, judge(signed, keys))


def check_with_books(connection: Connection, text: str) -> Checked:
    """Check with the centre's keys and books. Raises ReceiptFormatError."""
    proof = proof_of(text)
    signed = SignedFacts.parse(proof)
    verdict = judge(signed, known_keys(connection))
    query = select(postings).where(postings.c.receipt_number == signed.facts.receipt_number)
    row = connection.execute(query).one_or_none()
    if row is None or row.proof != proof:
        return Checked(signed.facts, signed.key_id, verdict, posted=False)
    undone = select(postings.c.posted_at).where(postings.c.reverses == row.id)
    reversed_at = connection.execute(undone).scalar_one_or_none() or ""
    copies = select(prints.c.print_ref).where(
        prints.c.payment_ref == row.payment_ref, prints.c.copy > 0
    )
    count = len(connection.execute(copies).all())
    return Checked(signed.facts, signed.key_id, verdict, True, reversed_at, count)
