"""Why a kiosk cannot go on, as a technician before the panel reads it."""

from dataclasses import dataclass

from kioskd.domain.text import Text


@dataclass(frozen=True, slots=True)
class Notice:
    """What is wrong, what to do about it, and the operator's code."""

    code: str
    title: Text
    reason: Text
    """Several lines where several things are wrong."""
    next_step: Text


@dataclass(frozen=True, slots=True)
class WhichKiosk:
    """Which machine says so; what is not known is empty."""

    kiosk: str = ""
    serial: str = ""
    """Of the board."""
    address: str = ""
    """In the network."""
    software: str = ""
    """Version, and the slot that it runs from."""


def qr_text(notice: Notice, which: WhichKiosk) -> str:
    """Return code and facts for a telephone's camera, in letters of which a QR code holds many."""
    parts = ("KIOSKD", notice.code, which.kiosk, which.serial, which.address, which.software)
    known = (part.replace(" ", "-") for part in parts if part)
    return " ".join(known).upper()


def short_qr_text(notice: Notice, which: WhichKiosk) -> str:
    """Return what goes into the smallest of all QR codes: 25 letters."""
    return f"{notice.code} {which.kiosk}".strip().upper()
