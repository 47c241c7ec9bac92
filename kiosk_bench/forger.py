"""A forger on the line to the centre: what the kiosk asks for arrives, but not as it was sealed.

Faults: ``central.document_changed``: a byte of the paper is another, and its hash is made to fit;
``central.document_of_a_stranger``: a paper like it, soundly signed by somebody else;
``central.pack_changed``: a byte of the region pack is another, its proof is the centre's own.
"""

import http.client
import ssl
from collections.abc import Container
from dataclasses import dataclass

import trio

from kiosk_bench.seal_office import by_a_stranger, with_a_byte_changed
from kioskd.protocols.central import REGION_PATH, decode, encode
from kioskd.protocols.central_documents import DOCUMENT_PATH, SealedDocument

FORGERIES = {
    "central.document_changed": with_a_byte_changed,
    "central.document_of_a_stranger": by_a_stranger,
}
ASKS_FOR_A_DOCUMENT = b"PUT " + DOCUMENT_PATH.partition("{")[0].encode()
ASKS_FOR_THE_PACK = b"GET " + REGION_PATH.encode() + b" "
PACK_CHANGED = "central.pack_changed"
A_REPORT = b"/prints/"
HOP_HEADERS = ("host", "connection", "content-length")


def is_forged(head: bytes, faults: Container[str]) -> bool:
    """Tell whether the answer to this request is to be forged."""
    line = head.partition(b"\r\n")[0]
    if line.startswith(ASKS_FOR_THE_PACK):
        return PACK_CHANGED in faults
    asks = line.startswith(ASKS_FOR_A_DOCUMENT) and A_REPORT not in line
    return asks and any(fault in faults for fault in FORGERIES)


async def forged_answer(
    kiosk: trio.abc.Stream,
    begun: bytes,
    port: int,
    tls: ssl.SSLContext,
    faults: Container[str],
) -> bytes:
    """Read the rest of the request, let the centre at ``port`` answer, and forge the answer."""
    request = await _whole(kiosk, begun)
    answer = await trio.to_thread.run_sync(_asked, request, port, tls)
    if request.startswith(ASKS_FOR_THE_PACK):
        return _with_another_pack(answer)
    document = decode(answer.body, SealedDocument)
    for fault, forge in FORGERIES.items():
        if fault in faults:
            document = await trio.to_thread.run_sync(forge, document)
    body = encode(document)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class _Answer:
    status: str
    headers: dict[str, str]
    body: bytes


def _with_another_pack(answer: _Answer) -> bytes:
    """Return the answer with a bit of its body turned over; one without a body as it is."""
    body = bytearray(answer.body)
    if body:
        body[len(body) // 2] ^= 1
    lines = [f"HTTP/1.1 {answer.status}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + bytes(body)


async def _whole(kiosk: trio.abc.Stream, begun: bytes) -> bytes:
    """Return head and body of one request, of which the beginning has arrived."""
    data = begun
    while len(data) < _length(data):
        data += await kiosk.receive_some()
    return data


def _length(data: bytes) -> int:
    """Return how long the whole request is, at least one more than what is there of its head."""
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end:
        return len(data) + 1
    return len(head) + len(end) + int(_headers(head).get("content-length", "0"))


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    parted = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in parted}


def _asked(request: bytes, port: int, tls: ssl.SSLContext) -> _Answer:
    head, _, body = request.partition(b"\r\n\r\n")
    method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
    headers = {name: value for name, value in _headers(head).items() if name not in HOP_HEADERS}
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        status = f"{answer.status} {answer.reason}"
        return _Answer(status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()
