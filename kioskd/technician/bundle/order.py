"""A bundle to a stick, ordered by the running kiosk and written by a unit of root's.

The kiosk may neither let a stick in nor write to it. It writes an order into its folder in memory,
which starts ``kioskd-bundle.service``; that answers in a folder of its own, which anybody reads.
"""

from pathlib import Path
from typing import Final
from uuid import uuid4

import trio

from kioskd import log
from kioskd.domain.stick import StickFault, StickOutcome
from kioskd.protocols import central
from kioskd.relay.safe_file import write_safely
from kioskd.technician.status import runtime_folder

ORDER_FILE: Final = "bundle-order"
OUTCOME: Final = Path("/run/kioskd-bundle/outcome.json")
LOOK_S: Final = 0.5
ANSWERED_WITHIN_S: Final = 100.0
ORDER_BYTES_MAX: Final = 64


async def ordered(outcome: Path = OUTCOME) -> StickOutcome:
    """Order a bundle and wait for what becomes of it; NOBODY where nobody answers in time."""
    order, folder = uuid4().hex, runtime_folder()
    if folder is not None:
        (folder / ORDER_FILE).write_text(order, encoding="ascii")
        with trio.move_on_after(ANSWERED_WITHIN_S):
            while (told := _outcome_in(outcome)) is None or told.order != order:  # noqa: ASYNC110
                await trio.sleep(LOOK_S)  # another process's file gives no event
            log.event("bundle.ended", fault=told.fault)
            return told
    return StickOutcome(order, StickFault.NOBODY)


def order_in(file: Path) -> str:
    """Return the order that is to be answered. Raises OSError."""
    with file.open("rb") as text:
        return text.read(ORDER_BYTES_MAX).decode("ascii", "replace")


def answer(outcome: StickOutcome, file: Path = OUTCOME) -> None:
    """Tell the kiosk, which is another user than the unit. Raises OSError."""
    write_safely(file, central.encode(outcome))
    file.chmod(0o644)


def _outcome_in(file: Path) -> StickOutcome | None:
    try:
        return central.decode(file.read_bytes(), StickOutcome)
    except (OSError, central.ContractBroken):
        return None
