"""One IPP exchange with a printer, in a worker thread: the only importer of pyipp.

pyipp's serializer and parser make and read the messages; its client is not used, since it wants
asyncio (docs/decisions/0020). A connection is made for each exchange and every wait ends.
"""

import http.client
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from kioskd.errors import ConfigError, DeviceTimeout, DeviceUnavailable, ProtocolViolation
from kioskd.protocols.ipp_shape import well_formed

DEVICE: Final = "document_printer"
CONNECT_LIMIT_S: Final = 5.0
ANSWER_LIMIT_S: Final = 15.0
ANSWER_LIMIT_BYTES: Final = 1 << 20
DEFAULT_PORT: Final = 631
VERSION: Final = (1, 1)
USER: Final = "kioskd"
BUSY: Final = 0x0507
NOT_FOUND: Final = 0x0406
OTHER_TAGS: Final = {"media": 0x44, "print-scaling": 0x44}
"""Keywords: pyipp does not know the one, and takes the other for a name."""


class NotSent(DeviceUnavailable):
    """Nobody listens at the printer's address: certainly nothing has reached it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A printer's answer: its status, and the attributes of jobs and printer."""

    status: int
    jobs: tuple[dict[str, Any], ...]
    printer: dict[str, Any]

    @property
    def is_ok(self) -> bool:
        return self.status < 0x0100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a printer listens."""

    uri: str
    host: str
    port: int
    path: str


def place_of(uri: str) -> Place:
    """Read ``ipp://host[:port]/path``. Raises ConfigError."""
    parts = urlsplit(uri)
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError:
        port = 0
    if parts.scheme != "ipp" or not parts.hostname or not port or parts.query:
        raise ConfigError("document_printer", "uri", "not an ipp:// address")
    return Place(uri, parts.hostname, port, parts.path or "/")


def ask(
    place: Place,
    operation: str,
    operation_attributes: Mapping[str, Any],
    job_attributes: Mapping[str, Any] | None = None,
    document: bytes = b"",
) -> Answer:
    """Do one exchange; blocks. ``operation`` is an IPP name: ``PRINT_JOB``.

    Raises NotSent; DeviceUnavailable or DeviceTimeout where the request may have arrived;
    ProtocolViolation.
    """
    body = _message(place, operation, operation_attributes, job_attributes or {}) + document
    connection = http.client.HTTPConnection(place.host, place.port, timeout=CONNECT_LIMIT_S)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(DEVICE, type(error).__name__) from error
        connection.sock.settimeout(ANSWER_LIMIT_S)
        return _parsed(_exchanged(connection, place, body))
    finally:
        connection.close()


def _exchanged(connection: http.client.HTTPConnection, place: Place, body: bytes) -> bytes:
    headers = {"Content-Type": "application/ipp", "Connection": "close"}
    try:
        connection.request("POST", place.path, body, headers)
        response = connection.getresponse()
        answer = response.read(ANSWER_LIMIT_BYTES)
    except TimeoutError as slow:
        raise DeviceTimeout(DEVICE, "no answer") from slow
    except (OSError, http.client.HTTPException) as error:
        raise DeviceUnavailable(DEVICE, type(error).__name__) from error
    if response.status != http.client.OK:
        raise ProtocolViolation(DEVICE, f"HTTP {response.status}")
    return answer


def _message(
    place: Place,
    operation: str,
    operation_attributes: Mapping[str, Any],
    job_attributes: Mapping[str, Any],
) -> bytes:
    from pyipp.enums import IppOperation, IppTag  # noqa: PLC0415  0.5 s and 27 MiB
    from pyipp.serializer import construct_attribute, encode_dict  # noqa: PLC0415

    head = {"attributes-charset": "utf-8", "attributes-natural-language": "en",
            "printer-uri": place.uri}  # fmt: skip
    # The order matters: charset, language, printer, job, and then the rest (RFC 8011, 4.1.5).
    job = {key: value for key, value in operation_attributes.items() if key == "job-id"}
    rest = {key: value for key, value in operation_attributes.items() if key not in job}
    encoded = encode_dict(
        {
            "version": VERSION,
            "operation": IppOperation[operation],
            "operation-attributes-tag": {**head, **job, "requesting-user-name": USER, **rest},
        }
    )
    if not job_attributes:
        return encoded
    tags = {name: IppTag(tag) for name, tag in OTHER_TAGS.items()}
    attributes = b"".join(
        construct_attribute(name, value, tags.get(name)) for name, value in job_attributes.items()
    )
    end = bytes([IppTag.END.value])
    return encoded.removesuffix(end) + bytes([IppTag.JOB.value]) + attributes + end


def _parsed(data: bytes) -> Answer:
    from pyipp.exceptions import IPPError  # noqa: PLC0415
    from pyipp.parser import parse  # noqa: PLC0415

    try:
        read = parse(well_formed(data))
    except (IPPError, struct.error, LookupError, ValueError, TypeError) as nonsense:
        raise ProtocolViolation(DEVICE, f"no IPP: {type(nonsense).__name__}") from nonsense
    printers = read["printers"]
    return Answer(read["status-code"], tuple(read["jobs"]), printers[0] if printers else {})
