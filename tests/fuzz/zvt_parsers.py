"""Everything that reads what comes over the PIN pad's line, on either end."""

from kioskd.domain.money import Money
from kioskd.domain.payment import Decision
from kioskd.errors import ProtocolViolation
from kioskd.protocols import zvt_commands as commands
from kioskd.protocols.zvt_events import ApprovalAsked
from kioskd.protocols.zvt_fields import (
    apdu,
    bitmap,
    parse_bitmaps,
    parse_tlv,
    split_apdu,
    tlv,
    unpacked,
)
from kioskd.protocols.zvt_frames import Block, Damaged, Deframer, Signal, encode_block
from kioskd.protocols.zvt_link import ZvtLink
from kioskd.protocols.zvt_messages import PrintRequest, UnknownRequest, parse_apdu
from kioskd.protocols.zvt_sequence import sequence_of, tagged
from kioskd.protocols.zvt_session import ZvtSession
from tests.fuzz.corpus import hex_in
from tests.fuzz.harness import Parser

BROKEN = (ProtocolViolation,)
APDU_MAX = 300
ASKED = (
    commands.Authorisation(Money(140000), 30, 10, b""),
    commands.Reversal("000000", 17, Money(140000)),
    commands.EndOfDay("000000"),
    commands.StatusEnquiry("000000"),
    commands.RepeatReceipt("000000"),
    commands.TurnoverTotals("000000"),
    commands.Registration("000000"),
)
FRAMES = tuple(it for it in hex_in("test_zvt_vectors.py") if it[:2] == b"\x10\x02")
APDUS = tuple(it.apdu for frame in FRAMES for it in Deframer().receive(frame))
SHORT_REVERSAL = 19
"""Some vectors are of reversals without an amount: good frames, refused as commands."""
COMMANDS = tuple(
    it
    for it in APDUS
    if it[:1] in (b"\x05", b"\x06")
    and it[1] not in b"\x0f\x1e"
    and (it[1] != 0x30 or len(it) >= SHORT_REVERSAL)
)
MESSAGES = tuple(
    it for it in APDUS if it[:1] in (b"\x80", b"\x84", b"\x04") or it[1] in b"\x0f\x1e"
)
TALK = b"".join(encode_block(it) + b"\x06" for it in MESSAGES)


def check_frames(data: bytes) -> None:
    """Nothing is raised or hoarded, and a whole block is read again from its own bytes."""
    deframer = Deframer(APDU_MAX)
    for event in deframer.receive(data):
        assert isinstance(event, Block | Damaged | Signal)
        if isinstance(event, Block):
            assert Deframer(APDU_MAX).receive(encode_block(event.apdu)) == [event]
        assert deframer.held_bytes <= APDU_MAX
    assert deframer.receive(data) is not None and deframer.held_bytes <= APDU_MAX


def check_link(data: bytes) -> None:
    """Nothing is raised, and the next deadline is never in the past for ever."""
    link = ZvtLink()
    link.send(ASKED[0].to_apdu(), 0.0, repeat_on_silence=False)
    now = 0.0
    for at in range(0, len(data), 7):
        link.receive(data[at : at + 7], now)
        while link.next_event() is not None:
            link.bytes_to_send()
        now += 0.05
    _let_time_pass(link, now)
    assert link.held_bytes == 0 and not link.busy


def check_session(data: bytes) -> None:
    """Whatever comes, the command ends, and nothing but ``decide`` accepts an approval."""
    asked, data = ASKED[data[0] % len(ASKED)] if data else ASKED[0], data[1:]
    session, now = ZvtSession(), 0.0
    session.start(asked, now)
    for at in range(0, len(data), 16):
        session.receive(data[at : at + 16], now)
        while (event := session.next_event()) is not None:
            if isinstance(event, ApprovalAsked):
                session.decide(Decision.ACCEPT, now)
        session.bytes_to_send()
        now += 0.1
    _let_time_pass(session, now)
    assert session.idle


def _let_time_pass(codec: ZvtLink | ZvtSession, now: float) -> None:
    for _ in range(100):
        while codec.next_event() is not None:
            pass
        due = codec.deadline()
        if due is None:
            return
        now = max(now, due)
        codec.tick(now)
    raise AssertionError("its deadlines never end")


def check_apdu(data: bytes) -> None:
    control, body = split_apdu(data)
    assert split_apdu(apdu(control, body)) == (control, body)


def check_bitmaps(data: bytes) -> None:
    fields = parse_bitmaps(data)
    written = b"".join(bitmap(identity, value) for identity, value in fields.items())
    assert parse_bitmaps(written) == fields


def check_tlv(data: bytes) -> None:
    objects = parse_tlv(data)
    assert parse_tlv(b"".join(tlv(tag, value) for tag, value in objects.items())) == objects


def check_message(data: bytes, answering: bytes = b"") -> None:
    message = parse_apdu(data, answering)
    if not isinstance(message, PrintRequest | UnknownRequest):  # their contents are dropped
        assert parse_apdu(message.to_apdu(), answering) == message


def check_status_report(data: bytes) -> None:
    check_message(data, commands.StatusEnquiry.control)


def check_command(data: bytes) -> None:
    command = commands.parse_command(data)
    assert commands.parse_command(command.to_apdu()) == command


def check_sequence(data: bytes) -> None:
    sequence_of(data)
    numbered = tagged(data, 123456)
    assert numbered == data or sequence_of(numbered) == 123456


def _fields(messages: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(split_apdu(it)[1] for it in messages if it[:2] == b"\x04\x0f")


ZVT_PARSERS = (
    Parser("zvt_frames.Deframer", check_frames, (), (*FRAMES, TALK)),
    Parser("zvt_link.ZvtLink", check_link, (), (*FRAMES, TALK)),
    Parser(
        "zvt_session.ZvtSession", check_session, (), tuple(b"\0" + it for it in (*FRAMES, TALK))
    ),
    Parser("zvt_fields.split_apdu", check_apdu, BROKEN, APDUS),
    Parser("zvt_fields.parse_bitmaps", check_bitmaps, BROKEN, _fields(MESSAGES)),
    Parser("zvt_fields.parse_tlv", check_tlv, BROKEN, (tlv(0x1F1F, b"\0\x17"), tlv(0x26, b"\x0a"))),
    Parser("zvt_fields.unpacked", unpacked, BROKEN, (b"\x12\x34\x56", b"")),
    Parser("zvt_messages.parse_apdu", check_message, BROKEN, MESSAGES),
    Parser("zvt_messages, 05 01", check_status_report, BROKEN, (bytes.fromhex("060f04f0f0f000"),)),
    Parser("zvt_commands.parse_command", check_command, BROKEN, COMMANDS),
    Parser("zvt_sequence.sequence_of", check_sequence, BROKEN, APDUS),
)
