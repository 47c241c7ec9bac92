"""The social card reader against a private pcscd, a virtual reader and a simulated card.

A missing pcscd or virtual reader fails these tests with the name of the Debian package.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from kiosk_bench.devices.card_key import FAKE_MASTER_KEY, card_key, internal_authenticate
from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.pcscd import Pcscd
from kiosk_bench.devices.social_card import DAMAGED_RECORD, PULL_MID_APDU, VirtualSocialCard
from kiosk_bench.wirelog import WireLog
from kioskd.domain.secret import CardPin, IdNumber, PersonName
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.settings import SocialCardReaderSettings
from kioskd.drivers.social_card_reader import SocialCardReaderDriver
from kioskd.errors import (
    CardNotAccepted,
    CardRejection,
    CardRemoved,
    CardUnreadable,
    DeviceUnavailable,
)
from tests.patience import PATIENCE_S

GOOD = CardPersona.good()
OTHER = CardPersona.good(
    name="李测试", id_number="000000190001010025", number="T0000001X", serial=2
)
RIGHT_PIN, WRONG_PIN = CardPin(GOOD.pin), CardPin("000000")
CHALLENGE = bytes(range(16))


class Desk:
    """A kiosk's card slot with everything real from the driver to the TCP port of the reader."""

    def __init__(
        self, pcscd: Pcscd, card: VirtualSocialCard, reader: SocialCardReaderDriver
    ) -> None:
        self.pcscd, self.card, self.reader = pcscd, card, reader

    async def insert(self, persona: CardPersona) -> None:
        with trio.fail_after(PATIENCE_S):
            await self.card.insert(persona)
            await self.reader.wait_inserted()


@pytest.fixture
async def desk(tmp_path: Path, pcscd_socket: Path) -> AsyncIterator[Desk]:
    async with Pcscd(tmp_path, pcscd_socket) as pcscd, trio.open_nursery() as nursery:
        card = VirtualSocialCard(pcscd.port, WireLog(tmp_path / "card.log"), set())
        await nursery.start(card.run)
        reader = SocialCardReaderDriver(SocialCardReaderSettings())
        await nursery.start(reader.run)
        with trio.fail_after(3 * PATIENCE_S):
            yield Desk(pcscd, card, reader)
        nursery.cancel_scope.cancel()


async def test_good_card_is_read(desk: Desk) -> None:
    """A good card gives number, name, dates and the ATR's history through real PC/SC."""
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        facts = await card.read()
    assert facts.id_number == IdNumber(GOOD.id_number)
    assert facts.name == PersonName("张测试")
    assert facts.code.reveal() == GOOD.code
    assert (facts.issued, facts.expires) == (GOOD.issued, GOOD.expires)
    assert facts.atr_history == GOOD.atr_history and len(facts.atr_history) == 13


async def test_old_and_odd_cards_are_read(desk: Desk) -> None:
    """P1 = 00, reading by record number and a lacking name extension are all coped with."""
    odd = CardPersona(
        name="𠮷测试", selects_files_by_p1_00=True, reads_by_number_only=True,
        has_name_extension=False,
    )  # fmt: skip
    await desk.insert(odd)
    async with desk.reader.session() as card:
        assert (await card.read()).name == PersonName("𠮷测试")


async def test_challenge_is_answered_with_the_cards_key(desk: Desk) -> None:
    """The raw answer is that of the derived key for a good card, and is not for a cloned one."""
    key = card_key(FAKE_MASTER_KEY, GOOD.atr_history, GOOD.code)
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        assert await card.answer_challenge(CHALLENGE) == internal_authenticate(key, CHALLENGE)
    await desk.card.pull()
    await desk.reader.wait_removed()
    await desk.insert(GOOD.cloned())
    async with desk.reader.session() as card:
        assert (await card.read()).id_number == IdNumber(GOOD.id_number)
        assert await card.answer_challenge(CHALLENGE) != internal_authenticate(key, CHALLENGE)


async def test_pin_is_changed_on_the_card(desk: Desk) -> None:
    """A wrong old PIN costs a try and changes nothing; the new one outlives pulling the card."""
    new = CardPin("908172")
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        assert await card.change_pin(WRONG_PIN, new) == 2
        assert await card.verify_pin(RIGHT_PIN) is None
        assert await card.change_pin(RIGHT_PIN, new) is None
    chip = desk.card.chip_of(GOOD)
    assert chip.opens_with("908172") and chip.tries == 3
    await desk.card.pull()
    await desk.reader.wait_removed()
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        assert await card.verify_pin(RIGHT_PIN) == 2
        assert await card.verify_pin(new) is None
    logged = desk.card.log.path.read_text()
    assert "80 5e 01 00 [7 bytes]" in logged and "90 81 72" not in logged


async def test_pin_right_wrong_and_blocked(desk: Desk) -> None:
    """A right PIN is None; wrong ones count down to blocked, which outlives pulling the card."""
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        assert await card.verify_pin(RIGHT_PIN) is None
        assert [await card.verify_pin(WRONG_PIN) for _ in range(3)] == [2, 1, 0]
    await desk.card.pull()
    await desk.reader.wait_removed()
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        assert await card.verify_pin(RIGHT_PIN) == 0


@pytest.mark.parametrize(
    ("persona", "reason"),
    [
        (GOOD.foreign(), CardRejection.FOREIGN),
        (GOOD.blank(), CardRejection.BLANK),
        (CardPersona(wants_external_authentication=True), CardRejection.NEEDS_AUTHENTICATION),
    ],
    ids=["foreign", "blank", "needs-authentication"],
)
async def test_unfit_card_is_refused_by_name(
    desk: Desk, persona: CardPersona, reason: CardRejection
) -> None:
    """A foreign, blank or locked card is refused with its own reason."""
    await desk.insert(persona)
    async with desk.reader.session() as card:
        with pytest.raises(CardNotAccepted) as caught:
            await card.read()
    assert caught.value.reason is reason


async def test_damaged_record_is_named(desk: Desk) -> None:
    """A record whose length is wrong is CardUnreadable with the item; afterwards the card reads."""
    await desk.insert(GOOD)
    desk.card.faults.add(DAMAGED_RECORD)
    async with desk.reader.session() as card:
        with pytest.raises(CardUnreadable) as caught:
            await card.read()
        assert caught.value.item == "name"
        desk.card.faults.discard(DAMAGED_RECORD)
        assert (await card.read()).name == PersonName("张测试")


async def test_pulled_in_mid_apdu(desk: Desk) -> None:
    """A card pulled while it answers is CardRemoved, the slot empty, the next card works."""
    await desk.insert(GOOD)
    desk.card.faults.add(PULL_MID_APDU)
    with pytest.raises(CardRemoved):
        async with desk.reader.session() as card:
            await card.read()
    with trio.fail_after(PATIENCE_S):
        await desk.reader.wait_removed()
    await desk.insert(OTHER)
    async with desk.reader.session() as card:
        assert (await card.read()).name == PersonName("李测试")


async def test_swap_is_seen(desk: Desk) -> None:
    """A card swapped for another ends the session of the first and wakes who waits for removal."""
    await desk.insert(GOOD)
    async with desk.reader.session() as card, trio.open_nursery() as nursery:
        nursery.start_soon(desk.reader.wait_removed)
        await desk.card.pull()
        await desk.card.insert(OTHER)
        with pytest.raises(CardRemoved):
            await card.read()
    with trio.fail_after(PATIENCE_S):
        await desk.reader.wait_inserted()
        async with desk.reader.session() as card:
            assert (await card.read()).name == PersonName("李测试")


async def test_empty_slot_says_so(desk: Desk) -> None:
    """Without a card the slot is empty, no trouble, and a session is CardRemoved."""
    assert not desk.reader.card_present and desk.reader.trouble is None
    with pytest.raises(CardRemoved):
        async with desk.reader.session():
            pass


async def test_survives_a_crash_of_pcscd(desk: Desk) -> None:
    """A killed pcscd is trouble and DeviceUnavailable at once; once it is back all works again."""
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        await desk.pcscd.kill()
        with pytest.raises(DeviceUnavailable):
            await card.read()
    with trio.fail_after(PATIENCE_S):
        while desk.reader.trouble is None:
            await desk.reader.wait_change()
    assert desk.reader.trouble.reason is TroubleReason.CARD_READER_GONE
    assert not desk.reader.card_present
    await desk.pcscd.start()
    with trio.fail_after(PATIENCE_S):
        await desk.reader.wait_inserted()
    assert desk.reader.trouble is None
    async with desk.reader.session() as card:
        assert (await card.read()).name == PersonName("张测试")


async def test_starts_without_pcscd(desk: Desk) -> None:
    """A reader that is not there yet is trouble, not an error; a session is DeviceUnavailable."""
    await desk.pcscd.kill()
    late = SocialCardReaderDriver(SocialCardReaderSettings(reader="Bench"))
    async with trio.open_nursery() as nursery:
        await nursery.start(late.run)
        assert late.trouble is not None
        with pytest.raises(DeviceUnavailable):
            async with late.session():
                pass
        await desk.pcscd.start()
        with trio.fail_after(PATIENCE_S):
            await late.wait_change()
        assert late.trouble is None
        nursery.cancel_scope.cancel()


async def test_wire_log_holds_nothing_of_the_holder(desk: Desk) -> None:
    """After reading, challenge and PIN the card's log names no number, name, PIN or answer."""
    await desk.insert(GOOD)
    async with desk.reader.session() as card:
        await card.read()
        answer = await card.answer_challenge(CHALLENGE)
        await card.verify_pin(RIGHT_PIN)
    log = desk.card.log.path.read_text(encoding="utf-8").replace(" ", "")
    private = (GOOD.id_number.encode(), GOOD.number.encode(), GOOD.name.encode("gbk"), answer)
    assert "00b20900" in log
    assert not any(value.hex() in log for value in private)
    assert GOOD.pin not in log and GOOD.code.lower() not in log
