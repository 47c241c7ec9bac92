"""What happens at every boot before the kiosk: from kioskd.txt to all that is made of it.

Steps are told in the order in which they are done; a step that fails does not keep the others from
being looked at, so that one visit of a technician puts everything right.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kioskd import log
from kioskd.domain.text import Text
from kioskd.provision import kept_secrets
from kioskd.provision.authorities import copy_authorities
from kioskd.provision.data_partition import check_data, is_usable
from kioskd.provision.device_names import ROLES, RULES_FILE, rules
from kioskd.provision.findings import (
    SECRETS,
    SITE,
    Step,
    boot_not_written,
    good,
    no_site_file,
    save,
    wrong_lines,
)
from kioskd.provision.machine import Machine, writable
from kioskd.provision.network import network_files, wifi_file
from kioskd.provision.owner import claim
from kioskd.provision.places import Places
from kioskd.provision.site_config import refusals, settings_of, written
from kioskd.provision.site_file import Site, read_site
from kioskd.provision.site_keys import SECRETS as SECRET_KEYS
from kioskd.provision.site_lines import Fault, NotReadable

_CONFIG_MODE, _SECRET_MODE = 0o640, 0o600


def provision(places: Places, machine: Machine) -> tuple[Step, ...]:
    """Do every step and keep what was found. Raises OSError if /run cannot be written."""
    _make_site_folder(places, machine)
    data = check_data(places, machine)
    vault = places.vault if not data.stops else None
    steps = (data, *_from_site_file(places, machine, vault, may_write=is_usable(data)))
    save(places.steps, steps)
    for step in steps:
        log.event("provision.step", step=step.name.en, verdict=step.verdict, code=step.code)
    return steps


def _make_site_folder(places: Places, machine: Machine) -> None:
    places.site.mkdir(mode=0o755, parents=True, exist_ok=True)
    places.notice.unlink(missing_ok=True)
    places.config.unlink(missing_ok=True)


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
    _write(places.config, config, _CONFIG_MODE)
    machine.give(places.config, group_only=True)
    for name, text in network_files(site).items():
        _write(places.networks / name, text, 0o644)
    wifi = wifi_file(site, secrets)
    if wifi is not None:
        _write(places.wifi, wifi, _SECRET_MODE)
    ports = {role: site.value(role) for role in ROLES}
    _write(places.rules / RULES_FILE, rules(ports), 0o644)
    machine.set_host_name(site.value("kiosk").lower())
    machine.reread_device_names()


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode)
    path.write_text(text, encoding="utf-8")
