"""What a printer's attributes mean: why it stands still, and how a job is. Pure.

Source: RFC 8011 (5.3.7 job-state, 5.4.11 printer-state, 5.4.12 printer-state-reasons) and what
real printers and ippeveprinter send. Reasons come with or without a severity: ``media-empty``,
``media-empty-error``, and from ippeveprinter ``media-empty-warning`` for an error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.ipp_line import DEVICE
from kioskd.errors import ProtocolViolation

GONE = Trouble(TroubleReason.DOCUMENT_PRINTER_GONE, "D-20")
PAPER_OUT = Trouble(TroubleReason.DOCUMENT_PAPER_OUT, "D-21")
JAM = Trouble(TroubleReason.DOCUMENT_PAPER_JAM, "D-22")
COVER_OPEN = Trouble(TroubleReason.DOCUMENT_PRINTER_OPEN, "D-23")
TONER_EMPTY = Trouble(TroubleReason.DOCUMENT_TONER_EMPTY, "D-24")
BUSY = Trouble(TroubleReason.DOCUMENT_PRINTER_BUSY, "D-25")
STOPPED = Trouble(TroubleReason.DOCUMENT_PRINTER_STOPPED, "D-26")
TRAY_FULL = Trouble(TroubleReason.DOCUMENT_TRAY_FULL, "D-27")
SEAL_MISSING = Trouble(TroubleReason.DOCUMENT_SEAL_MISSING, "D-28")
NONE = Trouble(TroubleReason.DOCUMENT_PRINTER_NONE, "D-29")

STOPS: dict[str, Trouble] = {
    "media-jam": JAM,
    "cover-open": COVER_OPEN,
    "door-open": COVER_OPEN,
    "interlock-open": COVER_OPEN,
    "input-tray-missing": PAPER_OUT,
    "media-empty": PAPER_OUT,
    "media-needed": PAPER_OUT,
    "toner-empty": TONER_EMPTY,
    "marker-supply-empty": TONER_EMPTY,
    "developer-empty": TONER_EMPTY,
    "output-area-full": TRAY_FULL,
    "output-tray-missing": TRAY_FULL,
    "paused": STOPPED,
    "shutdown": STOPPED,
    "fuser-over-temp": STOPPED,
    "marker-waste-full": STOPPED,
    "opc-life-over": STOPPED,
}
"""Most urgent first; whatever is not here (toner-low, media-low) stops nothing."""
SEVERITIES = ("-error", "-warning", "-report")
DESCRIBING = ["printer-make-and-model", "printer-firmware-string-version", "printer-device-id"]
"""RFC 8011 5.4.9; PWG 5110.1 and 5100.13 4.3.5 for the others."""
SERIAL_KEYS = ("SN", "SERN", "SERIALNUMBER")
"""Of an IEEE 1284 device id."""
PRINTER_STOPPED = 5
PRINTER_PROCESSING = 4


class JobState(Enum):
    """RFC 8011, 5.3.7."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9

    @property
    def is_over(self) -> bool:
        return self in (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as the printer tells it."""

    id: int
    state: JobState
    done: int
    """Impressions completed; a sheet's side each."""


@dataclass(frozen=True, slots=True)
class PrinterFacts:
    """The printer as it tells itself."""

    trouble: Trouble | None
    """Why nothing comes out; None where it could print."""
    is_processing: bool


def printer_facts(attributes: Mapping[str, Any]) -> PrinterFacts:
    """Read printer attributes. Raises ProtocolViolation."""
    state = attributes.get("printer-state")
    if not isinstance(state, int):
        raise ProtocolViolation(DEVICE, "no printer-state")
    trouble = trouble_in(_listed(attributes.get("printer-state-reasons", "none")))
    if trouble is None and (
        state == PRINTER_STOPPED or attributes.get("printer-is-accepting-jobs") is False
    ):
        trouble = STOPPED
    return PrinterFacts(trouble, state == PRINTER_PROCESSING)


def described(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return model, firmware and serial number, as far as the printer tells them."""
    parts = (part.split(":", 1) for part in _first(attributes, "printer-device-id").split(";"))
    device_id = {pair[0].strip().upper(): pair[1].strip() for pair in parts if len(pair) == 2}
    found = {
        "model": _first(attributes, "printer-make-and-model"),
        "firmware": _first(attributes, "printer-firmware-string-version"),
        "serial": next((device_id[key] for key in SERIAL_KEYS if key in device_id), ""),
    }
    return {name: said for name, said in found.items() if said}


def _first(attributes: Mapping[str, Any], name: str) -> str:
    return next(iter(_listed(attributes.get(name, ""))), "")


def trouble_in(reasons: Iterable[str]) -> Trouble | None:
    """Return the most urgent trouble among printer-state-reasons, None if there is none."""
    bare = {_without_severity(reason) for reason in reasons}
    return next((trouble for name, trouble in STOPS.items() if name in bare), None)


def job_facts(attributes: Mapping[str, Any]) -> JobFacts:
    """Read job attributes. Raises ProtocolViolation."""
    number, done = attributes.get("job-id"), attributes.get("job-impressions-completed", 0)
    try:
        state = JobState(int(attributes["job-state"]))
    except (KeyError, TypeError, ValueError) as nonsense:
        raise ProtocolViolation(DEVICE, "no job-state") from nonsense
    if not isinstance(number, int):
        raise ProtocolViolation(DEVICE, "no job-id")
    # Some printers say "no value" until the first page is out.
    return JobFacts(number, state, done if isinstance(done, int) and done > 0 else 0)


def job_named(jobs: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """Return the job of this name, None if there is none."""
    return next((job for job in jobs if job.get("job-name") == name), None)


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values]


def _without_severity(reason: str) -> str:
    for severity in SEVERITIES:
        reason = reason.removesuffix(severity)
    return reason
