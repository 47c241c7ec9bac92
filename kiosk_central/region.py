"""The region pack, from a file: content that a city edits, checked by the contract's own types."""

from pathlib import Path

from kioskd.domain.region import RegionPack
from kioskd.errors import ConfigError
from kioskd.protocols.central import ContractBroken, decode

SAMPLE_FILE = Path(__file__).with_name("sample_region.json")


def load_region(file: Path = SAMPLE_FILE) -> RegionPack:
    """Read a region pack. Raises ConfigError naming the file and the place in it."""
    try:
        return decode(file.read_bytes(), RegionPack)
    except OSError as missing:
        raise ConfigError(str(file), "", str(missing.strerror)) from missing
    except ContractBroken as broken:
        raise ConfigError(str(file), "", str(broken)) from broken
