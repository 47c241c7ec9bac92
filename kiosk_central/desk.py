"""Where a job of the writer sits: the connection, the time, and the key that signs receipts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kiosk_central.clock import stamp
from kiosk_central.signing import Signer


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job may use; nothing else, for it may be run twice (the first run undone)."""

    connection: Connection
    now: datetime
    signer: Signer

    @property
    def stamp(self) -> str:
        """The time as it is stored."""
        return stamp(self.now)
