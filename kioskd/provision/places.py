"""Where things are: the card's partitions, and what is made from them at every boot."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The folders; tests give folders of their own."""

    boot: Path = Path("/boot/firmware")
    """The FAT partition that a laptop can read."""
    data: Path = Path("/data")
    site: Path = Path("/run/kioskd-site")
    """What is made of kioskd.txt at every boot; /etc/kioskd leads here."""
    etc: Path = Path("/etc/kioskd")
    """By which name the kiosk reads it."""
    run: Path = Path("/run")

    @property
    def site_file(self) -> Path:
        """The technician's file."""
        return self.boot / "kioskd.txt"

    @property
    def report(self) -> Path:
        """What a laptop reads."""
        return self.boot / "kioskd-report.txt"

    @property
    def vault(self) -> Path:
        """The secrets that were taken from the technician's file."""
        return self.data / "provision"

    @property
    def state(self) -> Path:
        """The kiosk's own folder: journal, identity."""
        return self.data / "kioskd"

    @property
    def update_state(self) -> Path:
        """How far the newest software has come; the updater's."""
        return self.data / "update/state.json"

    @property
    def config(self) -> Path:
        """The configuration that the kiosk reads."""
        return self.site / "kioskd.toml"

    @property
    def steps(self) -> Path:
        """What this boot found."""
        return self.site / "steps.json"

    @property
    def notice(self) -> Path:
        """What the panel says while the kiosk cannot go on."""
        return self.site / "notice.json"

    @property
    def enrolment(self) -> Path:
        """How the last try to enrol ended, told by the kiosk's own account."""
        return self.run / "kioskd-enrol" / "outcome.json"

    @property
    def to_retire(self) -> Path:
        """Who asks in kioskd.txt that this kiosk be retired."""
        return self.site / "retire"

    @property
    def not_retired(self) -> Path:
        """Why the kiosk was not retired, told by the kiosk's own account."""
        return self.run / "kioskd-retire" / "refusal.json"

    @property
    def networks(self) -> Path:
        """Where systemd-networkd looks."""
        return self.run / "systemd" / "network"

    @property
    def wifi(self) -> Path:
        """What wpa_supplicant reads; root's alone."""
        return self.site / "wpa_supplicant.conf"

    @property
    def rules(self) -> Path:
        """Where udev looks."""
        return self.run / "udev" / "rules.d"
