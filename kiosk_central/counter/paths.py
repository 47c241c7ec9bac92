"""Where the clerk's pages are."""

from typing import Final

from starlette.requests import Request

from kiosk_central.problems import Refused
from kioskd.protocols.central import ProblemCode

HOME: Final = "/desk/people"
CALL, QUEUE, JOURNAL = f"{HOME}/call", f"{HOME}/queue", f"{HOME}/journal"
RECEIVE, FEES = f"{HOME}/receive", f"{HOME}/fees"
PERSON_MAX: Final = 2**31


def person_path(person_id: int) -> str:
    """Return the address of a person's page."""
    return f"{HOME}/{person_id}"


def person_of(request: Request) -> int:
    """Return the person in the path. Raises Refused(NOT_FOUND) for a number that is nobody's."""
    person_id: int = request.path_params["id"]
    if person_id >= PERSON_MAX:
        raise Refused(ProblemCode.NOT_FOUND, "person")
    return person_id
