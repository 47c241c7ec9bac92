"""Waiting for a device to be plugged in: what is there now and was not there before."""

from collections.abc import Callable

from kioskd.technician.sockets import Plugged

ROLES = ("pin_pad", "id_reader", "receipt_printer")
"""The serial devices that kioskd.txt tells apart by their sockets."""
LOOK_AGAIN_S = 0.25
SETTLE_S = 2.0
"""A device that is let in has its lines within this time."""

LookAtSockets = Callable[[], tuple[Plugged, ...]]


def wait_for(
    look: LookAtSockets, now: Callable[[], float], pause: Callable[[float], None], limit_s: float
) -> Plugged | None:
    """Return the serial device that is plugged in next, or one that is refused; None if none came.

    One that is there already counts once it was pulled out and plugged in again.
    """
    until = now() + limit_s
    known = {_who(one) for one in look()}
    since: dict[tuple[str, str], float] = {}
    while now() < until:
        pause(LOOK_AGAIN_S)
        found = {_who(one): one for one in look()}
        known &= found.keys()
        for who in found.keys() - known:
            since.setdefault(who, now())
            if found[who].lines:
                return found[who]
            if not found[who].let_in and now() - since[who] >= SETTLE_S:
                return found[who]
    return None


def _who(one: Plugged) -> tuple[str, str]:
    return one.port, one.usb_id
