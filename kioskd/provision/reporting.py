"""Telling what was found, wherever somebody may look: the card, the panel."""

from collections.abc import Sequence

from kioskd import log
from kioskd.provision.findings import Step
from kioskd.provision.machine import Machine
from kioskd.provision.places import Places
from kioskd.provision.report import facts_of, report, write_notice, write_report
from kioskd.provision.site_file import read_site
from kioskd.provision.site_lines import NotReadable


def tell(places: Places, machine: Machine, steps: Sequence[Step]) -> None:
    """Write the report and the notice; a place that cannot be written is only logged."""
    facts = facts_of(machine, _kiosk_id(places))
    try:
        write_notice(places, facts, steps)
        write_report(places, machine, report(facts, steps, machine.now()))
    except OSError as refused:
        log.warning("provision.not_told", reason=str(refused))


def _kiosk_id(places: Places) -> str:
    try:
        site, _ = read_site(places.site_file.read_bytes())
    except (OSError, NotReadable):
        return ""
    return site.value("kiosk")
