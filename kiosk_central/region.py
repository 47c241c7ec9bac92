"""The region pack, from a file: content that a city edits, checked by the contract's own types."""

from dataclasses import replace
from pathlib import Path

from kiosk_central.initials import initials
from kioskd.domain.region import RegionPack
from kioskd.domain.region_info import PolicyText
from kioskd.errors import ConfigError
from kioskd.protocols.central import ContractBroken, decode

SAMPLE_FILE = Path(__file__).with_name("sample_region.json")


def load_region(file: Path = SAMPLE_FILE) -> RegionPack:
    """Read a region pack's file.

    Raises ConfigError naming the file and the place in it.
    """
    try:
        return parse_region(file.read_bytes())
    except OSError as missing:
        raise ConfigError(str(file), "", str(missing.strerror)) from missing
    except ContractBroken as broken:
        raise ConfigError(str(file), "", str(broken)) from broken


def parse_region(data: bytes) -> RegionPack:
    """Read a region pack and add what kiosks search by. Raises ContractBroken naming the place."""
    pack = decode(data, RegionPack)
    return replace(pack, policies=tuple(_with_initials(policy) for policy in pack.policies))


def _with_initials(policy: PolicyText) -> PolicyText:
    """Put the initials of the title before those that the file names itself."""
    keys = (initials(policy.title.zh), *policy.keys)
    return replace(policy, keys=tuple(dict.fromkeys(key for key in keys if key)))
