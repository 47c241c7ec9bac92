"""Why no payment can start at the PIN pad now, from what it said or did not say."""

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import DeviceError, DeviceRefused
from kioskd.protocols.zvt_words import TECHNICIAN_CODES

RETEST_S = 600.0
"""So long a fault in the PIN pad's configuration stands before it is tried whether it is cured."""


class PinPadTrouble:
    """What is wrong; begins as "not there".

    A PIN pad that refuses the currency or lacks its keys says so only when it is asked for money,
    and seems well in between. Such a fault therefore stands until it has logged on anew.
    """

    def __init__(self) -> None:
        self.shown: Trouble | None = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")
        self._fault: DeviceRefused | None = None
        self._since = 0.0

    @property
    def misconfigured(self) -> int | None:
        """Return the PIN pad's code for what a technician must cure, None if there is nothing."""
        return None if self._fault is None else self._fault.code

    def note(self, fault: DeviceError, now: float) -> None:
        """Something has failed."""
        if isinstance(fault, DeviceRefused) and fault.code in TECHNICIAN_CODES:
            self._fault, self._since = fault, now
        self._show(fault)

    def well(self) -> None:
        """The PIN pad says that it is ready."""
        if self._fault is None:
            self.shown = None
        else:
            self._show(self._fault)

    def logged_on(self) -> None:
        """It has taken our registration: what was wrong may be cured."""
        self._fault = None

    def wants_retest(self, now: float) -> bool:
        """Tell whether to log on anew, in case it was cured."""
        return self._fault is not None and now - self._since >= RETEST_S

    def _show(self, fault: DeviceError) -> None:
        trouble = _trouble_of(fault)
        if trouble != self.shown:
            log.warning("pinpad.trouble", reason=trouble.reason, detail=fault.detail)
        self.shown = trouble


def _trouble_of(fault: DeviceError) -> Trouble:
    """Return the trouble; a PIN pad that said why gives its own code: ``Z-F0``, day-end first."""
    if not isinstance(fault, DeviceRefused):
        return Trouble(TroubleReason.PIN_PAD_GONE, fault.operator_code)
    cured_by_hand = fault.code in TECHNICIAN_CODES
    busy, wrong = TroubleReason.PIN_PAD_BUSY, TroubleReason.PIN_PAD_MISCONFIGURED
    return Trouble(wrong if cured_by_hand else busy, f"Z-{fault.code:02X}")
