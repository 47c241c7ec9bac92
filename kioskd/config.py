"""The configuration: one TOML file into frozen settings; each part owns its own keys.

An unknown key, a missing key, a wrong type or a number that can only be in the wrong unit is a
ConfigError that names file and key.
"""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from kioskd.domain.text import Text
from kioskd.drivers.settings import (
    CabinetSettings,
    DocumentPrinterSettings,
    IdReaderSettings,
    PinPadSettings,
    ReceiptPrinterSettings,
    SocialCardReaderSettings,
    VoiceSettings,
)
from kioskd.errors import ConfigError
from kioskd.flows.settings import VisitSettings
from kioskd.payments.settings import PaymentSettings
from kioskd.relay.settings import CentralSettings
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.words import LANGUAGES

T = TypeVar("T")

PLAUSIBLE: dict[str, tuple[float, float]] = {
    "screen.idle_limit_s": (1, 900),
    "screen.warning_s": (0.5, 120),
    "visit.card_left_alarm_s": (0.2, 300),
    "visit.absence_s": (0.2, 300),
    "visit.goodbye_s": (0, 30),
    "visit.receipt_number_s": (0.2, 60),
    "central.connect_timeout_s": (0.2, 60),
    "central.read_timeout_s": (0.2, 120),
    "id_reader.poll_interval_s": (0.3, 5),
    "pin_pad.ack_timeout_s": (5, 120),
    "pin_pad.waits_max": (0, 255),
    "visit.paper_s": (0, 60),
    "visit.voice_again_s": (0.2, 120),
    "voice.words_per_minute": (60, 300),
    "voice.pitch": (0, 99),
    "document_printer.offset_x_mm10": (-200, 200),
    "document_printer.offset_y_mm10": (-200, 200),
    "document_printer.stopped_limit_s": (1, 900),
    "document_printer.silence_limit_s": (1, 300),
    "document_printer.busy_limit_s": (1, 300),
    "document_printer.page_limit_s": (5, 600),
    "document_printer.cancel_limit_s": (1, 120),
}
"""Least and most of numbers with a unit: outside, the file must mean another unit."""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """``[kiosk]``: which kiosk this is."""

    id: str
    """As registered at the centre: ``K0123``."""
    outlet: Text
    """Where it stands, as shown in the header."""
    outlet_id: str = ""
    """The outlet of the region pack in which it stands: "you are here" on the map."""
    state_dir: str = "/var/lib/kioskd"
    """The journal and the last region pack."""
    production: bool = True
    """In production ``kioskd check`` refuses TRAFFIC logs and the screen console."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """``[log]``."""

    level: str = "info"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, one field a table."""

    kiosk: KioskSettings
    central: CentralSettings
    pin_pad: PinPadSettings
    id_reader: IdReaderSettings
    receipt_printer: ReceiptPrinterSettings
    card_reader: SocialCardReaderSettings = field(default_factory=SocialCardReaderSettings)
    document_printer: DocumentPrinterSettings = field(default_factory=DocumentPrinterSettings)
    cabinet: CabinetSettings = field(default_factory=CabinetSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    visit: VisitSettings = field(default_factory=VisitSettings)
    payments: PaymentSettings = field(default_factory=PaymentSettings)
    log: LogSettings = field(default_factory=LogSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)


def load(path: Path) -> Config:
    """Read and check ``path``. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise ConfigError(str(path), "-", str(broken)) from broken
    _refuse_unknown_keys(path, table, Config, "")
    config = _convert(path, table, Config)
    if not config.kiosk.id:
        raise ConfigError(str(path), "kiosk.id", "is empty")
    _refuse_implausible(path, config)
    _refuse_dumb_voice(path, config.voice)
    _refuse_in_production(path, config)
    return config


def _refuse_unknown_keys(path: Path, table: dict[str, Any], wanted: type, prefix: str) -> None:
    hints = get_type_hints(wanted)
    fields = {item.name: item for item in dataclasses.fields(wanted)}
    for key, value in table.items():
        if key not in fields:
            raise ConfigError(str(path), prefix + key, f"unknown key{_hint(key, fields)}")
        if dataclasses.is_dataclass(hints[key]) and isinstance(value, dict):
            _refuse_unknown_keys(path, value, hints[key], f"{prefix}{key}.")
    for name, item in fields.items():
        required = item.default is item.default_factory is dataclasses.MISSING
        if required and name not in table:
            raise ConfigError(str(path), prefix + name, "missing key")


def _hint(key: str, fields: dict[str, Any]) -> str:
    """Point out the same key in another unit: ``idle_limit_ms`` for ``idle_limit_s``."""
    stem = key.rpartition("_")[0]
    meant = [name for name in fields if stem and name.rpartition("_")[0] == stem]
    return f"; wrong unit? this kiosk reads {meant[0]}" if meant else ""


def _convert(path: Path, table: dict[str, Any], wanted: type[T]) -> T:
    try:
        return msgspec.convert(table, wanted)
    except msgspec.ValidationError as broken:
        reason, _, place = str(broken).partition(" - at `$")
        raise ConfigError(str(path), place.strip("`.") or "-", reason) from None


def _refuse_implausible(path: Path, config: Config) -> None:
    for key, (least, most) in PLAUSIBLE.items():
        section, _, name = key.partition(".")
        value = getattr(getattr(config, section), name)
        if not least <= value <= most:
            raise ConfigError(
                str(path), key, f"{value} is not between {least} and {most}; wrong unit?"
            )


def _refuse_dumb_voice(path: Path, voice: VoiceSettings) -> None:
    if voice.volume not in voice.volumes:
        raise ConfigError(str(path), "voice.volume", f"is one of {list(voice.volumes)}")
    if missing := [language for language in LANGUAGES if language not in voice.voices]:
        raise ConfigError(str(path), "voice.voices", f"no voice for {', '.join(missing)}")


def _refuse_in_production(path: Path, config: Config) -> None:
    if not config.central.url.startswith("https://"):
        raise ConfigError(str(path), "central.url", "is https://...")
    if config.log.level not in ("info", "debug", "traffic"):
        raise ConfigError(str(path), "log.level", "is one of info, debug, traffic")
    if not config.kiosk.production:
        return
    if config.log.level == "traffic":
        raise ConfigError(str(path), "log.level", "traffic logs citizens' data: not in production")
    if config.screen.console:
        raise ConfigError(str(path), "screen.console", "shows citizens' data: not in production")
