"""The six digits with which a person asks the telephone menu; she chooses them at the desk.

A try is counted before the code is looked at, so that many at once are not more tries than five.
"""

from itertools import pairwise

from sqlalchemy import Connection, insert, select, update

from kiosk_central.counter.acts import Channel, Form, once_at_counter
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.counter import query_codes
from kiosk_central.store.schema import people
from kioskd.protocols.central import ProblemCode

DIGITS, TRIES = 6, 5


def code_fault(code: str, id_number: str) -> str:
    """Return what is wrong with a new code, in words for her; empty if nothing is."""
    if not (len(code) == DIGITS and code.isascii() and code.isdigit()):
        return f"查询码须为 {DIGITS} 位数字"
    steps = {int(after) - int(before) for before, after in pairwise(code)}
    if steps in ({0}, {1}, {-1}) or code in id_number:
        return "查询码过于简单：不能是相同或连续的数字，也不能是身份证号中的数字"
    return ""


def set_code(desk: Desk, form: Form, code_hash: str) -> None:
    """Give her a new code; one that was locked is forgotten. She must be there herself.

    Raises Refused: BAD_REQUEST (by telephone or agent), and as ``once_at_counter``.
    """
    if form.channel is not Channel.DESK:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")

    def keep() -> str:
        values = {"code_hash": code_hash, "failures": 0, "set_at": desk.stamp}
        own = query_codes.c.person_id == form.person_id
        if desk.connection.execute(update(query_codes).where(own).values(values)).rowcount == 0:
            row = {"person_id": form.person_id, **values}
            desk.connection.execute(insert(query_codes).values(row))
        return ""

    once_at_counter(desk, form, keep)


def state_of_code(connection: Connection, person_id: int) -> str:
    """Return ``none``, ``set`` or ``locked``."""
    query = select(query_codes.c.failures).where(query_codes.c.person_id == person_id)
    failures = connection.execute(query).scalar_one_or_none()
    if failures is None:
        return "none"
    return "locked" if failures >= TRIES else "set"


def begin_try(desk: Desk, id_number: str) -> tuple[int | None, str]:
    """Count a try; return whose number it is, and the hash to compare, empty if there is none."""
    query = select(people.c.id).where(people.c.id_number == id_number.upper())
    person_id = desk.connection.execute(query).scalar_one_or_none()
    if person_id is None:
        return None, ""
    codes = query_codes.c
    counted = (
        update(query_codes)
        .where(codes.person_id == person_id, codes.failures < TRIES)
        .values(failures=codes.failures + 1)
        .returning(codes.code_hash)
    )
    return person_id, desk.connection.execute(counted).scalar_one_or_none() or ""


def end_try(desk: Desk, person_id: int, code_hash: str) -> None:
    """Forget the wrong tries after a right one, unless she has another code meanwhile."""
    codes = query_codes.c
    own = (codes.person_id == person_id, codes.code_hash == code_hash)
    desk.connection.execute(update(query_codes).where(*own).values(failures=0))
