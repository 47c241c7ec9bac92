"""What a virtual reader (vpcd) and the card in it say to each other.

vpcd is the TCP server, the card its client. A message is two bytes of length (big-endian) and the
body; a body of one byte is a control: 0 power off, 1 power on, 2 reset, 4 tell your ATR (the only
one that is answered). Source: facts/devices.md 1.
"""

import socket

import trio

POWER_OFF, POWER_ON, RESET, TELL_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
CONTROLS = {POWER_OFF: "power off", POWER_ON: "power on", RESET: "reset"}
FIRST_POLL_S = 1.0
"""A reader that has not asked for the ATR by then has not noticed us: connect again."""
RETRY_S = 0.05


async def send_message(reader: trio.socket.SocketType, body: bytes) -> None:
    """Send one message. Raises OSError."""
    rest = memoryview(len(body).to_bytes(2, "big") + body)
    while rest:
        rest = rest[await reader.send(rest) :]


async def receive_message(reader: trio.socket.SocketType) -> bytes | None:
    """Return the reader's next message, None when it hung up. Raises OSError."""
    length = await _receive_exactly(reader, 2)
    return None if length is None else await _receive_exactly(reader, int.from_bytes(length, "big"))


async def _receive_exactly(reader: trio.socket.SocketType, count: int) -> bytes | None:
    """Return ``count`` bytes, or None when the reader hung up."""
    data = b""
    while len(data) < count:
        # vpcd writes length and body apart: without this, Nagle against delayed acknowledgement
        # makes each command last 44 ms instead of 0.1 ms. The kernel forgets it after each use.
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = await reader.recv(count - len(data))
        if not part:
            return None
        data += part
    return data
