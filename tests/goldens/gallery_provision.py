"""A kiosk that the centre does not know yet: what a technician reads before it serves anybody."""

from typing import Any

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.provision.enrolment import Ending, Outcome, step_of
from kioskd.screens.contract import Screen
from kioskd.screens.out_of_service import OutOfService


def _not_enrolled(ending: Ending, detail: str, tries: int) -> OutOfService:
    step = step_of(Outcome(ending, detail, tries), has_identity=False, has_code=True)
    trouble = Trouble(TroubleReason.IDENTITY_NONE, step.code)
    return OutOfService(trouble, (step.reason, step.next_step))


SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("out-of-service-code-used", _not_enrolled(Ending.REFUSED, "code_used", 1)),
    ("out-of-service-not-reached", _not_enrolled(Ending.NOT_REACHED, "ConnectTimeout", 12)),
)
