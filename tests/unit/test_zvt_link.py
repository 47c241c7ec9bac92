"""The ZVT link: acknowledging, refusing, repeating and giving up, on virtual time."""

from kioskd.protocols.zvt_frames import encode_block
from kioskd.protocols.zvt_link import (
    Acknowledged,
    ApduReceived,
    BlockDamaged,
    FailureCause,
    LinkLimits,
    TransmissionFailed,
    ZvtLink,
)

ACK, NAK = b"\x06", b"\x15"
PAY = bytes.fromhex("06010A0400000004000049 0156")
OK = bytes.fromhex("800000")
STEP = bytes.fromhex("04FF010A")


def events(link):
    found = []
    while (event := link.next_event()) is not None:
        found.append(event)
    return found


def sent(link, apdu, now=0.0, **kwargs):
    link.send(apdu, now, **kwargs)
    assert link.bytes_to_send() == encode_block(apdu)
    return link


def test_a_block_is_acknowledged_before_it_is_read():
    """The acknowledgement of a whole block is ready at once."""
    link = ZvtLink()
    link.receive(encode_block(STEP), 0.0)
    assert link.bytes_to_send() == ACK
    assert events(link) == [ApduReceived(STEP)]
    assert link.deadline() is None


def test_an_acknowledged_block_is_done():
    """06 ends the wait."""
    link = sent(ZvtLink(), PAY)
    assert link.busy
    link.receive(ACK, 0.1)
    assert events(link) == [Acknowledged(PAY)]
    assert not link.busy
    assert link.deadline() is None


def test_a_refused_block_is_sent_three_times_in_all():
    """15 repeats even a block that moves money, and the third ends it."""
    link = sent(ZvtLink(), PAY, repeat_on_silence=False)
    for _ in range(2):
        link.receive(NAK, 0.1)
        assert link.bytes_to_send() == encode_block(PAY)
        assert events(link) == []
    link.receive(NAK, 0.3)
    assert link.bytes_to_send() == b""
    assert events(link) == [TransmissionFailed(PAY, FailureCause.REFUSED)]


def test_silence_never_repeats_a_block_that_moves_money():
    """After T2 it is given up, not sent again."""
    link = sent(ZvtLink(), PAY, repeat_on_silence=False)
    link.tick(4.9)
    assert events(link) == []
    assert link.deadline() == 5.0
    link.tick(5.0)
    assert link.bytes_to_send() == b""
    assert events(link) == [TransmissionFailed(PAY, FailureCause.SILENCE)]


def test_silence_repeats_a_harmless_block_twice():
    """T2 repeats, three sends in all."""
    link = sent(ZvtLink(), b"\x05\x01\x00")
    for now in (5.0, 10.0):
        link.tick(now)
        assert link.bytes_to_send() == encode_block(b"\x05\x01\x00")
    link.tick(15.0)
    assert link.bytes_to_send() == b""
    assert events(link) == [TransmissionFailed(b"\x05\x01\x00", FailureCause.SILENCE)]


def test_a_wrong_checksum_is_refused_at_once():
    """15 goes out, and the repeated block is taken."""
    link = ZvtLink()
    bad = bytearray(encode_block(STEP))
    bad[-1] ^= 1
    link.receive(bytes(bad), 0.0)
    assert link.bytes_to_send() == NAK
    link.receive(encode_block(STEP), 0.1)
    assert link.bytes_to_send() == ACK
    assert events(link) == [BlockDamaged("checksum is wrong"), ApduReceived(STEP)]


def test_a_gap_inside_a_block_is_refused_after_t1():
    """200 ms without a byte end a block; nothing of it passes for 06 or 15 afterwards."""
    link = sent(ZvtLink(), PAY)
    link.receive(encode_block(STEP)[:5], 0.0)
    assert link.deadline() == 0.2
    link.tick(0.2)
    assert link.bytes_to_send() == NAK
    link.receive(ACK + NAK, 0.3)
    assert link.bytes_to_send() == b""
    assert link.busy
    link.receive(encode_block(STEP), 0.35)
    assert link.bytes_to_send() == ACK


def test_a_gap_is_noticed_by_the_bytes_after_it():
    """Even if nobody ticked in between."""
    link = ZvtLink()
    link.receive(encode_block(STEP)[:5], 0.0)
    link.receive(encode_block(STEP), 1.0)
    assert link.bytes_to_send() == NAK + ACK


def test_a_block_that_begins_anew_is_not_refused():
    """Noise right before a block costs nothing."""
    link = ZvtLink()
    link.receive(b"\x00\x06\x15\x10\x02\x33\x10\x44\x10" + encode_block(STEP), 0.0)
    assert link.bytes_to_send() == ACK
    assert events(link) == [ApduReceived(STEP)]


def test_an_oversized_block_is_refused_and_forgotten():
    """It is not hoarded, and the line heals."""
    link = ZvtLink(LinkLimits(apdu_max_bytes=10))
    link.receive(encode_block(bytes(50)), 0.0)
    assert link.held_bytes == 0
    link.tick(0.2)
    assert link.bytes_to_send() == NAK
    link.receive(encode_block(STEP), 0.3)
    assert link.bytes_to_send() == ACK


def test_an_answer_stands_for_the_lost_acknowledgement_of_its_command():
    """80 00 proves that the command arrived: it is not repeated."""
    link = sent(ZvtLink(), b"\x05\x01\x00")
    link.receive(encode_block(OK), 1.0)
    assert not link.busy
    link.tick(60.0)
    assert link.bytes_to_send() == ACK


def test_an_answer_takes_the_place_of_a_pending_command():
    """A 15 after our answer repeats the answer, never the command before it."""
    link = sent(ZvtLink(), PAY, repeat_on_silence=False)
    sent(link, OK, 0.5)
    link.receive(NAK, 0.6)
    assert link.bytes_to_send() == encode_block(OK)


def test_single_bytes_with_nothing_pending_are_noise():
    """06 and 15 out of the blue do nothing."""
    link = ZvtLink()
    link.receive(ACK + NAK + ACK, 0.0)
    assert (link.bytes_to_send(), events(link), link.deadline()) == (b"", [], None)
