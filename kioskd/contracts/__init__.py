"""What flows and payments may ask of the world. Drivers, relay, stage and journal fulfil these.

Every call ends: with a value, or with one of the errors named here. All async calls may be
cancelled by trio unless they say otherwise.
"""

from kioskd.contracts.centre import (
    AccountServices,
    CabinetServices,
    CardServices,
    Central,
    DocumentServices,
    ProfileServices,
    Uplink,
)
from kioskd.contracts.devices import (
    Cabinet,
    CabinetBook,
    DocumentPrinter,
    IdReader,
    PinPad,
    PrintBook,
    ReceiptPrinter,
    Saying,
    SealChecker,
    SocialCard,
    SocialCardReader,
    Voice,
)
from kioskd.contracts.stage import Followed, Stage

__all__ = [
    "AccountServices",
    "Cabinet",
    "CabinetBook",
    "CabinetServices",
    "CardServices",
    "Central",
    "DocumentPrinter",
    "DocumentServices",
    "Followed",
    "IdReader",
    "PinPad",
    "PrintBook",
    "ProfileServices",
    "ReceiptPrinter",
    "Saying",
    "SealChecker",
    "SocialCard",
    "SocialCardReader",
    "Stage",
    "Uplink",
    "Voice",
]
