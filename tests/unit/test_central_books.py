"""Papers, day-ends and the anchors of journals at the centre."""

from dataclasses import replace
from hashlib import sha256

import pytest
from central_world import (
    KIOSK,
    LI,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    ZHANG,
    World,
    differences,
    record,
    refused,
)

from kiosk_central.chain import head_of, journals, take_links
from kiosk_central.day_ends import take_day_end
from kiosk_central.prints import RECEIPTS_MAX, give_copy, receipts_of, take_print
from kiosk_central.store.engine import read
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import PaymentState as S
from kioskd.domain.payment import Printed
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_books import (
    LINKS_MAX,
    ChainHead,
    ChainLinks,
    DayDifference,
    DayEndAnswer,
    DayEndReport,
    DayPayment,
    DifferenceKind,
    PrintReport,
    ReceiptCopy,
    ReceiptEntry,
    first_link,
    next_link,
)

AT = "2026-11-22T02:00:00Z"
AMOUNT = Money(TWO_MONTHS_FEN)


def pay(world: World) -> None:
    world.assess()
    world.report(S.INTENDED, at=AT)
    world.report(S.CONFIRMED, at=AT)


def tell(
    world: World, printed: Printed, print_ref: str = "R1", kiosk: str = KIOSK, copy: int = 0
) -> PrintReport:
    told = PrintReport("K0123-P-1", print_ref, copy, printed, AT)
    return world.at_desk(lambda desk: take_print(desk, kiosk, told))


def ask(
    world: World,
    print_ref: str,
    kiosk: str = OTHER_KIOSK,
    person: int = ZHANG,
    ref: str = "K0123-P-1",
) -> ReceiptCopy:
    return world.at_desk(lambda desk: give_copy(desk, kiosk, person, ref, print_ref))


def receipts(world: World, person: int = ZHANG) -> tuple[ReceiptEntry, ...]:
    return read(world.engine, lambda at: receipts_of(at, person))


def test_a_receipt_tells_everything(world: World) -> None:
    """Scheme, grade, months, parts and paper of a posted payment; hers alone."""
    pay(world)
    [entry] = receipts(world)
    assert (entry.ref, entry.scheme, entry.percent) == ("K0123-P-1", Scheme.PENSION, 100)
    assert entry.months == (Month(2026, 10), Month(2026, 11))
    assert (entry.amount, entry.personal, entry.pool) == (AMOUNT, Money(112_000), Money(168_000))
    assert (entry.original, entry.copies) == (None, 0)
    assert receipts(world, LI) == ()


def test_newest_receipts_first_and_not_too_many(world: World) -> None:
    """At most 24, the newest first."""
    months = [(scheme, month) for scheme in Scheme for month in range(1, 13)]
    made = 0
    for person in (ZHANG, LI, 5, 6, 7, 8):
        for offer in world.offers(person):
            for one in offer.months:
                if (offer.scheme, one.month.month) in months and one.status.value == "payable":
                    made += 1
                    percent = offer.fixed_percent or 100
                    paid = world.assess(
                        f"A{made}", (one.month.month,), percent, person, scheme=offer.scheme
                    )
                    told = replace(record(receipt=made), amount=paid.amount)
                    world.report(
                        S.CONFIRMED,
                        f"K0123-P-{made}",
                        assessment=f"A{made}",
                        amount=paid.amount,
                        record=told,
                    )
    own = [len(receipts(world, person)) for person in range(1, 9)]
    assert sum(own) == made and max(own) <= RECEIPTS_MAX
    numbers = [entry.receipt_number for entry in receipts(world, ZHANG)]
    assert len(numbers) > 2 and numbers == sorted(numbers, reverse=True)


def test_what_was_given_back_is_no_receipt(world: World) -> None:
    """Money in suspense, or given back, has no receipt to print again."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2", kiosk=OTHER_KIOSK)
    world.report(S.CONFIRMED, "K0124-P-2", OTHER_KIOSK, assessment="A2")
    world.report(S.CONFIRMED, "K0123-P-1")
    assert [entry.ref for entry in receipts(world)] == ["K0124-P-2"]
    world.report(S.REVERSED, "K0123-P-1")
    with refused(ProblemCode.NOT_FOUND):
        ask(world, "R9")


@pytest.mark.parametrize(
    ("heard", "copy", "original"),
    [
        ([], 1, None),
        ([Printed.NO], 0, Printed.NO),
        ([Printed.NO, Printed.NO], 0, Printed.NO),
        ([Printed.UNKNOWN], 1, Printed.UNKNOWN),
        ([Printed.NO, Printed.UNKNOWN], 1, Printed.UNKNOWN),
        ([Printed.YES], 1, Printed.YES),
        ([Printed.NO, Printed.YES], 1, Printed.YES),
    ],
)
def test_the_original_comes_out_once(
    world: World, heard: list[Printed], copy: int, original: Printed | None
) -> None:
    """The original is handed out only if it certainly did not come out; else a marked copy."""
    pay(world)
    for number, printed in enumerate(heard):
        tell(world, printed, f"R{number}")
    assert receipts(world)[0].original is original
    assert ask(world, "R9").copy == copy


def test_the_original_is_handed_out_until_it_came_out(world: World) -> None:
    """Given as the original: NO gives it again, silence and YES give copies, counted up."""
    pay(world)
    tell(world, Printed.NO, "R1")
    assert ask(world, "R2").copy == 0
    assert ask(world, "R3").copy == 1  # nothing was heard of R2
    tell(world, Printed.NO, "R2", OTHER_KIOSK)
    assert ask(world, "R4").copy == 0
    tell(world, Printed.YES, "R4", OTHER_KIOSK)
    copies = [ask(world, ref).copy for ref in ("R5", "R6")]
    assert copies == [2, 3]
    assert (receipts(world)[0].original, receipts(world)[0].copies) == (Printed.YES, 3)


def test_the_same_print_is_the_same_answer(world: World) -> None:
    """Asked again, even after more has happened, the very same is handed out."""
    pay(world)
    first = ask(world, "R1")
    ask(world, "R2")
    assert ask(world, "R1") == first
    assert first.proof and (first.terminal_id, first.pin_pad_receipt) == ("29001006", 31)
    with refused(ProblemCode.NOT_FOUND):
        ask(world, "R1", ref="K0124-P-1")


def test_a_print_is_of_its_kiosk(world: World) -> None:
    """Two kiosks that happen on the same reference print two papers."""
    pay(world)
    first = ask(world, "R1")
    assert ask(world, "R1", KIOSK).copy == first.copy + 1
    tell(world, Printed.NO, "R1", OTHER_KIOSK, first.copy)
    tell(world, Printed.YES, "R1", KIOSK, first.copy + 1)
    told = {row["at_kiosk"]: row["printed"] for row in world.books()["prints"]}
    assert told == {OTHER_KIOSK: "no", KIOSK: "yes"}


def test_only_her_own_receipts(world: World) -> None:
    """Another person finds nothing to print."""
    pay(world)
    with refused(ProblemCode.NOT_FOUND):
        ask(world, "R1", person=LI)


def test_reports_of_prints(world: World) -> None:
    """The same again is fine; another outcome or copy under the reference is 422."""
    pay(world)
    assert tell(world, Printed.UNKNOWN) == tell(world, Printed.UNKNOWN)
    for other in ({"printed": Printed.YES}, {"copy": 1}):
        with refused(ProblemCode.REFERENCE_REUSED):
            tell(world, **({"printed": Printed.UNKNOWN} | other))
    with refused(ProblemCode.NOT_FOUND):
        tell(world, Printed.UNKNOWN, kiosk=OTHER_KIOSK)
    given = ask(world, "R2")
    tell(world, Printed.YES, "R2", OTHER_KIOSK, given.copy)
    with refused(ProblemCode.REFERENCE_REUSED):
        ask(world, "R1", KIOSK)


def test_prints_of_nothing(world: World) -> None:
    """Of an unknown payment, of another kiosk's original, of a copy never given: not found."""
    with refused(ProblemCode.NOT_FOUND):
        tell(world, Printed.YES)
    pay(world)
    for other in ({"kiosk": OTHER_KIOSK}, {"copy": 1}):
        with refused(ProblemCode.NOT_FOUND):
            tell(world, Printed.YES, **other)


def day_end(world: World, *days: DayPayment, kiosk: str = KIOSK, **other: object) -> DayEndAnswer:
    charged = [one.amount.fen for one in days if one.state is S.CONFIRMED]
    told = (len(charged), Money(sum(charged)))
    report = DayEndReport("D1", "2026-11-22T12:00:00Z", "29001006", told, days)
    changed = replace(report, **other)
    return world.at_desk(lambda desk: take_day_end(desk, kiosk, changed))


CHARGED = DayPayment("K0123-P-1", S.CONFIRMED, AMOUNT, 31)


def test_a_day_that_agrees(world: World) -> None:
    """Totals, journal and ledger the same: no difference; the same report, the same answer."""
    pay(world)
    declined = DayPayment("K0123-P-5", S.DECLINED, AMOUNT, None)
    assert day_end(world, CHARGED, declined) == DayEndAnswer("D1", ())
    assert day_end(world, CHARGED, declined) == DayEndAnswer("D1", ())
    assert differences(world) == []


@pytest.mark.parametrize("told", [(0, ZERO), (1, Money(1)), (2, AMOUNT)])
def test_totals_that_differ(world: World, told: tuple[int, Money]) -> None:
    """Count or sum of the PIN pad beside the kiosk's own: listed with what it has more."""
    pay(world)
    answer = day_end(world, CHARGED, told=told)
    assert answer.differences == (DayDifference(DifferenceKind.TOTALS, "", told[1] - AMOUNT),)
    assert differences(world) == [("totals", "")]


def test_a_reversal_makes_the_count_say_nothing(world: World) -> None:
    """With a reversed charge in the batch only the sums are compared."""
    pay(world)
    undone = DayPayment("K0123-P-5", S.REVERSED, AMOUNT, 32)
    assert day_end(world, CHARGED, undone, told=(3, AMOUNT)).differences == ()
    other = day_end(world, CHARGED, undone, told=(3, Money(1)), ref="D2")
    assert [one.kind for one in other.differences] == [DifferenceKind.TOTALS]


def test_a_charge_that_is_not_posted(world: World) -> None:
    """Charged by the journal, unknown here: listed, and settled by the report that comes late."""
    answer = day_end(world, CHARGED)
    assert answer.differences == (DayDifference(DifferenceKind.NOT_POSTED, "K0123-P-1", AMOUNT),)
    pay(world)
    assert day_end(world, CHARGED) == answer
    assert differences(world, only_open=True) == []


def test_a_posting_that_is_not_in_the_journal(world: World) -> None:
    """Posted for this kiosk and never listed by it: told once, at the day-end that finds it."""
    pay(world)
    missing = DayDifference(DifferenceKind.NOT_IN_JOURNAL, "K0123-P-1", AMOUNT)
    assert day_end(world, kiosk=OTHER_KIOSK, ref="D0").differences == ()
    assert day_end(world).differences == (missing,)
    assert day_end(world, ref="D2").differences == ()
    assert differences(world) == [("not_in_journal", "K0123-P-1")]


def test_a_posting_of_an_earlier_day_is_not_missing(world: World) -> None:
    """What one day-end has listed need not be in the next; what is begun later is not due yet."""
    pay(world)
    early = day_end(world, at=AT, ref="D0")
    assert early.differences == ()
    day_end(world, CHARGED)
    assert day_end(world, ref="D2").differences == ()


@pytest.mark.parametrize(
    ("other", "kind"),
    [({"state": S.REVERSED}, "state"), ({"amount": Money(1), "state": S.UNKNOWN}, "body")],
)
def test_a_payment_that_differs(world: World, other: dict, kind: str) -> None:
    """Posted here and not charged there, or of another amount: listed."""
    pay(world)
    day_end(world, replace(CHARGED, **other))
    assert differences(world) == [(kind, "K0123-P-1")]


def test_another_kiosk_s_payment_is_not_posted(world: World) -> None:
    """A kiosk that lists a payment of another kiosk has not had it posted."""
    pay(world)
    answer = day_end(world, CHARGED, kiosk=OTHER_KIOSK)
    assert [one.kind for one in answer.differences] == [DifferenceKind.NOT_POSTED]


def test_a_day_end_means_one_thing(world: World) -> None:
    """Another body under its reference is 422, another kiosk's day is another; no payment twice."""
    day_end(world)
    with refused(ProblemCode.REFERENCE_REUSED):
        day_end(world, told=(1, AMOUNT))
    assert len(day_end(world, told=(1, AMOUNT), kiosk=OTHER_KIOSK).differences) == 1
    assert differences(world) == [("totals", "")]
    for wrong in ((CHARGED, CHARGED), (replace(CHARGED, amount=Money(-1)),)):
        with refused(ProblemCode.BAD_REQUEST):
            day_end(world, *wrong, ref="D3")


def digests(*bodies: int) -> tuple[bytes, ...]:
    return tuple(sha256(str(body).encode()).digest() for body in bodies)


def links(first: int, *bodies: int, before: bytes | None = None) -> ChainLinks:
    """Return links of entries with these bodies, as a kiosk that kept them makes them."""
    head = first_link(KIOSK, "7KQ4") if before is None else before
    for digest in digests(*bodies):
        head = next_link(head, digest)
    return ChainLinks("7KQ4", first, digests(*bodies), head)


def anchor(world: World, told: ChainLinks, kiosk: str = KIOSK) -> ChainHead:
    found = world.at_desk(lambda desk: take_links(desk, kiosk, told))
    assert isinstance(found, ChainHead)
    return found


def test_links_are_anchored(world: World) -> None:
    """Entries are taken in order, repeated and overlapping ones change nothing."""
    assert read(world.engine, lambda at: head_of(at, KIOSK, "7KQ4")) == ChainHead(
        "7KQ4", 0, first_link(KIOSK, "7KQ4")
    )
    first = links(1, 1, 2, 3)
    assert anchor(world, first) == ChainHead("7KQ4", 3, first.head) == anchor(world, first)
    whole = links(1, 1, 2, 3, 4, 5)
    assert anchor(world, whole) == ChainHead("7KQ4", 5, whole.head)
    more = links(6, 6, before=whole.head)
    assert anchor(world, more).seq == 6
    assert anchor(world, first).seq == 6
    [row] = read(world.engine, journals)
    assert (row["kiosk_id"], row["series"], row["seq"]) == (KIOSK, "7KQ4", 6)
    assert row["head"] == more.head.hex()


@pytest.mark.parametrize(
    ("told", "entry"),
    [
        (links(1, 1, 9, 3), 2),
        (links(1, 1, 3, 2), 2),
        (links(1, 2, 3), 1),
        (links(1, 1, 2, 3, 4, before=bytes(32)), 1),
        (ChainLinks("7KQ4", 4, digests(4), links(1, 1, 9, 3, 4).head), 4),
        (links(5, 5), 4),
    ],
    ids=["changed", "reordered", "removed", "other-kiosk", "changed-before", "gap"],
)
def test_another_journal_is_found(world: World, told: ChainLinks, entry: int) -> None:
    """Changed, reordered, removed, foreign, or with a gap: 409, listed with the entry, not kept."""
    known = anchor(world, links(1, 1, 2, 3))
    for _ in range(2):
        with refused(ProblemCode.CHAIN_BROKEN):
            anchor(world, told)
    [row] = world.books()["differences"]
    assert (row["kind"], row["place"]) == ("chain", f"journal {KIOSK}-7KQ4 entry {entry}")
    assert read(world.engine, lambda at: head_of(at, KIOSK, "7KQ4")) == known


def test_each_kiosk_has_a_chain_of_its_own(world: World) -> None:
    """The chain begins with kiosk and series: another kiosk's links do not fit."""
    with refused(ProblemCode.CHAIN_BROKEN):
        anchor(world, links(1, 1), OTHER_KIOSK)


@pytest.mark.parametrize(
    "other",
    [
        {"digests": ()},
        {"digests": digests(*range(LINKS_MAX + 1))},
        {"digests": (b"short",)},
        {"head": b""},
        {"first": 0},
        {"first": 2**40},
    ],
)
def test_links_that_are_none(world: World, other: dict) -> None:
    """None, too many, of the wrong size or place: no links."""
    with refused(ProblemCode.BAD_REQUEST):
        anchor(world, replace(links(1, 1), **other))
