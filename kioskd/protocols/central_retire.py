"""The HTTP contract about a kiosk's end: it tells its last word and is known no more.

The reference is 128 random bits that the kiosk made. By the answer its certificates have ended, so
if the answer was lost, it asks by the reference as nobody in particular.
"""

from dataclasses import dataclass

RETIREMENT_PATH = "/v1/kiosks/{kiosk}/retirements/{ref}"
"""PUT a Retirement under the kiosk's certificate; GET whether it is on record. A Retired."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """A kiosk says how far its journal went, and that it may be forgotten."""

    ref: str
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""
    by: str
    """The technician."""
    series: str
    seq: int
    head: bytes
    """The chain's value after entry ``seq``, as the centre must know it."""
    reason: str = ""
    """Why it ends though something is open; empty if nothing is."""


@dataclass(frozen=True, slots=True)
class Retired:
    """The retirement is on record, and the kiosk's certificates have ended."""

    ref: str
    at: str
    """RFC 3339, UTC, by the centre's clock."""
