"""Where the centre is, as it stands in the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """Where the centre is; in ``[central]`` of the configuration."""

    url: str
    """``https://...``; ``http://`` to this machine only."""
    connect_timeout_s: float = 5
    read_timeout_s: float = 15
    """For the whole answer, not for each piece of it."""
