"""What is around the kiosk's program: slot, fonts, units, refused devices, configuration."""

import json
from typing import Final

from kioskd.domain.diagnosis import Facts, Finding, faulty, good, unknown, wrong
from kioskd.errors import ConfigError
from kioskd.screens.font_files import LETTERS_GONE, find_fonts
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import FIRMWARE, RUNTIME, SITE, View
from kioskd.technician.pauses import PAUSE_FILE, falls_in
from kioskd.update.state import Stage, load

SLOTS: Final = frozenset({"a", "b"})
UPDATE_STATE: Final = "/data/update/state.json"
RESTARTS_MAX: Final = 3
UNIT: Final = "kioskd.service"


def kiosk(view: View) -> Finding:
    """Whether the kiosk's program runs, answers, and could take a payment."""
    live = view.live
    if live is None:
        return _why_not_live(view)
    ill = [f"{part.role} {part.code}" for part in live.ill]
    facts = {
        "kiosk": live.kiosk,
        "software": live.software,
        "screen": live.screen,
        "ill": ", ".join(ill),
    }
    return good(**facts) if live.able_to_pay else wrong("cannot_take_payments", **facts)


def _why_not_live(view: View) -> Finding:
    folder = view.machine.at(RUNTIME)
    try:
        is_there = any(folder.iterdir())
    except PermissionError:
        return unknown("may_not_read", "kiosk_silent", what=RUNTIME)
    except FileNotFoundError:
        is_there = False
    if view.status is None or not view.machine.at(f"/proc/{view.status.pid}").exists():
        return wrong("kiosk_not_running", "kiosk_silent", folder=is_there)
    return wrong("kiosk_hangs", "kiosk_silent", age_s=round(view.status_age_s))


def configuration(view: View) -> Finding:
    """Whether the configuration is right; ``kioskd check`` says the same."""
    facts = {"file": str(view.config_file)}
    if view.config_fault is not None:
        wanting = {"setting": view.config_fault.key, "reason": view.config_fault.reason}
        return faulty("K-01", "configuration_wrong", **wanting, **facts)
    return good(**facts)


def provisioning(view: View) -> Finding:
    """Whether something stopped the set-up of this start, as the screen then says."""
    if not view.machine.at(SITE).exists():
        return unknown("not_provisioned")
    text = view.machine.read(f"{SITE}/notice.json")
    if text is None:
        return good()
    try:
        notice = json.loads(text)
        return faulty(str(notice["code"]), title=str(notice["title"]["en"]))
    except (ValueError, LookupError, TypeError):
        return wrong("notice_not_readable")


def slot(view: View) -> Finding:
    """Which of the two systems runs, whether for good or on trial; what became of an update."""
    machine = view.machine
    running = _word(machine.read("/proc/cmdline"), "kioskd.slot=")
    chosen = _word(machine.read(f"{FIRMWARE}/config.txt"), "os_prefix=").rstrip("/")
    if running not in SLOTS:
        return unknown("no_slots")
    facts = {
        "running": running,
        "version": _word(machine.read("/etc/os-release"), "IMAGE_VERSION=").strip('"') or None,
        "update": _newest_update(machine),
    }
    if chosen not in SLOTS:
        return unknown("slot_not_told", what=f"{FIRMWARE}/config.txt", **facts)
    if chosen != running:
        return unknown("slot_on_trial", other=chosen, **facts)
    newest = load(machine.at(UPDATE_STATE))
    return faulty(newest.fault, **facts) if newest.stage is Stage.FAILED else good(**facts)


def _newest_update(machine: Machine) -> str | None:
    """Return what became of the newest version that was wanted; None where only root may look."""
    try:
        if not machine.at(UPDATE_STATE).exists():
            return ""
    except PermissionError:
        return None
    newest = load(machine.at(UPDATE_STATE))
    return f"{newest.version} {newest.stage.value} {newest.detail}".strip()


def fonts(view: View) -> Finding:
    """Whether every font is there and whole."""
    if view.config is None:
        return unknown("no_configuration")
    try:
        found = find_fonts(view.config.screen.font)
    except ConfigError:
        return faulty(LETTERS_GONE.code, letters=None)
    if found.trouble:
        return faulty(found.trouble.code, letters=found.letters)
    return good(letters=found.letters)


def units(view: View) -> Finding:
    """Units of systemd that have failed, and how often the kiosk was started anew."""
    told = view.machine.run(
        "systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager"
    )
    if told is None:
        return unknown("no_systemd")
    failed = [line.split()[0] for line in told.splitlines() if line.strip()]
    count = view.machine.run("systemctl", "show", "-p", "NRestarts", "--value", UNIT) or ""
    falls = falls_in(view.machine.read(str(PAUSE_FILE)) or "")
    restarts = int(count) + falls if count.strip().isdigit() else None
    facts = {"failed": ", ".join(failed), "restarts": restarts}
    if failed:
        return wrong("units_failed", **facts)
    if restarts is None:
        return unknown("restarts_not_told", **facts)
    return (
        wrong("kiosk_falls_again_and_again", **facts) if restarts > RESTARTS_MAX else good(**facts)
    )


def usb(view: View) -> Finding:
    """USB devices that were refused, because nobody listed their kind."""
    machine = view.machine
    switches = machine.found("/sys/bus/usb/devices/*/authorized")
    if not switches:
        return unknown("no_usb")
    refused = [name.rsplit("/", 1)[0] for name in switches if machine.read(name) == "0"]
    told = [_described(machine, device) for device in refused if ":" not in device.split("/")[-1]]
    facts: Facts = {"refused": ", ".join(told), "devices": len(switches)}
    return wrong("usb_refused", **facts) if told else good(**facts)


def _described(machine: Machine, device: str) -> str:
    def told(name: str) -> str:
        return machine.read(f"{device}/{name}") or "?"

    port = device.rsplit("/", 1)[1]
    return f"usb-{port.partition('-')[2]} {told('idVendor')}:{told('idProduct')}"


def _word(text: str | None, start: str) -> str:
    """Return what follows ``start`` in the last word or line that begins so; empty without one."""
    found = [word.removeprefix(start) for word in (text or "").split() if word.startswith(start)]
    return found[-1] if found else ""
