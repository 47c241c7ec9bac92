"""Telling what was found, wherever somebody may look: the card, the panel."""

from collections.abc import Sequence

from kioskd import log
from kioskd.provision import enrolment, kept_secrets
from kioskd.provision.findings import Step, not_retired
from kioskd.provision.machine import Machine
from kioskd.provision.places import Places
from kioskd.provision.report import facts_of, report, write_notice, write_report
from kioskd.provision.retirement import told_refusal
from kioskd.provision.site_file import read_site
from kioskd.provision.site_lines import NotReadable
from kioskd.provision.update_found import update_not_taken
from kioskd.relay.identity import IDENTITY_FILE


def tell(places: Places, machine: Machine, found: Sequence[Step]) -> None:
    """Write the report and the notice; a place that cannot be written is only logged.

    Where enrolment stands is told only when nothing before it is in the way.
    """
    steps = list(found)
    if (refusal := told_refusal(places)) is not None:
        steps.append(not_retired(refusal.left, refusal.final))
    if not any(step.stops for step in found):
        steps.append(_enrolment(places))
    steps += update_not_taken(places)
    facts = facts_of(machine, _kiosk_id(places))
    try:
        write_notice(places, facts, steps)
        write_report(places, machine, report(facts, steps, machine.now()))
    except OSError as refused:
        log.warning("provision.not_told", reason=str(refused))


def _enrolment(places: Places) -> Step:
    """Say where enrolment stands; a code that has served is forgotten."""
    outcome, code = enrolment.saved(places.enrolment), places.vault / "code"
    step = enrolment.step_of(
        outcome,
        has_identity=(places.state / "identity" / IDENTITY_FILE).exists(),
        has_code=code.exists(),
    )
    if outcome is not None and outcome.is_final:
        try:
            kept_secrets.forget(places.vault, "code")
        except OSError as refused:
            log.warning("provision.code_stays", reason=str(refused))
    return step


def _kiosk_id(places: Places) -> str:
    try:
        site, _ = read_site(places.site_file.read_bytes())
    except (OSError, NotReadable):
        return ""
    return site.value("kiosk")
