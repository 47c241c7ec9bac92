"""A card recorded between two readers of one PC/SC daemon, and played back to the real driver."""

from functools import reduce
from operator import xor
from pathlib import Path

import pytest
import trio

from kiosk_bench.devices.pcscd import READER_NAME, Pcscd
from kiosk_bench.devices.social_card import PULL_MID_APDU, VirtualSocialCard
from kiosk_bench.recording.card import CardCodec, masked_atr, masked_record
from kiosk_bench.recording.card_player import CardPlayer
from kiosk_bench.recording.card_proxy import BROKEN_OFF, INSERTED, PULLED, CardProxy
from kiosk_bench.recording.codec import SYNTHETIC_ID, TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Header, Recorder, read_recording
from kiosk_bench.recording.pcsc_card import NoReader, find_slot
from kiosk_bench.recording.playback import Playback
from kiosk_bench.wirelog import WireLog
from kioskd.errors import CardRemoved
from kioskd.protocols.iso7816 import Record, parse_atr
from tests.unit.recording_world import CHALLENGE, GOOD, REAL, driver, visit

SECRETS = (
    GOOD.name.encode("gb18030"),
    GOOD.id_number.encode(),
    GOOD.number.encode(),
    bytes.fromhex(GOOD.code),
    bytes.fromhex(GOOD.pin),
    GOOD.atr_history[-4:],
    CHALLENGE,
)


async def test_a_card_is_recorded_and_played_back(tmp_path: Path, pcscd_socket: Path) -> None:
    """The driver reads it through the proxy; the recording names nobody, and reads as well."""
    recording = tmp_path / "card.rec"
    async with Pcscd(tmp_path, pcscd_socket) as pcscd, trio.open_nursery() as nursery:
        real = VirtualSocialCard(pcscd.port, WireLog(tmp_path / "card.log"), set())
        await nursery.start(real.run)
        with Recorder(recording, Header("card"), CardCodec()) as recorder:
            proxy = CardProxy(await find_slot(REAL), pcscd.port + 1, recorder)
            async with trio.open_nursery() as inner, driver() as reader:
                await inner.start(proxy.run)
                await real.insert(GOOD)
                first = await visit(reader)
                await real.pull()
                await reader.wait_removed()
                inner.cancel_scope.cancel()
        assert first[:2] == (GOOD.name, GOOD.id_number) and first[3]
        kept = recording.read_bytes() + b"".join(
            one.message.data for one in read_recording(recording).messages
        )
        assert [secret for secret in SECRETS if secret in kept] == []
        notes = [one.message.note for one in read_recording(recording).messages]
        assert (notes[0], notes[-1]) == (INSERTED, PULLED)

        player = CardPlayer(Playback(read_recording(recording), CardCodec()), pcscd.port + 1, 0)
        async with trio.open_nursery() as inner, driver() as reader:
            await inner.start(player.run)
            again = await visit(reader)
            await reader.wait_removed()
            inner.cancel_scope.cancel()
        nursery.cancel_scope.cancel()
    assert again == ("某" * 3, SYNTHETIC_ID, bytes(8), True)


async def test_a_card_pulled_in_the_middle_of_a_command_is_passed_on(
    tmp_path: Path, pcscd_socket: Path
) -> None:
    """The driver learns that the card is gone, the recording says when, and the next card works."""
    recording = tmp_path / "card.rec"
    async with Pcscd(tmp_path, pcscd_socket) as pcscd, trio.open_nursery() as nursery:
        real = VirtualSocialCard(pcscd.port, WireLog(tmp_path / "card.log"), {PULL_MID_APDU})
        await nursery.start(real.run)
        with Recorder(recording, Header("card"), CardCodec()) as recorder:
            proxy = CardProxy(await find_slot(REAL), pcscd.port + 1, recorder)
            async with trio.open_nursery() as inner, driver() as reader:
                await inner.start(proxy.run)
                await real.insert(GOOD)
                with pytest.raises(CardRemoved):
                    await visit(reader)
                await reader.wait_removed()
                await real.insert(GOOD)
                assert (await visit(reader))[0] == GOOD.name
                inner.cancel_scope.cancel()
        nursery.cancel_scope.cancel()
    notes = [one.message.note for one in read_recording(recording).messages]
    assert notes.count(INSERTED) == notes.count(PULLED) == 2 and BROKEN_OFF in notes


async def test_a_reader_that_is_not_there_is_named(tmp_path: Path, pcscd_socket: Path) -> None:
    """Whoever mistypes a reader's name is told which readers there are."""
    async with Pcscd(tmp_path, pcscd_socket):
        with pytest.raises(NoReader, match=READER_NAME):
            await find_slot("no such reader")


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (Record(0x09, "欧阳测试".encode("gb18030").ljust(30, b"\0")), "某某某某"),
        (Record(0x08, b"000000190001010017"), SYNTHETIC_ID),
        (Record(0x07, b"X00000019"), "X11111111"),
    ],
)
def test_records_keep_their_form(record: Record, kept: str) -> None:
    """A record is as long as before, its filler where it was, its value that of nobody."""
    masked = masked_record(record.encode())
    assert len(masked) == len(record.encode())
    assert masked[:2] == record.encode()[:2]
    assert masked[2:].rstrip(b"\0").decode("gb18030") == kept


@pytest.mark.parametrize("record", [b"\x0d\x04\x19\x90\x01\x01", b"\x55\x02AB", b"\x09\x7fshort"])
def test_what_is_not_known_to_be_harmless_is_zeros(record: bytes) -> None:
    """Birth date, unknown items and damaged records leave nothing but their length."""
    masked = masked_record(record)
    assert len(masked) == len(record) and not any(masked[2:])


def test_pins_and_challenges_are_zeros_status_words_stay() -> None:
    """VERIFY, CHANGE PIN and INTERNAL AUTHENTICATE keep head and length."""
    codec = CardCodec()
    (verify,) = codec.feed(TO_DEVICE, bytes.fromhex("0020000003246810"))
    (answer,) = codec.feed(TO_KIOSK, bytes.fromhex("63C5"))
    (change,) = codec.feed(TO_DEVICE, bytes.fromhex("805E01000724681 0FF135790".replace(" ", "")))
    assert verify.data == bytes.fromhex("0020000003000000")
    assert answer.data == bytes.fromhex("63C5")
    assert change.data == bytes.fromhex("805E010007") + bytes(7)


def test_an_answer_to_reset_loses_its_serial_and_still_reads() -> None:
    """The chip's maker stays, the card's serial goes, the check byte of T=1 is mended."""
    t1 = bytes.fromhex("3B8D01") + GOOD.atr_history
    for atr in (GOOD.atr, t1 + bytes([reduce(xor, t1[1:])])):
        masked = masked_atr(atr)
        assert len(masked) == len(atr)
        assert parse_atr(masked).history == GOOD.atr_history[:-6] + bytes(6)


def test_an_answer_to_reset_that_cannot_be_read_is_zeros() -> None:
    """Where the serial is cannot be told, so nothing is kept."""
    assert masked_atr(b"\x3b" + GOOD.atr_history) == bytes(1 + len(GOOD.atr_history))
