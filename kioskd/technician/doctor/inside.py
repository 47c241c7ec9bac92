"""The doctor within the running kiosk, for the technician at its screen."""

from kioskd.config import Config
from kioskd.domain.diagnosis import Line
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import view_from_inside
from kioskd.technician.doctor.visit import visit_in_time


async def diagnosed(config: Config) -> tuple[Line, ...]:
    """Look at everything that the kiosk's own user may look at."""
    return await visit_in_time(view_from_inside(Machine(), config))
