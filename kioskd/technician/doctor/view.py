"""What every check looks at: the machine, the configuration, and the kiosk if it runs."""

from dataclasses import dataclass
from pathlib import Path

from kioskd.config import Config, load
from kioskd.errors import ConfigError
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.status import STALE_S, Status, read_status, runtime_folder

RUNTIME = "/run/kioskd"
SITE = "/run/kioskd-site"
FIRMWARE = "/boot/firmware"


@dataclass(frozen=True, slots=True)
class View:
    """One visit of the doctor."""

    machine: Machine
    config_file: Path
    config: Config | None
    config_fault: ConfigError | None
    status: Status | None
    """What the kiosk wrote last, whenever that was."""

    @property
    def live(self) -> Status | None:
        """Return the kiosk's word on itself while it runs and does not hang."""
        if self.status is None or self.status_age_s > STALE_S:
            return None
        return self.status if self.machine.at(f"/proc/{self.status.pid}").exists() else None

    @property
    def status_age_s(self) -> float:
        """How long ago the kiosk wrote its status; of another boot it is as old as can be."""
        if self.status is None:
            return float("inf")
        age_s = self.machine.booted_s() - self.status.booted_s
        return age_s if age_s >= 0 else float("inf")

    @property
    def state_folder(self) -> Path | None:
        """Where journal and region pack are; None without a configuration."""
        return None if self.config is None else Path(self.config.kiosk.state_dir)


def view_from_inside(machine: Machine, config: Config) -> View:
    """Look from within the running kiosk, whose configuration was good when it started."""
    folder = runtime_folder() or machine.at(RUNTIME)
    return View(machine, Path(), config, None, read_status(folder))


def view(machine: Machine, config_file: Path) -> View:
    """Look at configuration and status once, for all checks."""
    config, fault = None, None
    try:
        config = load(config_file)
    except ConfigError as wrong:
        fault = wrong
    return View(machine, config_file, config, fault, read_status(machine.at(RUNTIME)))
