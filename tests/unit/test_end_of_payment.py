"""What she sees and gets on paper at each end of a payment."""

from dataclasses import replace

import pytest
import trio
import trio.testing

from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, Printed
from kioskd.errors import VisitorLeft
from kioskd.flows.handling.end_of_payment import Next, tell_the_end
from kioskd.payments.contract import Payment
from kioskd.protocols.central import Posting
from kioskd.screens.given_back import GivenBack, GivingBack
from kioskd.screens.not_paid import NotPaid, NotPaidReason
from kioskd.screens.paid import Paid
from kioskd.screens.payment_unknown import PaymentUnknown
from tests.fakes import AMOUNT, NOW, a_record, an_assessment
from tests.unit.flow_world import VISIT, FlowWorld

REF = PaymentRef("K0123-7KQ4-000457")
ASSESSMENT = an_assessment()
POSTED = Posting(REF, PaymentState.CONFIRMED, "2026-0000-0031-88", NOW, bytes(range(120)))
GIVE_BACK = replace(POSTED, give_back=True)


def payment_in(state: PaymentState, reason: str = "") -> Payment:
    """Return a payment with the PIN pad's record."""
    assessment = AssessmentRef(ASSESSMENT.ref)
    return Payment(REF, assessment, AMOUNT, state, NOW, record=a_record(), reason=reason)


async def told(world: FlowWorld, payment: Payment, *touches: str) -> Next:
    """Let it be told, with these touches."""
    world.stage.touches = list(touches)
    world.journal.payments[payment.ref] = payment
    return await tell_the_end(world.kiosk, VISIT, ASSESSMENT, payment)


async def test_posted_gets_the_receipt_and_the_print_is_recorded() -> None:
    """The official receipt holds the signed facts; journal and centre learn that it came out."""
    world = FlowWorld()
    world.uplink.posting = POSTED
    assert await told(world, payment_in(PaymentState.CONFIRMED), "more") is Next.HOME
    rows = world.rows()
    assert "缴费收据" in rows and "收据号 2026-0000-0031-88" in rows
    assert not any("副本" in row for row in rows)
    assert world.printer.papers[-1].qr.startswith(b"HTTPS://KIOSK.EXAMPLE/V/AAAQEAYE")
    assert world.journal.printed == {REF: Printed.YES}
    (report,) = world.journal.reports
    assert (report.ref, report.copy, report.printed, report.at) == (REF, 0, Printed.YES, NOW)
    assert len(report.print_ref) == 32


async def test_no_posting_yet_gets_a_slip_that_says_it_is_no_receipt() -> None:
    """The centre learns that no original came out, so that it can be printed once it is posted."""
    world = FlowWorld()
    assert await told(world, payment_in(PaymentState.CONFIRMED), "end") is Next.END
    rows = world.rows()
    assert "缴款凭条" in rows and "这张凭条不是正式收据。" in rows
    assert not any("收据号" in row for row in rows)
    assert world.printer.papers[-1].qr == REF.encode()
    assert world.journal.printed == {REF: Printed.NO}
    assert [(report.copy, report.printed) for report in world.journal.reports] == [(0, Printed.NO)]
    shown = world.stage.last(Paid)
    assert shown.receipt_number == "" and not shown.in_question


async def test_a_refused_report_is_never_said_to_be_posted_by_itself() -> None:
    """The centre refuses for good: paid at the bank, the posting is in question."""
    world = FlowWorld()
    world.journal.refuses = True
    await told(world, payment_in(PaymentState.CONFIRMED), "end")
    assert world.stage.last(Paid).in_question
    rows = world.rows()
    assert "银行已扣款，社保登记还在核对。请不要再次缴费。" in rows
    assert not any("自动完成" in row for row in rows)


@pytest.mark.parametrize("posted", [POSTED, None])
async def test_a_journal_that_fails_now_takes_nothing_from_the_charge(
    posted: Posting | None,
) -> None:
    """She is told that she has paid, and gets her paper, though nothing can be noted."""
    world = FlowWorld()
    world.journal.damaged, world.uplink.posting = True, posted
    assert await told(world, payment_in(PaymentState.APPROVED), "end") is Next.END
    assert world.stage.last(Paid).printed is Printed.YES
    assert len(world.printer.papers) == 1


@pytest.mark.parametrize("state", [PaymentState.UNKNOWN, PaymentState.UNRESOLVED])
async def test_unknown_gets_a_voucher_with_the_reference(state: PaymentState) -> None:
    """Nobody knows: do not pay again, months blocked, whom to ask; printed until it came out."""
    world = FlowWorld()
    world.printer.says = [Printed.NO, Printed.YES]
    assert await told(world, payment_in(state), "print-slip", "end") is Next.END
    first, second = world.printer.papers
    assert first == second and first.qr == REF.encode()
    rows = world.rows()
    assert "存疑凭证" in rows and f"业务号 {REF}" in rows
    assert "请不要再次缴费，不会重复扣款。" in rows
    assert "查清以前，这几个月暂时不能缴。" in rows
    assert "查询请拨 12333，报业务号" in rows
    assert world.stage.last(PaymentUnknown).unresolved is (state is PaymentState.UNRESOLVED)
    assert [(report.copy, report.printed) for report in world.journal.reports] == [(0, Printed.NO)]


async def test_given_back_while_she_waits(autojump_clock: trio.testing.MockClock) -> None:
    """The PIN pad undoes the charge meanwhile: her slip and screen say that it has gone back."""
    world = FlowWorld()
    world.uplink.posting = GIVE_BACK
    payment = payment_in(PaymentState.CONFIRMED)

    async def care() -> None:
        await trio.sleep(5)
        world.journal.payments[REF] = replace(payment, state=PaymentState.REVERSING)
        await trio.sleep(5)
        world.journal.payments[REF] = replace(payment, state=PaymentState.REVERSED)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(care)
        assert await told(world, payment, "end") is Next.END
    assert "这笔钱已经退回您的银行卡，到账时间以银行为准。" in world.rows()
    assert world.stage.last(GivenBack).stage is GivingBack.DONE
    assert not any(isinstance(screen, Paid) for screen in world.stage.seen)
    assert not world.journal.reports


async def test_given_back_by_people_where_the_pin_pad_cannot(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The charge stands: the slip sends her to the hotline, and nothing says that it went back."""
    world = FlowWorld()
    world.uplink.posting = GIVE_BACK
    await told(world, payment_in(PaymentState.CONFIRMED, "R-01"), "end")
    assert world.stage.last(GivenBack).stage is GivingBack.BY_HAND
    assert "退款凭条" in world.rows() and f"业务号 {REF}" in world.rows()


async def test_a_giving_back_that_takes_long_is_followed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """She gets her slip after a while; the screen changes when the money has gone back."""
    world = FlowWorld()
    payment = payment_in(PaymentState.REVERSING)
    world.journal.payments[REF] = payment
    async with trio.open_nursery() as nursery:

        async def care() -> None:
            await trio.sleep(100)
            world.journal.payments[REF] = replace(payment, state=PaymentState.REVERSED)
            world.stage.touches = ["end"]

        nursery.start_soon(care)
        await tell_the_end(world.kiosk, VISIT, ASSESSMENT, payment)
    assert "这笔钱会退回您的银行卡。" in world.rows()
    assert world.stage.last(GivenBack).stage is GivingBack.DONE


@pytest.mark.parametrize(
    ("state", "reason", "why"),
    [
        (PaymentState.DECLINED, "Z-05", NotPaidReason.DECLINED),
        (PaymentState.NOT_STARTED, "S-01", NotPaidReason.CENTRE_UNREACHABLE),
        (PaymentState.REVERSED, "", NotPaidReason.REVERSED),
    ],
)
async def test_nothing_charged_prints_nothing(
    state: PaymentState, reason: str, why: NotPaidReason
) -> None:
    """The screen says why; she may pay again; no paper."""
    world = FlowWorld()
    assert await told(world, payment_in(state, reason), "again") is Next.AGAIN
    assert world.stage.last(NotPaid).why is why
    assert not world.printer.papers


async def test_the_result_stays_to_be_read_when_she_pulls_her_card(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The visit has ended, and the result is still up for a while; then the end goes on."""
    world = FlowWorld()
    world.stage.leaves = VisitorLeft("card pulled")
    began = trio.current_time()
    with pytest.raises(VisitorLeft):
        await told(world, payment_in(PaymentState.UNKNOWN))
    assert trio.current_time() - began == 10
    assert isinstance(world.stage.seen[-1], PaymentUnknown)
