"""What went over the PIN pad's wire, in words; the reading is the kiosk's own (``zvt_*``).

Names of codes: PA00P015 rev 13.08, 3.2 and chapter 10.
"""

from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    Authorisation,
    Command,
    DisplayText,
    Registration,
    Reversal,
    parse_command,
)
from kioskd.protocols.zvt_messages import (
    AbortByTerminal,
    Answer,
    Completion,
    IntermediateStatus,
    Message,
    PrintRequest,
    SetClock,
    StatusInformation,
    StatusReport,
    parse_apdu,
)

COMMANDS = {
    "Registration": "registration",
    "Authorisation": "authorisation",
    "LogOff": "log-off",
    "TurnoverTotals": "turnover totals?",
    "RepeatReceipt": "last transaction?",
    "Reversal": "reversal",
    "EndOfDay": "end of day",
    "Diagnosis": "diagnosis",
    "StatusEnquiry": "status?",
    "Abort": "abort",
    "DisplayText": "show a text",
}
STEPS = {
    0x00: "wait", 0x01: "enter the PIN", 0x02: "enter the PIN", 0x04: "asking the bank",
    0x05: "reversing by itself", 0x06: "posting", 0x0A: "insert the card", 0x0B: "remove the card",
    0x0C: "the card is unreadable", 0x0E: "wait", 0x0F: "end of day by itself", 0x15: "wrong PIN",
    0x17: "wait", 0x18: "too many wrong PINs", 0x1C: "approved", 0x1D: "declined",
}  # fmt: skip
AND_REMOVE_CARD = 0x40
CODES = {
    0x00: "done", 0x64: "card unreadable", 0x66: "not wanted", 0x6A: "turnover file full",
    0x6B: "not registered", 0x6C: "aborted, or too late", 0x6F: "wrong currency",
    0x7D: "communication", 0x83: "not possible", 0x85: "key missing", 0x9A: "protocol error",
    0x9C: "please wait", 0xA0: "receiver not ready", 0xA1: "bank does not answer",
    0xA3: "no connection", 0xA5: "refused for card security", 0xB1: "memory full",
    0xB4: "already reversed", 0xB5: "reversal not possible", 0xC2: "diagnosis wanted",
    0xC3: "above the greatest amount", 0xC6: "currency not applicable", 0xC8: "too small",
    0xCC: "printer not ready", 0xDC: "a card is in", 0xE0: "remote maintenance",
    0xF0: "end of day wanted", 0xFF: "system error",
}  # fmt: skip
CODES_OF_BANK = range(0x01, 0x64)
READY = "ready"


class PinPadWords:
    """Follows the wire, for the end of a status enquiry has a form of its own."""

    def __init__(self) -> None:
        self._asked = b""

    def tell(self, direction: str, logged: str) -> str:
        """Return what a line of the wire log means. Never raises for what a wire may carry."""
        try:
            raw = bytes.fromhex(logged)
            return f"{raw[:2].hex(' ').upper()} {self._meaning(direction, raw)}"
        except (ProtocolViolation, ValueError, IndexError):
            return "not ZVT"

    def _meaning(self, direction: str, raw: bytes) -> str:
        if direction == "<" or raw[0] in (0x80, 0x84):
            return _message(parse_apdu(raw, self._asked))
        self._asked = raw[:2]
        return _command(parse_command(raw))


def code_words(code: int) -> str:
    """Return the name of a result or error code."""
    if code in CODES_OF_BANK:
        return f"refused by the bank ({code:02X})"
    return CODES.get(code, f"code {code:02X}")


def _command(command: Command) -> str:
    words = COMMANDS[type(command).__name__]
    match command:
        case Authorisation(amount=amount):
            return f"{words} {amount} {_currency(command.currency)}"
        case Reversal(receipt=receipt, amount=amount):
            return f"{words} of receipt {receipt:04d}, {amount} yuan"
        case Registration(currency=currency):
            return f"{words}, {_currency(currency)}"
        case DisplayText():
            return f"{words} of {len(command.lines)} lines"
        case _:
            return words


def _message(message: Message) -> str:
    match message:
        case Answer(code=code):
            return "taken" if message.positive else code_words(code)
        case IntermediateStatus(status=status):
            return _step(status)
        case StatusInformation():
            return _information(message)
        case StatusReport(status=status):
            return READY if status == 0 else code_words(status)
        case Completion():
            return "completion"
        case AbortByTerminal(code=code):
            return f"ended: {code_words(code)}"
        case PrintRequest():
            return "print this"
        case SetClock():
            return "its clock"
        case _:
            return "a request the kiosk does not serve"


def _step(status: int) -> str:
    if AND_REMOVE_CARD <= status < 0x80:
        return f"{STEPS.get(status & ~AND_REMOVE_CARD, 'wait')}, remove the card"
    return STEPS.get(status, "wait")


def _information(told: StatusInformation) -> str:
    if told.totals is not None:
        return f"totals: {told.totals.count} charges, {told.totals.sum} yuan"
    words = ["approved" if told.result == 0 else code_words(told.result)]
    if told.amount is not None:
        words.append(f"{told.amount} {_currency(told.currency)}")
    if told.receipt is not None:
        words.append(f"receipt {told.receipt:04d}")
    return ", ".join(words)


def _currency(number: int | None) -> str:
    return "yuan" if number in (CNY, None) else f"of currency {number}"
