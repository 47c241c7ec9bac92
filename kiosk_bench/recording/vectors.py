"""Turns a recording into a file of ``tests/vectors``: a device's bytes, and where they are from."""

from kiosk_bench.recording.codec import EVENT, Message, is_noise
from kiosk_bench.recording.file import Recording
from kiosk_bench.recording.wires import codec_of

LINE, ON_ONE_LINE = 72, 88
"""Characters of a string on one line of the file: 24 bytes, or all of a shorter one."""
HEAD = '''\
"""Bytes of a real device, recorded and masked; no simulator takes part.

{provenance}
"""

from kiosk_bench.recording.wires import codec_of

WIRE = "{wire}"
MESSAGES = [
'''
TAIL = ''']
"""Direction, bytes, what they mean."""


def test_each_message_is_read_as_it_was_recorded() -> None:
    """In order, every message is whole and means what it meant on that day."""
    codec = codec_of(WIRE)
    for way, data, meaning in MESSAGES:
        read = codec.feed(way, bytes.fromhex(data))
        assert [(one.data.hex(" "), one.note) for one in read] == [(data, meaning)]
'''


def vectors_of(recording: Recording) -> str:
    """Return the text of the file. Raises UnknownWire."""
    codec_of(recording.header.wire)
    told = (one.message for one in recording.messages)
    kept = [one for one in told if one.direction != EVENT and not is_noise(one)]
    head = HEAD.format(provenance=_provenance(recording), wire=recording.header.wire)
    return head + "".join(map(_row, kept)) + TAIL


def _provenance(recording: Recording) -> str:
    header = recording.header
    known = {
        **header.device,
        **{f"itself: {key}": value for key, value in recording.identity.items()},
    }
    lines = [f"Recorded {header.began} by {header.program}, wire {header.wire}."]
    lines += [f"Device, {key}: {value}" for key, value in known.items()]
    return "\n".join(map(_plain, lines))


def _row(message: Message) -> str:
    data, note = message.data.hex(" "), _plain(message.note)
    fields = (_quoted(message.direction), _quoted(data), _quoted(note))
    return "    (\n" + "".join(f"{field},\n" for field in fields) + "    ),\n"


def _quoted(text: str) -> str:
    """Return a string for the file, cut so that no line is too long."""
    if len(text) <= ON_ONE_LINE:
        return f'        "{text}"'
    pieces = [text[at : at + LINE] for at in range(0, len(text), LINE)]
    return "        (\n" + "".join(f'            "{piece}"\n' for piece in pieces) + "        )"


def _plain(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")
