"""ZVT's numbers in the words of paying: steps, result codes, terminal status.

Source: PA00P015 rev 13.08, 3.2 (intermediate status) and chapter 10; facts 1.9.
"""

from collections.abc import Mapping

from kioskd.domain.payment import PinPadStep

NOT_REGISTERED = 0x6B
ABORTED = 0x6C
WRONG_CURRENCY = 0x6F
UNSUPPORTED = 0x83
PLEASE_WAIT = 0x9C
ALREADY_REVERSED = 0xB4
REVERSAL_IMPOSSIBLE = frozenset({0xB5, UNSUPPORTED, *range(0x01, 0x64)})
"""The PIN pad, or with its own code the bank, has said for certain that nothing was undone."""
DAY_END_CODES = frozenset({0x6A, 0xB1, 0xF0})
"""Turnover file or memory full, reconciliation required: day-end (06 50) cures it."""
CONFIGURATION_CODES = frozenset({NOT_REGISTERED, WRONG_CURRENCY, 0x85, 0xC6})
"""Nothing was begun, and a technician must put it right: log-on, currency, keys."""
TECHNICIAN_CODES = CONFIGURATION_CODES - {NOT_REGISTERED}
"""Of these, what logging on again does not cure."""

_STEPS: Mapping[int, PinPadStep] = {
    0x01: PinPadStep.ENTER_PIN,
    0x02: PinPadStep.ENTER_PIN,
    0x04: PinPadStep.CONTACTING_BANK,
    0x05: PinPadStep.REVERSING,
    0x06: PinPadStep.CONTACTING_BANK,
    0x0A: PinPadStep.PRESENT_CARD,
    0x0B: PinPadStep.REMOVE_CARD,
    0x0C: PinPadStep.PRESENT_CARD,
    0x15: PinPadStep.WRONG_PIN,
    0x18: PinPadStep.WRONG_PIN,
    0x1C: PinPadStep.APPROVED,
    0x1D: PinPadStep.DECLINED,
}
_AND_REMOVE_CARD = 0x40


def step_of(status: int) -> PinPadStep:
    """Return the step that an intermediate status means; an unknown one is WAIT."""
    if 0x46 <= status < 0x80:
        return PinPadStep.REMOVE_CARD
    known = status & ~_AND_REMOVE_CARD if 0x40 <= status < 0x80 else status
    return _STEPS.get(known, PinPadStep.WAIT)
