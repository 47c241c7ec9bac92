"""A kiosk without a clock of its own wakes up in 1970 and could not check any certificate.

Only when this machine's time is older than what it knows to be past is the centre asked for it, by
the pinned CA but without looking at dates; only then is the clock set, and only forward. Whoever
held the CA's key could give a wrong time; nobody else. Everything after that is ordinary TLS.
"""

import http.client
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import trio

import kioskd
from kioskd import log
from kioskd.protocols import central
from kioskd.protocols.central import ServerTime
from kioskd.relay.safe_file import write_safely
from kioskd.relay.settings import CentralSettings

LAST_SEEN_FILE = "last-time"
X509_V_FLAG_NO_CHECK_TIME = 0x200000
"""OpenSSL's; Python has no name for it."""
ANSWER_BYTES_MAX = 4096
AGAIN_AFTER_S = 15.0
NOTE_EVERY_S = 6 * 3600.0

ClockSetter = Callable[[float], None]
"""Sets the machine's clock to seconds since 1970. Raises OSError without the right."""


def set_machine_clock(seconds: float) -> None:
    """Set the clock; wants CAP_SYS_TIME. Raises PermissionError."""
    time.clock_settime(time.CLOCK_REALTIME, seconds)


def known_to_be_past(state: Path) -> float:
    """Return the newest moment, in seconds since 1970, that this kiosk knows to be over.

    When the program was built, and when the clock was last seen running right.
    """
    files = (Path(kioskd.__file__), state / LAST_SEEN_FILE)
    return max(file.stat().st_mtime for file in files if file.exists())


def remember_time(state: Path) -> None:
    """Note that it is now at least now; a disk that refuses costs only the note."""
    try:
        write_safely(state / LAST_SEEN_FILE, b"")
    except OSError as refused:
        log.warning("clock.not_noted", reason=str(refused))


def set_right(
    settings: CentralSettings,
    past: float,
    set_clock: ClockSetter = set_machine_clock,
    now: Callable[[], float] = time.time,
) -> bool:
    """Set a clock that is behind ``past`` by the centre's; return False if it is still behind."""
    if now() >= past:
        return True
    try:
        told = ask_time(settings)
    except (OSError, ValueError, http.client.HTTPException) as error:
        log.warning("clock.nobody_told", reason=type(error).__name__)
        return False
    if told < past:
        log.warning("clock.centre_is_behind")
        return False
    try:
        set_clock(told)
    except OSError as refused:
        log.warning("clock.may_not_be_set", reason=refused.strerror)
        return False
    log.event("clock.set", by_s=round(told - now()))
    return True


async def note_forever(state: Path) -> None:
    """Note the time now and then for the next start; say so while it cannot be right.

    The kiosk itself may not set the clock: ``kioskd set-clock`` does, which has the right and
    nothing else to do.
    """
    while True:
        is_right = time.time() >= known_to_be_past(state)
        if is_right:
            await trio.to_thread.run_sync(remember_time, state)
        else:
            log.warning("clock.behind")
        await trio.sleep(NOTE_EVERY_S if is_right else AGAIN_AFTER_S)


def ask_time(settings: CentralSettings) -> float:
    """Return the centre's time, whatever this clock says.

    Raises OSError, HTTPException, ValueError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(settings.ca)
    context.verify_flags |= X509_V_FLAG_NO_CHECK_TIME
    place = urlsplit(settings.url)
    line = http.client.HTTPSConnection(
        place.hostname or "", place.port, timeout=settings.connect_timeout_s, context=context
    )
    try:
        line.request("GET", place.path.rstrip("/") + central.TIME_PATH)
        answer = line.getresponse().read(ANSWER_BYTES_MAX)
    finally:
        line.close()
    try:
        moment = datetime.fromisoformat(central.decode(answer, ServerTime).now)
    except central.ContractBroken as broken:
        raise ValueError(str(broken)) from None
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.timestamp()
