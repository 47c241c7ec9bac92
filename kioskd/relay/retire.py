"""Requests about this kiosk's own end."""

from kioskd.errors import ServerRefused
from kioskd.protocols import central
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_retire import RETIREMENT_PATH, Retired, Retirement
from kioskd.relay.line import CentralLine


async def tell_retirement(line: CentralLine, kiosk_id: str, retirement: Retirement) -> Retired:
    """Tell the last word. Raises ServerError."""
    path = RETIREMENT_PATH.format(kiosk=kiosk_id, ref=retirement.ref)
    return await line.call("PUT", path, Retired, central.encode(retirement))


async def find_retirement(line: CentralLine, kiosk_id: str, ref: str) -> Retired | None:
    """Ask whether it is on record, as nobody in particular. Raises ServerError."""
    try:
        path = RETIREMENT_PATH.format(kiosk=kiosk_id, ref=ref)
        return await line.call_unknown("GET", path, Retired, b"")
    except ServerRefused as refusal:
        if refusal.code == ProblemCode.NOT_FOUND.value:
            return None
        raise
