"""The cabinet's door: opened, the visit ends and payments are held; what releases them.

A payment under way is never touched: it is shown with ``follow``, which the end of a visit does
not reach, and its result is still told before the visit is over (decision 0025).
"""

import trio

from kioskd import log
from kioskd.domain.region_cabinet import Release
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ServerError, VisitorLeft
from kioskd.flows.kiosk import Kiosk
from kioskd.protocols.central_cabinet import CabinetEventKind
from kioskd.race import first_of
from kioskd.screens.out_of_service import OutOfService

DOOR_OPEN = Trouble(TroubleReason.DOOR_OPEN, "B-01")
ASK_S = 10.0
"""How often the centre is asked whether somebody has released this kiosk."""


async def guard_cabinet(kiosk: Kiosk) -> None:
    """Watch the door for ever."""
    is_open = False
    while True:
        if kiosk.cabinet.door_open is not is_open:
            is_open = not is_open
            await (_opened(kiosk) if is_open else kiosk.cabinet_book.note(CabinetEventKind.CLOSED))
        elif is_open or not kiosk.cabinet_book.held:
            await kiosk.cabinet.wait_change()
        elif await _may_be_released(kiosk):
            await kiosk.cabinet_book.release()
        else:
            with trio.move_on_after(ASK_S):
                await kiosk.cabinet.wait_change()


async def _opened(kiosk: Kiosk) -> None:
    if kiosk.workshop is None or not kiosk.workshop.at_work:
        kiosk.stage.end_visit(VisitorLeft("cabinet opened"))
    await kiosk.cabinet_book.note(CabinetEventKind.OPENED)


async def _may_be_released(kiosk: Kiosk) -> bool:
    """Tell whether the closed door is enough, or else what the centre says once it knows all."""
    if kiosk.region.cabinet.release is Release.CLOSING:
        return True
    if not kiosk.cabinet_book.all_told:
        return False
    try:
        return not (await kiosk.central.hold()).held
    except ServerError as error:
        log.event("cabinet.release_unasked", code=error.operator_code)
        return False


async def wait_until_closed(kiosk: Kiosk) -> bool:
    """Say that somebody works on this kiosk until its door is closed; at once if it is.

    Returns whether it is still open, and a technician makes her sign.
    """
    if not kiosk.cabinet.door_open:
        return False

    async def closed() -> bool:
        while kiosk.cabinet.door_open:
            await kiosk.cabinet.wait_change()
        return False

    async def called() -> bool:
        await kiosk.technician_called()
        return True

    async with kiosk.stage.follow(OutOfService(DOOR_OPEN)):
        return await first_of(closed, called)
