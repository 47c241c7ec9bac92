"""What may leave the kiosk of its log and of the kernel's: only what is known to be impersonal.

The log masks secrets by type and blanks what looks like a number of a person. Before it is carried
away the rule is turned round: a value stays if its key is listed and it looks as that key's values
do, a number, a word of our own, a reference, an operator's code. Of a text the sentences of the
system stay that are in it. The rest is withheld, and it shows that something was.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from kioskd import errors

WITHHELD: Final = "[withheld]"
LONG_NUMBER: Final = re.compile(r"\d{8,}")
"""As in the shortest number of a person, a card's, which is a letter and eight digits."""

_WORD = r"[a-z]{1,16}\d{0,2}(?:[_.\-][a-z]{1,16}\d{0,2}){0,5}"
_CODE = r"[A-Z]-[0-9A-F]{2}"
_REF = r"[A-Z0-9]{2,8}(?:-[A-Z0-9]{4,8}){1,3}|R-\d{1,7}"
_AMOUNT = r"-?[\d,]{1,12}\.\d\d"
_VERSION = r"\d{1,3}(?:\.\d{1,4}){1,3}(?:[a-z0-9+.\-]{0,16})"
_TIME = r"\d{4}-\d\d-\d\d(?:T[\d:.]{5,12}Z?(?:\+\d\d:\d\d)?)?"
WORD: Final = re.compile(f"{_WORD}|{_CODE}|zh_CN|K\\d{{1,6}}|SIG[A-Z]+")
REF: Final = re.compile(_REF)
UUID: Final = re.compile(r"[0-9a-f]{32}")
"""A name of eight characters looks the same in UTF-16: it is told as a short hash of itself."""
MEASURE: Final = re.compile(f"-?\\d{{1,7}}|{_AMOUNT}|{_VERSION}|{_TIME}")
EVENT: Final = re.compile(r"[a-z0-9_]{1,32}(?:\.[a-z0-9_]{1,32}){1,3}")
STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

# fmt: off
WORDS: Final = frozenset({
    "code", "command", "copy", "deed", "done", "driver", "fault", "field", "id", "key", "kind",
    "language", "module", "outcome", "paper", "part", "place", "printed", "rule", "screen",
    "service", "signal", "stage", "state", "status", "step", "verdict",
})
REFS: Final = frozenset({"print", "ref"})
MEASURES: Final = frozenset({
    "by_s", "byte", "currency", "door_open", "earphones", "errno", "failing", "faults", "first",
    "height", "held", "journal", "lamps", "ms", "number", "pages", "receipt", "seq", "settled",
    "shown", "somebody", "told", "tries_left", "until", "version", "width",
})
# fmt: on
SENTENCES: Final = frozenset({"because", "by", "detail", "error", "reason", "what", "why"})
NOT_TAKEN: Final = frozenset({"data", "item", "reader", "states", "terminal"})
"""Logged, and left where it is: raw bytes, a card's record, names of makers."""

SYSTEM_SENTENCES: Final = (
    *sorted({os.strerror(number) for number in errno.errorcode}, key=len, reverse=True),
    "database disk image is malformed",
    "database or disk is full",
    "disk I/O error",
    "attempt to write a readonly database",
    "unable to open database file",
    "database is locked",
    "file is not a database",
    "another program is using it",
    "not used until opened and checked anew",
    "Name or service not known",
    "no answer",
    "no reader",
    "the line has ended",
)
"""What operating system, database and drivers say of themselves; nobody is named in it."""
OUR_ERRORS: Final = frozenset(name for name in vars(errors) if name[0].isupper())
ERROR_NAME: Final = re.compile(r"(?:[A-Z][A-Za-z]{2,30})(?:Error|Exception|Timeout|Broken)")
PC_SC: Final = re.compile(r"PC/SC [0-9A-F]{8}|refused with [0-9A-F]{2}|HTTP \d{3}")
TRACE_LINE: Final = re.compile(
    r'File "[^"]*?(kioskd/[a-z0-9_/]+\.py)", line (\d+), in ([a-z0-9_<>]+)'
)

TRACE_KIND: Final = re.compile(r"^(?:[a-z_0-9]+\.)*([A-Z][A-Za-z]+)(?::|$)", re.MULTILINE)

KERNEL_LINE: Final = re.compile(
    r"\[\s*\d+\.\d+\] (?:usb|hub|mmc|mmcblk|sdhci|EXT4-fs|FAT-fs|hwmon|thermal|watchdog|bcm|drm|"
    r"vc4|eth|smsc|lan78|ftdi|cp210x|ch341|pl2303|cdc_acm|Linux version|Out of memory|Kernel panic|"
    r"Under-?voltage|Voltage|raspberrypi|random: crng|systemd\[1\]: Watchdog)"
)
KERNEL_NAMES: Final = re.compile(r"(?i)product:|manufacturer:|serialnumber:|command line|uuid")
"""Of a thing that somebody plugged in: a telephone bears its owner's name."""


def log_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield what may be carried away of the log; lines of other programs are counted, not taken."""
    others = 0
    for line in lines:
        told = _read(line)
        if told is None:
            others += bool(line.strip())
        else:
            yield json.dumps(_scrubbed(told), ensure_ascii=True)
    if others:
        yield json.dumps({"event": "bundle.other_lines", "withheld": others})


def kernel_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield the kernel's lines on buses, disks, power and memory; nothing that names an owner."""
    for line in lines:
        is_wanted = KERNEL_LINE.match(line) and not KERNEL_NAMES.search(line)
        if is_wanted and line.isascii():
            yield LONG_NUMBER.sub(WITHHELD, line)


def sentence(text: str) -> str:
    """Return what is impersonal in a text: sentences of the system, names of errors, codes."""
    if WORD.fullmatch(text) or text in OUR_ERRORS or ERROR_NAME.fullmatch(text):
        return text if not LONG_NUMBER.search(text) else WITHHELD
    known = [one for one in SYSTEM_SENTENCES if one.lower() in text.lower()][:1]
    known += PC_SC.findall(text)
    return "; ".join(known) or WITHHELD


def _read(line: str) -> dict[str, Any] | None:
    """Return a line of our own log; None for anybody else's."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or not STAMP.fullmatch(str(told.get("at"))):
        return None
    return told if EVENT.fullmatch(str(told.get("event"))) else None


def _scrubbed(told: dict[str, Any]) -> dict[str, Any]:
    kept = {key: told[key] for key in ("at", "event")}
    others = {key: value for key, value in told.items() if key not in kept}
    if "trace" in others:
        kept["trace"] = _trace(str(others.pop("trace")))
    withheld = [key for key in others if _group(key) is None]
    kept |= {key: _value(key, value) for key, value in others.items() if _group(key) is not None}
    return kept | ({"withheld": len(withheld)} if withheld else {})


def _group(key: str) -> frozenset[str] | None:
    return next((group for group in (WORDS, REFS, MEASURES, SENTENCES) if key in group), None)


def _value(key: str, value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if LONG_NUMBER.search(text) and key not in REFS:
        return WITHHELD
    if key in REFS and UUID.fullmatch(text):
        return "#" + hashlib.sha256(text.encode()).hexdigest()[:8]
    if key in SENTENCES:
        return sentence(text)
    pattern = {WORDS: WORD, REFS: REF, MEASURES: MEASURE}[_group(key) or WORDS]
    looks_right = pattern.fullmatch(text) or MEASURE.fullmatch(text)
    return (value if isinstance(value, int | float) else text) if looks_right else WITHHELD


def _trace(text: str) -> list[str]:
    """Return where it fell, in our own files, and the kind of the error; never its message."""
    places = [f"{file}:{number} {name}" for file, number, name in TRACE_LINE.findall(text)]
    kinds = [found[1] for found in TRACE_KIND.finditer(text)]
    known = [kind for kind in kinds if kind in OUR_ERRORS or ERROR_NAME.fullmatch(kind)]
    return places + known[-1:]
