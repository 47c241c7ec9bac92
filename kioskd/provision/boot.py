"""What happens at every boot before the kiosk: from kioskd.txt to all that is made of it.

Steps are told in the order in which they are done; a step that fails does not keep the others from
being looked at, so that one visit of a technician puts everything right.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from kioskd import log
from kioskd.domain.text import Text
from kioskd.provision import kept_secrets, retirement
from kioskd.provision.authorities import copy_authorities
from kioskd.provision.data_partition import check_data, is_usable, make_folders
from kioskd.provision.device_names import ROLES, RULES_FILE, rules
from kioskd.provision.findings import (
    SECRETS,
    SITE,
    Step,
    boot_not_written,
    good,
    no_site_file,
    not_wiped,
    retired,
    retirement_unclear,
    save,
    wrong_lines,
)
from kioskd.provision.machine import Machine, writable
from kioskd.provision.made_files import FOR_KIOSK, FOR_ROOT, make_folder, write_made
from kioskd.provision.network import network_files, wifi_file
from kioskd.provision.owner import claim
from kioskd.provision.places import Places
from kioskd.provision.retirement import Stage
from kioskd.provision.site_config import refusals, settings_of, written
from kioskd.provision.site_file import Site, read_site
from kioskd.provision.site_keys import SECRETS as SECRET_KEYS
from kioskd.provision.site_lines import Fault, NotReadable


def provision(places: Places, machine: Machine) -> tuple[Step, ...]:
    """Do every step and keep what was found. Raises OSError if /run cannot be written."""
    _make_site_folder(places, machine)
    data = check_data(places, machine)
    vault = places.vault if not data.stops else None
    unwiped = _finish_wiping(places, machine) if is_usable(data) else None
    if unwiped is None:
        steps = (data, *_from_site_file(places, machine, vault, may_write=is_usable(data)))
    else:
        steps = (data, unwiped)
    save(places.steps, steps)
    for step in steps:
        log.event("provision.step", step=step.name.en, verdict=step.verdict, code=step.code)
    return steps


def _make_site_folder(places: Places, machine: Machine) -> None:
    make_folder(places.site)
    places.notice.unlink(missing_ok=True)
    places.config.unlink(missing_ok=True)
    places.to_retire.unlink(missing_ok=True)


def _finish_wiping(places: Places, machine: Machine) -> Step | None:
    """Wipe what a retirement has left to wipe; return why it could not be."""
    begun = retirement.saved(places)
    if begun is None:
        return None
    try:
        retirement.finish(places, machine, begun)
        make_folders(places, machine)
    except OSError as refused:
        return not_wiped(begun.kiosk, str(refused))
    return None


def _from_site_file(
    places: Places, machine: Machine, vault: Path | None, *, may_write: bool
) -> Iterator[Step]:
    if may_write and kept_secrets.is_unfinished(places.vault):
        yield from _wiped_at_last(places, machine)
    try:
        data = places.site_file.read_bytes()
    except OSError:
        yield no_site_file(_near(places.boot))
        return
    try:
        site, faults = read_site(data)
    except NotReadable as reason:
        yield wrong_lines([Fault(0, reason.what)])
        return
    ended = _ended(places, site) if may_write else None
    if ended is not None:
        yield ended
        if ended.stops:
            return
    secrets, unkept = _secrets(vault, site)
    settings = settings_of(site, secrets, places.etc)
    faults = (*faults, *unkept, *refusals(settings, places.site / "draft.toml"))
    yield wrong_lines(faults) if faults else good(SITE)
    if may_write:
        yield from _taken(places, machine, data, site)
    yield from copy_authorities(places, with_seal="printer" in site.values)
    if faults:
        return
    if may_write and (others := claim(places, site.value("kiosk"))):
        yield others
        return
    _write_all(places, machine, site, secrets, written(settings))


def _ended(places: Places, site: Site) -> Step | None:
    """Say that this was a kiosk; a new code in the file makes it one again."""
    begun = retirement.saved(places)
    if begun is None:
        return None
    if begun.stage is Stage.ASKED:
        return retirement_unclear()
    if any(entry.key == "code" for entry in site.secrets()):
        retirement.begin_anew(places)
        return None
    return retired(begun.kiosk, begun.at, begun.by, begun.ref)


def _wiped_at_last(places: Places, machine: Machine) -> Iterator[Step]:
    try:
        with writable(machine, places.boot):
            kept_secrets.finish_wiping(places.site_file, places.vault)
    except OSError as refused:
        yield boot_not_written(refused.strerror or str(refused))


def _near(boot: Path) -> str:
    """Return a file that somebody may have meant to be kioskd.txt."""
    found = sorted(one.name for one in boot.glob("*.txt*") if one.name.lower().startswith("kioskd"))
    return next((name for name in found if "report" not in name), "")


def _secrets(vault: Path | None, site: Site) -> tuple[Mapping[str, str], list[Fault]]:
    """Return all secrets, kept or still in the file, and those that are nowhere."""
    written = {entry.key: entry.value for entry in site.secrets()}
    if vault is None:
        return written, []
    known = kept_secrets.kept(vault, site) | written
    lost = [
        Fault(
            site.values[key].line,
            Text(
                f"{key}：这张卡上没有保存过，请重新填写。",
                f"{key}: it is not kept on this card; write it again.",
            ),
        )
        for key in SECRET_KEYS
        if site.is_kept(key) and key not in known and key != "code"
    ]
    return known, lost


def _taken(places: Places, machine: Machine, data: bytes, site: Site) -> Iterator[Step]:
    """Keep the secrets that stand in the file, then write over them."""
    found = site.secrets()
    try:
        kept_secrets.forget_unnamed(places.vault, site)
        if found:
            kept_secrets.keep(places.vault, found)
            with writable(machine, places.boot):
                kept_secrets.wipe(places.site_file, places.vault, data, found)
    except OSError as refused:
        yield boot_not_written(refused.strerror or str(refused))
        return
    if any(key in site.values for key in SECRET_KEYS):
        yield good(SECRETS)


def _write_all(
    places: Places, machine: Machine, site: Site, secrets: Mapping[str, str], config: str
) -> None:
    """Write what the kiosk, the network and udev read."""
    make_folder(places.networks)
    for name, text in network_files(site).items():
        write_made(places.networks / name, text)
    wifi = wifi_file(site, secrets)
    if wifi is not None:
        write_made(places.wifi, wifi, FOR_ROOT)
    if "retire" in site.values:
        write_made(places.to_retire, site.value("retire"))
    make_folder(places.rules)
    write_made(places.rules / RULES_FILE, rules({role: site.value(role) for role in ROLES}))
    write_made(places.config, config, FOR_KIOSK)
    machine.give(places.config, group_only=True)
    _tell_machine("host_name", partial(machine.set_host_name, site.value("kiosk").lower()))
    _tell_machine("device_names", machine.reread_device_names)


def _tell_machine(what: str, tell: Callable[[], None]) -> None:
    """Let the machine know; if it will not, the kiosk starts all the same."""
    try:
        tell()
    except OSError as refused:
        log.warning("provision.machine_refused", what=what, reason=str(refused))
