"""Becoming known to the centre: one try, as the kiosk's own account.

A code that was used a moment ago (the power went before root knew) is told by the identity that
the centre takes.
"""

import time
from collections.abc import Callable
from pathlib import Path

import trio

from kioskd.config import load
from kioskd.domain.enrolment_code import read_code
from kioskd.domain.secret import EnrolmentCode
from kioskd.errors import NoIdentity, ServerError, ServerRefused, ServerUnreachable
from kioskd.protocols.central import ProblemCode
from kioskd.provision.enrolment import Ending, Outcome, after, pause_s, save, saved
from kioskd.relay.enrolment import enrol
from kioskd.relay.line import CentralLine
from kioskd.relay.true_clock import known_to_be_past

LATER = frozenset({ProblemCode.TOO_MANY_TRIES.value, ProblemCode.UNAVAILABLE.value})


def run_once(told: Path, config_file: Path, typed: str) -> Outcome:
    """Wait, try with the code that was ``typed``, and tell in the file ``told`` how it ended.

    Raises ConfigError, OSError.
    """
    config = load(config_file)
    before = saved(told)
    tries = before.tries if before else 0
    time.sleep(pause_s(tries))
    code = read_code(typed)
    if code is None:
        outcome = Outcome(Ending.REFUSED, "no code")
    else:
        line = CentralLine(config.central, config.kiosk.id)
        past = known_to_be_past(Path(config.kiosk.state_dir))
        outcome = trio.run(try_once, line, config.kiosk.id, code, past)
    outcome = after(tries, outcome)
    save(told, outcome)
    return outcome


async def try_once(
    line: CentralLine,
    kiosk_id: str,
    code: EnrolmentCode,
    past: float,
    now: Callable[[], float] = time.time,
) -> Outcome:
    """Try to become known; ``past`` is what is known to be over, in seconds since 1970."""
    if now() < past:
        return Outcome(Ending.CLOCK_BEHIND)
    try:
        given = await enrol(line, line.identity, kiosk_id, code)
    except ServerRefused as refusal:
        if refusal.code in LATER or refusal.status >= 500:
            return Outcome(Ending.PUT_OFF, refusal.code)
        if await _is_known_already(line):
            return Outcome(Ending.ENROLLED)
        return Outcome(Ending.REFUSED, refusal.code)
    except ServerUnreachable as error:
        return Outcome(Ending.NOT_REACHED, str(error))
    except ServerError as error:
        return Outcome(Ending.NOT_REACHED, f"{error.operator_code} {error}")
    except OSError as refused:
        return Outcome(Ending.NOT_KEPT, refused.strerror or str(refused))
    return Outcome(Ending.ENROLLED, until=given.not_after)


async def _is_known_already(line: CentralLine) -> bool:
    """Tell whether the centre takes the identity that is here."""
    try:
        line.identity.check()
        await line.server_time()
    except (NoIdentity, ServerError):
        return False
    return True
