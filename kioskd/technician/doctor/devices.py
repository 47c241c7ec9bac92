"""The devices: are they there, who holds them, and what the running kiosk says of each.

No device is spoken to that the kiosk may be speaking to: a serial port is only looked for, a card
reader only listed. Without a running kiosk nobody knows whether what is plugged in also answers.
"""

from collections.abc import Callable
from typing import Final

from kioskd.config import Config
from kioskd.domain.diagnosis import Finding, faulty, good, unknown, wrong
from kioskd.drivers import ipp_facts
from kioskd.drivers.ipp_line import ask, place_of
from kioskd.errors import ConfigError, DeviceError, DeviceUnavailable
from kioskd.protocols.central_fleet import PaperLevel
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.network import ca_finding
from kioskd.technician.doctor.view import View
from kioskd.transports.pcsc import NOT_ALLOWED, reader_names

PRINTER_ATTRIBUTES: Final = [
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "printer-make-and-model",
]
LOOKED_AT: Final = frozenset(
    {"card_reader", "id_reader", "pin_pad", "receipt_printer", "document_printer", "seal"}
    | {"central", "journal"}
)
"""Roles with a check of their own."""


def pin_pad(view: View) -> Finding:
    """The PIN pad's port, and what the kiosk says of it."""
    return _on_a_port(view, "pin_pad", lambda config: config.pin_pad.port)


def id_reader(view: View) -> Finding:
    """The ID reader's port, and what the kiosk says of it."""
    return _on_a_port(view, "id_reader", lambda config: config.id_reader.port)


def receipt_printer(view: View) -> Finding:
    """The receipt printer's port, and what the kiosk says of it."""
    return _on_a_port(view, "receipt_printer", lambda config: config.receipt_printer.port)


def receipt_paper(view: View) -> Finding:
    """What the printer's sensors say of its paper."""
    if view.live is None:
        return unknown("kiosk_not_asked")
    level = view.live.receipt_paper
    form = f"paper_{level.value}"
    if level is PaperLevel.UNKNOWN:
        return unknown("paper_not_told", form)
    return good(form) if level is PaperLevel.ENOUGH else wrong("receipt_paper_short", form)


def card_reader(view: View) -> Finding:
    """The readers that the card service knows; no card is spoken to."""
    if view.config is None:
        return unknown("no_configuration")
    wanted = view.config.card_reader.reader
    try:
        names = reader_names()
    except DeviceUnavailable as gone:
        if gone.detail == NOT_ALLOWED:
            return unknown("may_not_ask_card_service")
        return wrong("card_service_gone", reason=gone.detail)
    facts = {"readers": ", ".join(names), "wanted": wanted}
    if not any(wanted in name for name in names):
        return wrong("no_card_reader", **facts)
    return _word_of_the_kiosk(view, "card_reader", facts) or good(**facts)


def document_printer(view: View) -> Finding:
    """The A4 printer's own word on itself, by IPP."""
    if view.config is None:
        return unknown("no_configuration")
    uri = view.config.document_printer.uri
    if not uri:
        return good("not_fitted")
    wanted = {"requested-attributes": PRINTER_ATTRIBUTES}
    try:
        answer = ask(place_of(uri), "GET_PRINTER_ATTRIBUTES", wanted)
        trouble = ipp_facts.printer_facts(answer.printer).trouble
    except ConfigError:
        return faulty("K-01", uri=uri, reasons=None, model=None)
    except DeviceError as gone:
        return faulty(ipp_facts.GONE.code, uri=uri, reasons=gone.detail, model=None)
    reasons = answer.printer.get("printer-state-reasons", "none")
    facts = {
        "uri": uri,
        "reasons": ", ".join(reasons) if isinstance(reasons, list) else str(reasons),
        "model": str(answer.printer.get("printer-make-and-model", "")),
    }
    return faulty(trouble.code, **facts) if trouble else good(**facts)


def seal(view: View) -> Finding:
    """The CA whose seals may be printed: is it there, and which one is it."""
    if view.config is None:
        return unknown("no_configuration")
    if not view.config.document_printer.uri:
        return good("not_fitted")
    return ca_finding(view, view.config.document_printer.seal_ca, "seal_ca_missing")


def other_parts(view: View) -> Finding:
    """Everything else on the health board: door, voice, words, a hold by an operator."""
    if view.live is None:
        return unknown("kiosk_not_asked")
    others = [part for part in view.live.parts if part.role not in LOOKED_AT]
    ill = [part for part in others if part.code]
    if not ill:
        return good(roles=", ".join(part.role for part in others))
    told = [f"{part.role} {part.code} {part.ticket}".strip() for part in ill]
    return faulty(ill[0].code, roles=", ".join(told))


def _on_a_port(view: View, role: str, port_of: Callable[[Config], str]) -> Finding:
    if view.config is None:
        return unknown("no_configuration")
    port = port_of(view.config)
    there = view.machine.at(port).exists()
    holders = _holders(view.machine, port) if there else {}
    named = ", ".join(f"{name} ({pid})" for pid, name in holders.items())
    facts = {"port": port, "held_by": named}
    if not there:
        return wrong("port_missing", "port", **facts)
    strangers = {pid for pid in holders if view.live is None or pid != view.live.pid}
    if strangers:
        return wrong("port_held", "port", **facts)
    word = _word_of_the_kiosk(view, role, facts, "port")
    return word or unknown("nobody_asked_it", "port", **facts)


def _word_of_the_kiosk(
    view: View, role: str, facts: dict[str, str], form: str = ""
) -> Finding | None:
    """Return what the running kiosk says of a part; None where it says nothing."""
    part = None if view.live is None else view.live.part(role)
    if part is None:
        return None
    return faulty(part.code, form, **facts) if part.code else good(form, **facts)


def _holders(machine: Machine, port: str) -> dict[int, str]:
    """Return who has the port open, by process; of others' processes only root sees it."""
    meant = machine.at(port).resolve().name
    found = {}
    for name in machine.found("/proc/[0-9]*/fd/*"):
        target = machine.link(name)
        if target is not None and target.startswith("/dev/") and target.endswith(f"/{meant}"):
            pid = name.split("/")[2]
            found[int(pid)] = machine.read(f"/proc/{pid}/comm") or "?"
    return found
