"""``kioskd.txt`` as a whole: every wrong line at once, each with its number and the way out.

What it says becomes a ``Site``: values by name, and settings of the configuration by dotted key.
The settings are tried by ``kioskd.config.load`` itself, so that nothing passes here and fails
there.
"""

import dataclasses
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, get_type_hints

from kioskd.config import Config
from kioskd.domain.text import Text
from kioskd.provision.site_keys import KEYS, NOT_HERE, SECRETS, why_not
from kioskd.provision.site_lines import Entry, Fault, read_lines

PORTS: Final = ("pin_pad", "id_reader", "receipt_printer")


@dataclass(frozen=True, slots=True)
class Site:
    """What the technician wrote. Secrets that are kept already stand in it as their mark."""

    values: Mapping[str, Entry]
    settings: Mapping[str, Entry]
    """By dotted key of the configuration."""

    def value(self, key: str, otherwise: str = "") -> str:
        """Return the value of a name."""
        return self.values[key].value if key in self.values else otherwise

    def is_kept(self, key: str) -> bool:
        """Tell whether a secret was taken from the file already."""
        return self.value(key) == KEYS[key].mark

    def secrets(self) -> tuple[Entry, ...]:
        """Return the secrets that stand in the file."""
        return tuple(
            self.values[key]
            for key in SECRETS
            if key in self.values and self.value(key) != KEYS[key].mark
        )


def read_site(data: bytes) -> tuple[Site, tuple[Fault, ...]]:
    """Return what can be used and all that is wrong. Raises NotReadable."""
    entries, faults = read_lines(data)
    found = [*faults, *_twice(entries)]
    first = {entry.key: entry for entry in reversed(entries)}
    values: dict[str, Entry] = {}
    settings: dict[str, Entry] = {}
    for key, entry in sorted(first.items(), key=lambda one: one[1].line):
        if key in KEYS and not KEYS[key].required and not entry.value:
            continue  # as the template has them: not filled in
        what = _what_is_wrong(entry)
        if what is not None:
            found.append(Fault(entry.line, what))
        elif key in KEYS:
            values[key] = entry
        else:
            settings[key] = entry
    site = Site(values, settings)
    found += _missing(first)
    found += _together(site, first)
    return site, tuple(sorted(found, key=lambda fault: fault.line or BEHIND_ALL))


BEHIND_ALL: Final = 1 << 30


def _what_is_wrong(entry: Entry) -> Text | None:
    key = entry.key
    if key in NOT_HERE:
        return _named(key, NOT_HERE[key])
    if key in KEYS:
        kept = KEYS[key].mark and entry.value == KEYS[key].mark
        what = None if kept else why_not(key, entry.value)
        return _named(key, what) if what else None
    if key in SETTINGS or key.rpartition(".")[0] in SETTINGS:  # cabinet.lamps.card
        return None
    return _unknown(key)


def _named(key: str, what: Text) -> Text:
    return Text(f"{key}：{what.zh}", f"{key}: {what.en}")


def _unknown(key: str) -> Text:
    near = get_close_matches(key, (*KEYS, *SETTINGS), n=1, cutoff=0.6)
    hint = Text(f"是不是 {near[0]}？", f" Did you mean {near[0]}?") if near else Text("", "")
    return Text(f"没有“{key}”这个名称。{hint.zh}", f"There is no name “{key}”.{hint.en}")


def _twice(entries: Iterable[Entry]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for entry in entries:
        first = seen.setdefault(entry.key, entry.line)
        if first != entry.line:
            yield Fault(
                entry.line,
                Text(
                    f"{entry.key} 在第 {first} 行已经写过，请删去一行。",
                    f"{entry.key} stands in line {first} already; delete one of them.",
                ),
            )


def _missing(entries: Mapping[str, Entry]) -> Iterator[Fault]:
    for name, key in KEYS.items():
        if key.required and name not in entries:
            yield Fault(0, Text(f"缺少 {name} = 。", f"The line {name} = is missing."))


def _together(site: Site, entries: Mapping[str, Entry]) -> Iterator[Fault]:
    """What cannot be together; a line that is wrong by itself is not complained of again."""
    yield from _addresses(site, entries)
    yield from _needs(site, entries, "wifi_password", "wifi")
    yield from _needs(site, entries, "wifi_country", "wifi")
    if "retire" in site.values and any(one.key == "code" for one in site.secrets()):
        what = Text(
            "新的入网码和 retire 不能一起写，请删去 retire 这一行。",
            "A new code and retire cannot stand together; delete the line retire.",
        )
        yield Fault(site.values["retire"].line, what)
    seen: dict[str, str] = {}
    for role in PORTS:
        other = seen.setdefault(site.value(role, role), role)
        if other != role:
            yield Fault(
                site.values[role].line,
                Text(
                    f"{role} 和 {other} 写了同一个插口。",
                    f"{role} and {other} name the same socket.",
                ),
            )


def _needs(site: Site, entries: Mapping[str, Entry], key: str, other: str) -> Iterator[Fault]:
    if key in site.values and other not in entries:
        line = site.values[key].line
        yield Fault(line, Text(f"{key} 要和 {other} 一起写。", f"{key} goes with {other}."))


def _addresses(site: Site, entries: Mapping[str, Entry]) -> Iterator[Fault]:
    fixed = site.value("network", "dhcp") == "static"
    if fixed and "address" not in entries:
        what = Text("static 要写 address = 。", "static needs the line address =.")
        yield Fault(site.values["network"].line, what)
    for key in ("address", "gateway"):
        if (
            key in site.values
            and not fixed
            and ("network" not in entries or "network" in site.values)
        ):
            what = Text(
                f"{key} 要和 network = static 一起写。", f"{key} goes with network = static."
            )
            yield Fault(site.values[key].line, what)
    if fixed and "address" in site.values and "gateway" in site.values:
        own = ipaddress.ip_interface(site.value("address"))
        if ipaddress.ip_address(site.value("gateway")) not in own.network:
            what = Text(
                f"网关不在 {own.network} 里。", f"The gateway is not in the network {own.network}."
            )
            yield Fault(site.values["gateway"].line, what)


def _dotted_keys(table: type, prefix: str = "") -> Iterator[str]:
    hints = get_type_hints(table)
    for item in dataclasses.fields(table):
        kind = hints[item.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind is not Text:
            yield from _dotted_keys(kind, f"{prefix}{item.name}.")
        else:
            yield prefix + item.name


SETTINGS: Final = frozenset(_dotted_keys(Config)) - NOT_HERE.keys()
"""The dotted keys of the configuration that the file may set."""
