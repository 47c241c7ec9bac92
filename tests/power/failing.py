"""A kiosk whose disk fails, under strace: ``tests.power.failing FOLDER CALL STEP [FAULT]``.

strace counts the calls of each process on its own. Each child first spends some of the count on a
spare file, so that of the n-th child the n-th call on the journal's files is the one that fails,
or the first of those that do: one run of strace for all of them.
"""

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kioskd.errors import JournalDamaged
from kioskd.payments.closed_journal import ClosedJournal
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.pay import pay
from tests.fakes import NOW, an_assessment
from tests.power.lives import Kiosk, run
from tests.power.plants import UNKEPT
from tests.power.record import STATE, WITNESS, Event, record
from tests.power.witness import Central, PinPad, Witness

CALLS: Final = {"pwrite64": 180, "fdatasync": 20}
"""More than a life makes of each."""
SPARE: Final = "spare"
BEGINS: Final = "a life begins"
ENDS: Final = "a life ends"


@dataclass(frozen=True, slots=True)
class Failing:
    """How the disk fails."""

    call: str
    """pwrite64 or fdatasync."""
    error: str
    """ENOSPC, EIO, EROFS."""
    lasting: bool
    """All calls from one on, else it alone."""


def record_failing(folder: Path, how: Failing, step: int, fault: str = "") -> list[Event]:
    """Run a life for every ``step``-th call that can fail, with a mark before each."""
    state = folder / STATE
    state.mkdir()
    files = [state / f"journal.db{suffix}" for suffix in ("", "-wal", "-shm", "-journal")]
    seen = [state, *files, folder / SPARE, folder / WITNESS]
    paths = [word for path in seen for word in ("-P", str(path))]
    when = f"{CALLS[how.call]}{'+' if how.lasting else ''}"
    inject = ["-e", f"inject={how.call}:error={how.error}:when={when}"]
    program = ["-m", "tests.power.failing", str(folder), how.call, str(step)]
    return record([*program, *filter(None, [fault])], folder, [*paths, *inject])


def main(folder: Path, call: str, step: int, fault: str = "") -> None:
    """Live once for every ``step``-th call, each time in a process of its own."""
    if fault:
        UNKEPT[fault]()
    for number in range(1, CALLS[call], step):
        child = os.fork()
        if child == 0:
            try:
                _live(folder, call, number)
                os._exit(0)
            finally:
                os._exit(1)
        crashed = os.waitpid(child, 0)[1] != 0
        Witness(folder / WITNESS).note(mark=ENDS, crashed=crashed)


def _live(folder: Path, call: str, number: int) -> None:
    for file in (folder / STATE).iterdir():
        file.unlink()
    witness = Witness(folder / WITNESS)
    witness.facts.clear()
    witness.note(mark=BEGINS, number=number)
    spare = os.open(folder / SPARE, os.O_WRONLY | os.O_CREAT)
    for _ in range(CALLS[call] - number):
        if call == "pwrite64":
            os.pwrite(spare, b"", 0)
        else:
            os.fdatasync(spare)
    run(partial(_two_payments, folder, witness))


async def _two_payments(folder: Path, witness: Witness) -> None:
    """Somebody pays, and then somebody else, whatever became of the first."""
    desk = _desk(folder, witness)
    for number in range(2):
        payment = await pay(desk, an_assessment(f"{number:032x}"), lambda ref, step: None)
        trouble = desk.journal.trouble
        witness.note(
            told=payment.ref,
            state=payment.state.value,
            reason=payment.reason,
            trouble=trouble.reason.value if trouble else "",
        )


def _desk(folder: Path, witness: Witness) -> PaymentDesk:
    try:
        return Kiosk(folder, witness).desk
    except JournalDamaged as error:
        return PaymentDesk(
            pin_pad=PinPad(witness, reverses=False),  # type: ignore[arg-type]
            central=Central(witness),  # type: ignore[arg-type]
            journal=ClosedJournal(str(error)),
            now=lambda: NOW,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
