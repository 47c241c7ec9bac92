"""Where the centre is, as it stands in the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Where the centre is; in ``[central]`` of the configuration."""

    url: str
    """``https://...``."""
    ca: str = "/etc/kioskd/centre-ca.pem"
    """The one CA that is believed, whatever this machine believes otherwise."""
    identity: str = "/var/lib/kioskd/identity"
    """Folder with this kiosk's key and certificate; ``kioskd enrol`` makes them."""
    connect_timeout_s: float = 5
    read_timeout_s: float = 15
    """For the whole answer, not for each piece of it."""
