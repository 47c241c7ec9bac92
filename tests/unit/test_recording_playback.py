"""A recording answers in order, forgives what is asked idly, and names what it does not know."""

import pytest

from kiosk_bench.recording.codec import EVENT, TO_DEVICE, TO_KIOSK, Message
from kiosk_bench.recording.file import Header, Recorded, Recording
from kiosk_bench.recording.playback import Mismatch, Playback
from kiosk_bench.recording.sam_v import framed
from kiosk_bench.recording.wires import codec_of
from kioskd.domain.money import Money
from kioskd.protocols.sam_v import Command, request
from kioskd.protocols.zvt_commands import Authorisation, StatusEnquiry
from kioskd.protocols.zvt_frames import encode_block

FIND, SELECT = request(Command.FIND_CARD), request(Command.SELECT_CARD)
NONE, FOUND = framed(b"\0\0\x80"), framed(b"\0\0\x9f" + bytes(4))
SELECTED = framed(b"\0\0\x90" + bytes(8))
ACK, TAKEN = b"\x06", encode_block(b"\x80\0\0")


def recording(wire: str, *messages: tuple[str, bytes]) -> Recording:
    """Return a recording of these, half a second apart."""
    kept = [Recorded(at / 2, Message(way, data, "")) for at, (way, data) in enumerate(messages)]
    return Recording(Header(wire), tuple(kept), {})


def playback(wire: str, *messages: tuple[str, bytes]) -> Playback:
    return Playback(recording(wire, *messages), codec_of(wire))


def a_card() -> Playback:
    """A card is looked for in vain, then found and selected."""
    return playback(
        "sam-v",
        (TO_DEVICE, FIND), (TO_KIOSK, NONE), (TO_DEVICE, FIND), (TO_KIOSK, FOUND),
        (TO_DEVICE, SELECT), (TO_KIOSK, SELECTED),
    )  # fmt: skip


def said(player: Playback, data: bytes) -> list[bytes]:
    return [reply.message.data for reply in player.hear(data)]


def test_requests_are_answered_in_order() -> None:
    """The same question has another answer the next time, as it had then, as late as then."""
    player = a_card()
    assert said(player, FIND) == [NONE]
    (reply,) = player.hear(FIND)
    assert (reply.message.data, reply.after_s) == (FOUND, 0.5)
    assert said(player, SELECT) == [SELECTED] and player.ended


def test_what_is_asked_idly_may_be_asked_less_often_or_more() -> None:
    """Looking for a card changes nothing: skipped, or answered as the last time."""
    assert said(a_card(), SELECT) == [SELECTED]
    player = a_card()
    answers = [said(player, FIND) for _ in range(4)]
    assert answers == [[NONE], [FOUND], [FOUND], [FOUND]]
    assert said(player, SELECT) == [SELECTED]


def test_a_step_that_was_not_taken_then_is_named() -> None:
    """Message, time and byte of the first difference; nothing is made up."""
    player = a_card()
    with pytest.raises(Mismatch, match=r"message 1 at 0\.000 s, byte 7: .*READ_TEXT_AND_PHOTO"):
        player.hear(request(Command.READ_TEXT_AND_PHOTO))


def test_after_the_end_a_new_step_is_named_too() -> None:
    """The recording is over: it says so instead of falling silent."""
    player = a_card()
    said(player, SELECT)
    with pytest.raises(Mismatch, match="after the end"):
        player.hear(request(Command.SAM_ID))


def test_a_command_sent_again_is_answered_again() -> None:
    """A block whose acknowledgement was lost comes twice: the same reply, no step forward."""
    charge = encode_block(Authorisation(Money(100)).to_apdu())
    player = playback("zvt", (TO_DEVICE, charge), (TO_KIOSK, ACK), (TO_DEVICE, ACK))
    assert said(player, charge) == said(player, charge) == [ACK]


def test_acknowledgements_pace_the_device_and_enquiries_may_be_skipped() -> None:
    """After 06 the device goes on; an enquiry that is not asked now is passed over whole."""
    enquiry = encode_block(StatusEnquiry().to_apdu())
    charge = encode_block(Authorisation(Money(100)).to_apdu())
    player = playback(
        "zvt",
        (TO_DEVICE, enquiry), (TO_KIOSK, ACK + TAKEN), (TO_DEVICE, ACK), (TO_DEVICE, charge),
        (TO_KIOSK, ACK), (TO_KIOSK, TAKEN), (TO_DEVICE, ACK), (EVENT, b""), (TO_KIOSK, TAKEN),
    )  # fmt: skip
    assert said(player, charge) == [ACK, TAKEN]
    assert said(player, ACK) == [b"", TAKEN] and player.ended


def test_a_refusal_is_no_acceptance() -> None:
    """An approval accepted then and refused now: the recorded end would be a lie."""
    accepted, refused = TAKEN, encode_block(b"\x84\x66\0")
    player = playback("zvt", (TO_KIOSK, TAKEN), (TO_DEVICE, accepted), (TO_KIOSK, TAKEN))
    player.begin()
    with pytest.raises(Mismatch, match="after the end"):
        player.hear(refused)
