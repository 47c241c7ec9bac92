"""Where the bytes of a bundle come from: a file, or the centre, piece by piece over mutual TLS.

The centre is asked for a range at a time by this kiosk's own certificate. What cuts a transfer
costs the piece that was on its way; it is asked for again until it comes, with growing pauses.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kioskd import log
from kioskd.errors import (
    NoIdentity,
    ServerContractBroken,
    ServerRefused,
    ServerUnreachable,
    UpdateFault,
    UpdateRefused,
)
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.release_signature import Read
from kioskd.protocols.software_bundle import SOFTWARE_PATH
from kioskd.relay.line import CentralLine

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
PARTIAL: Final = 206
Wait = Callable[[float], None]


def from_file(path: Path) -> Read:
    """Return a reader of a bundle's file. Raises UpdateRefused(NO_BUNDLE)."""

    def read(offset: int, size: int) -> bytes:
        try:
            with path.open("rb") as file:
                return os.pread(file.fileno(), size, offset)
        except OSError as error:
            raise UpdateRefused(UpdateFault.NO_BUNDLE, f"{path}: {error.strerror}") from None

    return read


def from_centre(line: CentralLine, version: str, wait: Wait) -> Read:
    """Return a reader of what the centre has of a version; ``wait`` may raise to end it.

    The reader raises UpdateRefused(NOT_OFFERED) where the centre has no such version.
    """
    path = SOFTWARE_PATH.format(version=version)

    def read(offset: int, size: int) -> bytes:
        failures = 0
        while True:
            try:
                return _range(line, path, offset, size)
            except (ServerUnreachable, NoIdentity, ServerRefused, ServerContractBroken) as error:
                _refuse_what_is_final(error)
                log.event("update.cut", code=error.operator_code, offset=offset)
                wait(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                failures += 1

    return read


def _range(line: CentralLine, path: str, offset: int, size: int) -> bytes:
    """Ask for bytes once. Raises ServerError."""
    about = {"Range": f"bytes={offset}-{offset + size - 1}"}
    answer = line.answered("GET", path, about=about)
    if answer.status != PARTIAL or len(answer.body) > size:
        raise ServerContractBroken("another range than was asked for")
    return answer.body


def _refuse_what_is_final(error: Exception) -> None:
    if isinstance(error, ServerRefused) and error.code == ProblemCode.NOT_FOUND.value:
        raise UpdateRefused(UpdateFault.NOT_OFFERED) from None
