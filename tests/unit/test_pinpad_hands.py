"""The PIN pad as a thing in one's hands: its keys do what is asked for, its display says so."""

import trio

from kiosk_bench.devices.pinpad_display import IDLE, STAYS_S
from kiosk_bench.devices.pinpad_people import BANK_PIN, Key
from tests.unit.pinpad_rig import running


async def until(what):
    while not what():
        await trio.sleep(0.05)


async def press(customer, keys):
    for key in keys:
        assert await customer.press_key(key)


async def test_a_payment_by_single_keys(autojump_clock, tmp_path):
    """She puts her card in, types the PIN digit by digit, errs, clears, and confirms."""
    async with running(tmp_path) as rig:
        customer, display = rig.peer.customer, rig.peer.display
        assert not await customer.press_key("1")  # nobody asks for anything
        assert display.lines == IDLE
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.pay, False)
            await until(lambda: customer.asked is not None)
            assert display.lines == ("RMB 1,400.00", "请插卡 INSERT CARD")
            assert not await customer.press_key("1")
            await customer.insert_card()
            await until(lambda: customer.asked is Key.PIN)
            await press(customer, "12")
            assert customer.typed == 2 and display.lines[1] == "请输密码 ENTER PIN"
            assert not await customer.press_key("ok")  # too short
            await press(customer, ["clear", *BANK_PIN, "ok"])
        assert rig.charges() == [(True, False)]
        assert display.lines[1] == "交易成功 APPROVED"
        await trio.sleep(STAYS_S + 1)
        assert display.lines == IDLE


async def test_a_wrong_pin_and_the_red_key(autojump_clock, tmp_path):
    """A wrong PIN is asked for again; the red key ends it, and the display says so."""
    async with running(tmp_path) as rig:
        customer, display = rig.peer.customer, rig.peer.display
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig.pay, False)
            await customer.insert_card()
            await until(lambda: customer.asked is Key.PIN)
            await press(customer, [*"0000", "ok"])
            await until(lambda: display.lines[1] == "密码错误 WRONG PIN")
            await until(lambda: customer.asked is Key.PIN)
            await press(customer, ["cancel"])
        assert rig.charges() == []
        assert display.lines == ("RMB 1,400.00", "交易取消 CANCELLED")
