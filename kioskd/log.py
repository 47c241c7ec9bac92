"""Event logging: stable dotted names with values, one JSON object a line, to stderr (journald).

Secrets mask themselves (``kioskd.domain.secret``); a last net in the formatter blanks anything
that looks like an ID number or card number. Raw wire bytes exist only at TRAFFIC, a level that
``kioskd check`` refuses in production.
"""

import json
import logging
import re
import sys
import time
from collections import deque
from enum import Enum
from typing import Any

TRAFFIC = 5
LINES_KEPT = 4000
"""In memory, for a log bundle: about a day, about a megabyte."""
_PRIORITY = {logging.ERROR: "<3>", logging.WARNING: "<4>", logging.INFO: "<6>"}
_LOOKS_PERSONAL = re.compile(r"(?<![0-9A-Fa-f])\d{15,19}[0-9Xx]?(?![0-9A-Fa-f])")
_logger = logging.getLogger("kioskd")


def event(name: str, level: int = logging.INFO, **values: object) -> None:
    """Log that ``name`` happened: ``event("pinpad.registered", terminal="29001006")``."""
    if _logger.isEnabledFor(level):
        _logger.log(level, name, extra={"values": values})


def warning(name: str, **values: object) -> None:
    """Log an event that an operator should look at."""
    event(name, logging.WARNING, **values)


def fault(name: str, error: BaseException, **values: object) -> None:
    """Log a fault that nobody named, with its trace."""
    _logger.error(name, exc_info=error, extra={"values": values})


def traffic(name: str, data: bytes) -> None:
    """Log raw wire bytes; only at TRAFFIC."""
    if _logger.isEnabledFor(TRAFFIC):
        event(name, TRAFFIC, data=data.hex(" "))


def redact(text: str) -> str:
    """Blank whatever looks like an ID number or a card number."""
    return _LOOKS_PERSONAL.sub("[redacted]", text)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        at = f"{stamp}.{int(record.msecs):03d}Z"
        line: dict[str, Any] = {"at": at, "event": record.getMessage()}
        line |= {key: _plain(value) for key, value in getattr(record, "values", {}).items()}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        text = redact(json.dumps(line, ensure_ascii=False))
        return _PRIORITY.get(record.levelno, "<7>") + text


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value.value if isinstance(value, Enum) else value)


class _Newest(logging.Handler):
    """Keeps the newest lines, from INFO on: never raw bytes, however much is logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record)[len("<6>") :])


def newest_lines() -> tuple[str, ...]:
    """Return the newest lines of the log as they were written, the oldest first."""
    for handler in _logger.handlers:
        if isinstance(handler, _Newest):
            return tuple(handler.lines)
    return ()


def set_up(level: str) -> None:
    """Send events to stderr from ``level`` on: ``info``, ``debug`` or ``traffic``."""
    logging.addLevelName(TRAFFIC, "TRAFFIC")
    handler = logging.StreamHandler(sys.stderr)
    newest = _Newest()
    for one in (handler, newest):
        one.setFormatter(_Lines())
    _logger.handlers[:] = [handler, newest]
    _logger.setLevel(TRAFFIC if level == "traffic" else level.upper())
    _logger.propagate = False


def be_quiet() -> None:
    """Keep the log out of a command's own words: what it finds it tells itself."""
    _logger.handlers[:] = [logging.NullHandler()]
    _logger.propagate = False
