"""The home screen: four pages of services, each greyed with its reason when it cannot be used."""

from dataclasses import replace

from kioskd import log
from kioskd.errors import KioskError, ServerRefused, SessionEnded
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.notices import what_matters_today
from kioskd.flows.services import SERVICES, Service, trouble_with
from kioskd.flows.troubles import trouble_for
from kioskd.protocols.central import ProblemCode
from kioskd.race import first_of
from kioskd.screens.home import Home, HomeChoice, ServiceTile, Tab
from kioskd.screens.problem import Problem


async def be_at_home(kiosk: Kiosk, visit: Visit) -> None:
    """Show the home screen and do service after service until she ends. Raises SessionEnded."""
    notices = await what_matters_today(kiosk, visit)
    home = Home(visit.person, Tab.INQUIRY, (), notices)
    while True:
        home = replace(home, services=_tiles(kiosk, visit))
        choice = await _choose(kiosk, home)
        if choice is HomeChoice.END:
            return
        home = _shown(kiosk) or home
        if choice is None:
            continue
        service = next(service for service in SERVICES if service.id == choice)
        if not await _run(kiosk, visit, service):
            return


async def do_service(kiosk: Kiosk, visit: Visit, id: str) -> bool:
    """Do one service without the home screen; False when the visit is over. Raises SessionEnded."""
    service = next(service for service in SERVICES if service.id == id)
    trouble = trouble_with(kiosk, visit, service)
    if trouble is not None:
        await kiosk.stage.show(Problem(trouble))
        return True
    return await _run(kiosk, visit, service)


def _shown(kiosk: Kiosk) -> Home | None:
    """Return home as she has turned its pages, so that nothing turns them back."""
    shown = kiosk.stage.shown
    return shown[0] if shown is not None and isinstance(shown[0], Home) else None


def _tiles(kiosk: Kiosk, visit: Visit) -> tuple[ServiceTile, ...]:
    return tuple(
        ServiceTile(service.id, service.tab, trouble_with(kiosk, visit, service))
        for service in SERVICES
    )


async def _choose(kiosk: Kiosk, home: Home) -> str | HomeChoice | None:
    """Return the service she chose; None when health has changed and the screen must follow."""

    async def choice() -> str | HomeChoice | None:
        return await kiosk.stage.show(home)

    async def health() -> str | HomeChoice | None:
        await kiosk.health.changed()
        return None

    return await first_of(choice, health)


async def _run(kiosk: Kiosk, visit: Visit, service: Service) -> bool:
    log.event("service.began", service=service.id)
    try:
        return await service.story(kiosk, visit)
    except SessionEnded:
        raise
    except KioskError as error:
        log.warning("service.failed", service=service.id, error=type(error).__name__)
        await kiosk.stage.show(Problem(trouble_for(error)))
        return not _session_is_over(error)


def _session_is_over(error: KioskError) -> bool:
    return isinstance(error, ServerRefused) and error.code == ProblemCode.SESSION_UNKNOWN.value
