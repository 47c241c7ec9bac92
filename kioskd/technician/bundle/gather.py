"""What goes into a bundle: each part on its own; one that cannot be had costs only itself."""

import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from kioskd import __version__, log, scrub
from kioskd.config import Config
from kioskd.domain.diagnosis import Line, State
from kioskd.errors import JournalDamaged, KioskError
from kioskd.payments.audit import head_of, read_payments
from kioskd.payments.contract import Payment
from kioskd.payments.reconcile import unsettled
from kioskd.protocols import central
from kioskd.screens.words import Words
from kioskd.technician.bundle.archive import Contents
from kioskd.technician.doctor.report import as_data
from kioskd.technician.doctor.view import View

LOG_LINES: Final = 4000
"""As many as the daemon keeps for the centre's own order of a log."""
SHORT_LOG_LINES: Final = 40
PAYMENTS: Final = 500
SECRET_KEYS: Final = ("password", "secret", "token", "code", "pin")
UNITS: Final = ("kioskd*", "pcscd*", "systemd-networkd*", "systemd-timesyncd*", "data*", "boot*")


class Missing(KioskError):
    """A part of the bundle cannot be had, and why."""


Part = Callable[[View], str | bytes]


def gather(view: View, lines: tuple[Line, ...], about: Mapping[str, Any]) -> Contents:
    """Return everything that can be had; what cannot is named with the reason."""
    doctor = as_data(lines, about, Words("en"))
    parts: dict[str, Part] = {
        "doctor.json": lambda _: _json(_redacted(doctor)),
        "status.json": _status,
        "configuration.json": _configuration,
        "journal.json": _journal,
        "versions.json": _versions,
        "log.jsonl": _log,
        "kernel.txt": _kernel,
        "units.txt": _units,
    }
    return _taken(view, parts)


def gather_short(view: View, lines: tuple[Line, ...], about: Mapping[str, Any]) -> Contents:
    """Return what is worth carrying by QR codes: what is not good, the state, newest warnings."""
    bad = tuple(line for line in lines if line.finding.state is not State.GOOD)
    told = [_line(line) for line in as_data(bad, {}, Words("en"))["lines"]]
    parts: dict[str, Part] = {
        "doctor.json": lambda _: _json(_redacted({**about, "lines": told})),
        "status.json": _status,
        "versions.json": _versions,
        "log.jsonl": lambda view: _newest_warnings(_log(view)),
    }
    return _taken(view, parts)


def _taken(view: View, parts: Mapping[str, Part]) -> Contents:
    contents = Contents()
    for name, part in parts.items():
        try:
            data = part(view)
        except Missing as missing:
            contents.missing[name] = str(missing)
        else:
            contents.files[name] = data.encode() if isinstance(data, str) else data
    return contents


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {key: line[key] for key in ("check", "state", "why", "facts")}


def _status(view: View) -> str | bytes:
    if view.status is None:
        raise Missing("the kiosk does not run, or this user may not read its status")
    return central.encode(view.status)


def _configuration(view: View) -> str:
    if view.config is None:
        raise Missing(f"wrong: {view.config_fault.key}" if view.config_fault else "none")
    return _json(without_secrets(view.config))


def without_secrets(config: Config) -> dict[str, Any]:
    """Return the configuration as plain values; what is a secret is withheld."""

    def plain(value: object, key: str = "") -> object:
        if any(word in key.split("_") for word in SECRET_KEYS):
            return scrub.WITHHELD
        if isinstance(value, dict):
            return {str(name): plain(inner, str(name)) for name, inner in value.items()}
        if isinstance(value, str) and "://" in value:
            return _without_user(value)
        return list(value) if isinstance(value, tuple) else value

    tables = asdict(config)
    return {
        name: {key: plain(value, key) for key, value in table.items()}
        for name, table in tables.items()
    }


def _journal(view: View) -> str:
    path = None if view.state_folder is None else view.state_folder / "journal.db"
    if path is None or not path.exists():
        raise Missing("no journal is there")
    try:
        payments, head, listed = read_payments(path), head_of(path), unsettled(path)
    except JournalDamaged as damage:
        raise Missing(scrub.sentence(str(damage))) from None
    return _json(
        {
            "series": head.series,
            "entries": head.seq,
            "head": head.head.hex(),
            "states": Counter(payment.state.value for payment in payments),
            "newest": [_payment(payment) for payment in payments[-PAYMENTS:]],
            "unsettled": [[one.matter.name.lower(), one.ref, one.amount.fen] for one in listed],
        }
    )


def _payment(payment: Payment) -> list[object]:
    """Return reference, time, fen, state and the code of the reason: nobody is in it."""
    is_code = scrub.WORD.fullmatch(payment.reason)
    reason = payment.reason if is_code else scrub.WITHHELD if payment.reason else ""
    return [payment.ref, payment.at, payment.amount.fen, payment.state.value, reason]


def _versions(view: View) -> str:
    release = dict(
        line.split("=", 1)
        for line in (view.machine.read("/etc/os-release") or "").splitlines()
        if "=" in line
    )
    wanted = ("PRETTY_NAME", "IMAGE_ID", "IMAGE_VERSION")
    return _json(
        {
            "kioskd": __version__,
            "python": platform.python_version(),
            "kernel": view.machine.read("/proc/sys/kernel/osrelease"),
            "board": view.machine.read("/proc/device-tree/model"),
            "system": {key: release[key].strip('"') for key in wanted if key in release},
        }
    )


def _log(view: View) -> str:
    """Return the kiosk's lines: within it from memory, beside it from the system's log."""
    if own := log.newest_lines():
        return "\n".join(scrub.log_lines(own))
    told = view.machine.run(
        *("journalctl", "--boot", "--no-pager", "--output=cat", f"--lines={LOG_LINES}"),
        *("--unit=kioskd*",),
    )
    if not told:
        raise Missing("the system's log cannot be read by this user, or has no lines of kioskd")
    return "\n".join(scrub.log_lines(told.splitlines()))


def _newest_warnings(lines: str) -> str:
    """Return the newest lines with an error, a reason or a code; a good day's log is long."""
    told = [
        line
        for line in lines.splitlines()
        if '"code"' in line or '"trace"' in line or '"reason"' in line
    ]
    return "\n".join(told[-SHORT_LOG_LINES:])


def _kernel(view: View) -> str:
    lines = view.machine.kernel_log()
    if lines is None:
        raise Missing("this user may not read the kernel's log")
    return "\n".join(scrub.kernel_lines(lines))


def _units(view: View) -> str:
    told = view.machine.run(
        "systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager", *UNITS
    )
    if told is None:
        raise Missing("systemd could not be asked")
    return log.redact(told)


def _redacted(value: Any) -> Any:
    """Return plain values with the last net drawn through every text."""
    if isinstance(value, dict):
        return {key: _redacted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner) for inner in value]
    return log.redact(value) if isinstance(value, str) else value


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
