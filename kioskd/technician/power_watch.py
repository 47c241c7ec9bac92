"""Whether the supply's voltage was too low, noticed while it happens.

The board's sensor (``rpi_volt``) tells of the last two seconds only, and only root may read the
kernel's log of it. So the kiosk itself looks each second, and remembers for as long as it runs.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kioskd import log

SENSORS: Final = Path("/sys/class/hwmon")
NAME: Final = "rpi_volt"
ALARM: Final = "in0_lcrit_alarm"


@dataclass(slots=True)
class PowerWatch:
    """Counts how often the voltage fell too low since this program started."""

    sensors: Path = SENSORS
    dips: int | None = None
    """None where the board has no sensor."""
    _alarm: Path | None = None
    _is_low: bool = field(default=False)

    def look(self) -> None:
        """Read the sensor; a fall is logged once."""
        alarm = self._alarm = self._alarm or alarm_file(self.sensors)
        if alarm is None:
            return
        try:
            is_low = alarm.read_text(encoding="ascii").strip() == "1"
        except (OSError, UnicodeDecodeError):
            return
        self.dips = (self.dips or 0) + (is_low and not self._is_low)
        if is_low != self._is_low:
            log.warning("power.under_voltage" if is_low else "power.normal")
        self._is_low = is_low


def alarm_file(sensors: Path) -> Path | None:
    """Return the file of the voltage's alarm; None where the board has none."""
    for name in sorted(sensors.glob("hwmon*/name")):
        try:
            if name.read_text(encoding="ascii").strip() == NAME:
                return name.with_name(ALARM)
        except (OSError, UnicodeDecodeError):
            continue
    return None
