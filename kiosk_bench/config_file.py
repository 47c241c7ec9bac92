"""Write the kiosk's configuration: the same file a technician would write, with other paths."""

import json
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk_bench.trust import KIOSK_ID

if TYPE_CHECKING:
    from kiosk_bench.world import World

OUTLET = {"zh": "第一人民医院 · 门诊大厅 2 号机", "en": "First Hospital, Hall, No. 2"}
LAMP_PINS = {"card": 5, "id": 6, "pinpad": 13, "receipt": 19, "document": 26}
PRESENCE_PIN = 17
DOOR_PIN = 27
EARPHONES_PIN = 22
VOICE = "voice"
"""The recorder in the world's run folder that stands where espeak-ng would."""


def write_config(world: "World") -> Path:
    """Write ``kioskd.toml`` for this world; return its path."""
    tables = _tables(world)
    for table, keys in world.settings.overrides.items():
        tables.setdefault(table, {}).update(keys)
    return store(world.folder / "kioskd.toml", tables)


def store(path: Path, tables: dict[str, dict[str, Any]]) -> Path:
    """Write tables as a configuration file; return its path."""
    path.write_text(toml(tables), encoding="utf-8")
    return path


def _tables(world: "World") -> dict[str, dict[str, Any]]:
    a4 = {} if world.a4 is None else {"uri": world.a4.uri, "seal_ca": str(world.seal_ca)}
    return {
        "document_printer": a4,
        "kiosk": {
            "id": KIOSK_ID,
            "outlet": OUTLET,
            "outlet_id": "first-hospital",
            "state_dir": str(world.state_dir),
            "production": False,
        },
        "central": world.centre.trust.settings(world.line.port),
        "pin_pad": {"port": str(world.run / "pin-pad.tty")},
        "id_reader": {"port": str(world.run / "id-reader.tty")},
        "receipt_printer": {"port": str(world.run / "printer.tty")},
        "cabinet": {
            "lamps": LAMP_PINS,
            "presence": PRESENCE_PIN,
            "door": DOOR_PIN,
            "earphones": EARPHONES_PIN,
        },
        "screen": {
            "width_px": world.settings.width_px,
            "height_px": world.settings.height_px,
            "console": str(world.console.socket_path),
        },
        "visit": {"goodbye_s": 0.5, "paper_s": 0.5},
        "voice": {"command": str(world.run / VOICE)},
    }


def toml(tables: dict[str, dict[str, Any]]) -> str:
    """Format tables as TOML: JSON's strings, numbers and booleans are TOML's too."""
    lines: list[str] = []
    for name, keys in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {_value(value)}" for key, value in keys.items()]
        lines.append("")
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
