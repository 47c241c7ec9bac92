"""A technician's session: called for, let in by the centre's word, at work, and out again.

Citizens are not served meanwhile; whoever is served is never interrupted by it. It ends itself
after half an hour.
"""

from datetime import datetime, timedelta

import trio

from kioskd import log
from kioskd.contracts.technician import Verdict, Workshop
from kioskd.errors import SessionEnded
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.technician.bench import work_at_parts
from kioskd.protocols.central_cabinet import CabinetEventKind
from kioskd.screens.problem import Problem
from kioskd.screens.technician_code import TechnicianCode

SESSION_S = 1800.0
CODE_S = 600.0
"""How long she may be on the telephone with the centre."""


async def serve_technician(kiosk: Kiosk, workshop: Workshop) -> None:
    """Let a technician in and serve her until she goes. Nobody is served when it is called."""
    kiosk.stage.begin_visit()
    try:
        if workshop.trouble is not None:
            await kiosk.stage.show(Problem(workshop.trouble))
        elif await _let_in(kiosk, workshop):
            await _be_at_work(kiosk, workshop)
    except SessionEnded as end:
        log.event("technician.ended", why=type(end).__name__)


async def _let_in(kiosk: Kiosk, workshop: Workshop) -> bool:
    """Ask for the answer to a challenge; False if she has none, or none that is right."""
    screen = TechnicianCode(workshop.challenge(), tries_left=workshop.tries_left)
    while True:
        typed = await kiosk.stage.show(screen, CODE_S)
        if typed is None:
            return False
        match workshop.answer(typed):
            case Verdict.RIGHT:
                return True
            case Verdict.WRONG:
                screen = TechnicianCode(screen.challenge, workshop.tries_left, wrong=True)
            case Verdict.OVER:
                if workshop.trouble is None:  # it took too long: another challenge
                    screen = TechnicianCode(workshop.challenge(), workshop.tries_left)
                    continue
                await kiosk.cabinet_book.note(CabinetEventKind.TECHNICIAN_REFUSED)
                await kiosk.stage.show(Problem(workshop.trouble))
                return False


async def _be_at_work(kiosk: Kiosk, workshop: Workshop) -> None:
    """Half an hour at most; the centre hears of its beginning and its end."""
    until = (datetime.now().astimezone() + timedelta(seconds=SESSION_S)).strftime("%H:%M")
    await kiosk.cabinet_book.note(CabinetEventKind.TECHNICIAN_IN)
    try:
        with workshop.working(), trio.move_on_after(SESSION_S):
            await work_at_parts(kiosk, workshop, until)
    finally:
        with trio.CancelScope(shield=True):
            await kiosk.cabinet_book.note(CabinetEventKind.TECHNICIAN_OUT)
