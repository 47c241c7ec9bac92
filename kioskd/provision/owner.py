"""Whose data are on this card: a kiosk's journal and identity are nobody else's.

A number that was mistyped can be corrected until the centre knows the kiosk: no payment can have
been made before that, and a journal that was begun under the wrong number is put aside.
"""

from pathlib import Path
from typing import Final

from kioskd import log
from kioskd.provision.findings import Step, other_kiosk
from kioskd.provision.places import Places
from kioskd.relay.identity import IDENTITY_FILE
from kioskd.relay.safe_file import write_safely

OWNER_FILE: Final = "kiosk"


def claim(places: Places, kiosk: str) -> Step | None:
    """Make the data this kiosk's; return why they cannot be. Raises OSError."""
    owner = _owner(places.vault)
    if owner == kiosk:
        return None
    if owner and (places.state / "identity" / IDENTITY_FILE).exists():
        return other_kiosk(owner, kiosk)
    journal = places.state / "journal.db"
    if journal.exists():
        from kioskd.payments.salvage import put_aside

        log.warning("provision.renamed", before=owner, now=kiosk, kept=put_aside(journal).name)
    write_safely(places.vault / OWNER_FILE, kiosk.encode("ascii"))
    return None


def _owner(vault: Path) -> str:
    try:
        return (vault / OWNER_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
