"""From what the technician wrote to the configuration that the kiosk reads."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kioskd.config import load
from kioskd.domain.text import Text
from kioskd.errors import ConfigError
from kioskd.provision.device_names import path_of
from kioskd.provision.site_file import Site
from kioskd.provision.site_keys import centre_url, panel_size
from kioskd.provision.site_lines import Fault

CENTRE_CA = "centre-ca.pem"
SEAL_CA = "seal-ca.pem"
_BEGINNING = "# Made from kioskd.txt at every boot: what is changed here is lost.\n"


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration."""

    literal: str
    """Its value, as TOML writes it."""
    line: int
    """Of kioskd.txt; 0 for what nobody wrote."""


def settings_of(site: Site, secrets: Mapping[str, str], etc: Path) -> dict[str, Setting]:
    """Return the settings by dotted key; ``etc`` is where the kiosk finds its files."""
    made: dict[str, Setting] = {}

    def put(key: str, name: str, value: object) -> None:
        line = site.values[name].line if name in site.values else 0
        made[key] = Setting(_literal(value), line)

    outlet = site.value("outlet", "-")
    put("kiosk.id", "kiosk", site.value("kiosk", "-"))
    put("kiosk.outlet.zh", "outlet", outlet)
    put("kiosk.outlet.en", "outlet_en", site.value("outlet_en", outlet))
    put("kiosk.outlet_id", "outlet_id", site.value("outlet_id"))
    put("central.url", "centre", centre_url(site.value("centre", "-")) or "https://-")
    put("central.ca", "", str(etc / CENTRE_CA))
    for role in ("pin_pad", "id_reader", "receipt_printer"):
        put(f"{role}.port", role, path_of(role, site.value(role, "-")))
    if "pin_pad_password" in secrets:
        put("pin_pad.password", "pin_pad_password", secrets["pin_pad_password"])
    if "printer" in site.values:
        put("document_printer.uri", "printer", site.value("printer"))
        put("document_printer.seal_ca", "printer", str(etc / SEAL_CA))
    width, height, mm = panel_size(site.value("panel")) or (0, 0, 0)
    if width:
        put("screen.width_px", "panel", width)
        put("screen.height_px", "panel", height)
    if mm:
        put("screen.panel_width_mm", "panel", float(mm))
    for key, entry in site.settings.items():
        made[key] = Setting(_as_toml(entry.value), entry.line)
    return made


def written(settings: Mapping[str, Setting]) -> str:
    """Return the configuration as text."""
    return _BEGINNING + "".join(f"{key} = {one.literal}\n" for key, one in settings.items())


def refusals(settings: Mapping[str, Setting], draft: Path) -> tuple[Fault, ...]:
    """Return every setting that the configuration refuses; ``draft`` is written on. Raises OSError.

    It names one at a time, so what is named is taken out and the rest is tried again.
    """
    left, faults = dict(settings), list[Fault]()
    while True:
        draft.write_text(written(left), encoding="utf-8")
        try:
            load(draft)
        except ConfigError as error:
            wrong = [key for key in left if _is_meant(key, error.key)]
            if not wrong:
                return (*faults, _fault(0, error))
            faults += [_fault(left.pop(key).line, error) for key in wrong]
            continue
        finally:
            draft.unlink()
        return tuple(faults)


def _is_meant(key: str, named: str) -> bool:
    return key == named or key.startswith(f"{named}.") or named.startswith((f"{key}.", f"{key}["))


def _fault(line: int, error: ConfigError) -> Fault:
    words = f"{error.key}: {error.reason}"
    refused = f"The kiosk does not take this value ({words})."
    return Fault(line, Text(f"终端不接受这个值（{words}）。", refused))


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _as_toml(value: str) -> str:
    """Return a value as it was written if TOML knows it, else as a text."""
    try:
        tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return _literal(value)
    return value
