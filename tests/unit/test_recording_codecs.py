"""What holds for every wire that can be recorded, whatever comes over it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK, Message, is_noise
from kiosk_bench.recording.sam_v import framed
from kiosk_bench.recording.wires import WIRES, codec_of
from kioskd.protocols.sam_v import PREAMBLE
from kioskd.protocols.zvt_fields import apdu, bitmap, tlv
from kioskd.protocols.zvt_frames import encode_block

PAN = bytes.fromhex("6228481234567890")
PIECES = (
    b"\x10\x02", b"\x10\x03", b"\x06", b"\x10\x04", b"\x1b@", b"\x1c&",
    b"\x1d(k\x08\x001P0", b"\x1dv0\x00\x01\x00\x02\x00", PREAMBLE,
    framed(b"\x20\x01"), framed(b"\x00\x00\x90" + bytes(16)),
    encode_block(b"\x80\x00\x00"), encode_block(b"\x06\x0f\x04\xf0\xff\xf0\x00"),
    encode_block(apdu(b"\x04\x0f", b"\x27\x00")), bytes.fromhex("0101000B0000000103"),
    bytes.fromhex("00B2010000"), bytes.fromhex("01101111111111111111111111111111111111119000"),
)  # fmt: skip
"""What each wire's messages begin with, and a few whole ones."""
lines = st.lists(
    st.tuples(
        st.sampled_from((TO_DEVICE, TO_KIOSK)),
        st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=5).map(
            b"".join
        ),
    ),
    max_size=6,
)


def recorded(wire: str, line: list[tuple[str, bytes]]) -> list[Message]:
    """Return what a recording holds of a line."""
    codec = codec_of(wire)
    messages = [one for direction, data in line for one in codec.feed(direction, data)]
    return messages + codec.flush()


@pytest.mark.parametrize("wire", list(WIRES))
@given(line=lines)
@settings(max_examples=150)
def test_nothing_that_comes_over_a_wire_is_too_much(
    wire: str, line: list[tuple[str, bytes]]
) -> None:
    """Garbage, halves and wholes in any order never raise, and noise keeps no byte of itself."""
    for message in recorded(wire, line):
        assert not is_noise(message) or not any(message.data)


@pytest.mark.parametrize("wire", list(WIRES))
@given(line=lines)
@settings(max_examples=150)
def test_what_is_masked_is_masked_for_good(wire: str, line: list[tuple[str, bytes]]) -> None:
    """A recording recorded again is the same recording: masked messages are whole and harmless."""
    kept = [one for one in recorded(wire, line) if not is_noise(one)]
    again = recorded(wire, [(one.direction, one.data) for one in kept])
    assert [(one.direction, one.data) for one in again] == [
        (one.direction, one.data) for one in kept
    ]


HIDING = st.sampled_from([0x22, 0x23, 0x24, 0x2D, 0x2E, 0x3C, 0x8B, 0x92, 0xAF])
KEPT = st.sampled_from([bitmap(0x04, bytes(6)), bitmap(0x87, b"\x00\x07"), bitmap(0x27, b"\x00")])


@given(hiding=HIDING, before=st.lists(KEPT), after=st.lists(KEPT), control=st.binary(min_size=2))
def test_a_card_number_in_any_field_of_any_message_is_blanked(
    hiding: int, before: list[bytes], after: list[bytes], control: bytes
) -> None:
    """Wherever a PIN pad hides it, in whatever message, it does not reach the disk."""
    for value in (PAN, tlv(0x1F7F, PAN), b"x" + PAN):
        body = [*before, bitmap(hiding, value), *after, bitmap(0x06, tlv(0x4C, value))]
        raw = apdu(control[:2], body)
        for direction in (TO_DEVICE, TO_KIOSK):
            for message in recorded("zvt", [(direction, encode_block(raw))]):
                assert PAN not in message.data
