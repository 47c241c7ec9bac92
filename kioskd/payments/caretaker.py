"""Everything about money that is nobody's errand: recovery, giving back, settlement, the audit.

Asking for the PIN pad's books moves no money, and until they answer this kiosk takes no payment.
"""

from pathlib import Path
from typing import Final

import trio

from kioskd import log
from kioskd.errors import JournalDamaged, PaymentError
from kioskd.payments.audit import faults_in
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.give_back import give_back_all
from kioskd.payments.recovery import recover_all
from kioskd.payments.settlement import follow_up
from kioskd.payments.store import Store

ROUND_S: Final = 30.0
DOUBT_ROUND_S: Final = 3.0
"""While a payment is in doubt."""
SETTLEMENT_S: Final = 600.0
AUDIT_S: Final = 24 * 3600.0
MEND_S: Final = 60.0


async def care_forever(desk: PaymentDesk, round_s: float = ROUND_S) -> None:
    """Recover and give back every ``round_s``, and sooner while a payment is in doubt.

    Never raises: a damaged journal is logged and tried again.
    """
    asked_at = float("-inf")
    while True:
        in_doubt = False
        try:
            await recover_all(desk)
            await give_back_all(desk)
            in_doubt = bool(desk.journal.open_payments())
            if trio.current_time() - asked_at >= SETTLEMENT_S:
                asked_at = trio.current_time()
                await follow_up(desk)
        except PaymentError as error:
            log.warning("caretaker.failed", code=error.operator_code, error=str(error))
        await _rest(desk, min(round_s, DOUBT_ROUND_S) if in_doubt else round_s)


async def _rest(desk: PaymentDesk, round_s: float) -> None:
    """Wait for the next round, but not with a charge to be given back: she may stand there."""
    until = trio.current_time() + round_s
    while trio.current_time() < until:
        await trio.sleep(min(round_s, DOUBT_ROUND_S))
        try:
            if desk.journal.to_give_back():
                return
        except PaymentError:
            continue  # named by the next round


async def audit_forever(store: Store, path: Path) -> None:
    """Read the whole journal now and once a day, beside everything else; a fault stops payments."""
    while True:
        found = await trio.to_thread.run_sync(faults_in, path)
        log.event("journal.audited", faults=len(found))
        if found:
            store.distrust(f"{found[0].place}: {found[0].what}")
        await trio.sleep(AUDIT_S)


async def mend_forever(store: Store, path: Path) -> None:
    """While the disk refuses the journal's writes, try again every minute; never raises."""
    while True:
        await trio.sleep(MEND_S)
        if store.failing:
            await trio.to_thread.run_sync(_mend, store, path)


def _mend(store: Store, path: Path) -> None:
    found = faults_in(path)
    if found:
        log.warning("journal.not_mended", place=found[0].place, what=found[0].what)
        return
    try:
        store.mend()
    except JournalDamaged as error:
        log.warning("journal.not_mended", error=str(error))
