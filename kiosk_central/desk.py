"""Where a job of the writer sits: the sheet of its transaction, the time, the key that signs."""

from datetime import datetime

from sqlalchemy import Connection

from kiosk_central.clock import stamp
from kiosk_central.signing import Signer
from kiosk_central.store.sheet import Sheet, sheet_on


class Desk:
    """What a job may use; nothing else, for it may be run twice (the first run undone)."""

    def __init__(self, at: Connection | Sheet, now: datetime, signer: Signer) -> None:
        self.sheet = sheet_on(at)
        self.now = now
        self.signer = signer
        self.stamp = stamp(now)
        """The time as it is stored."""

    @property
    def connection(self) -> Connection:
        """The database, for what a sheet cannot do; it ends what a batch had read ahead."""
        return self.sheet.connection
