"""The types of what deeds are told. Each is a Python type together with what may be written."""

from typing import Annotated

from kiosk_bench import faults
from kiosk_bench.deeds.screens import SCREENS
from kiosk_bench.kinds import AMOUNT, DIGITS, DURATION, NUMBER, Kind, one_of

CITIZENS = ("zhang", "li", "wang", "zhao", "chen", "sun", "qian")
"""Those whom the sample city gives cards."""
FLAWS = ("cloned", "foreign", "blank", "damaged")
CABLES = ("card-reader", "id-reader", "pin-pad", "receipt-printer", "a4")
KEYS = (*"0123456789", "*", "#")

Citizen = Annotated[str, one_of("CITIZEN", *CITIZENS)]
Flaw = Annotated[str, one_of("FLAW", *FLAWS)]
Cable = Annotated[str, one_of("CABLE", *CABLES)]
ScreenId = Annotated[str, one_of("SCREEN", *SCREENS)]
DoorMove = Annotated[str, one_of("open|close", "open", "close", called="move of the door")]
PersonMove = Annotated[str, one_of("come|leave", "come", "leave", called="move of a person")]
PlugMove = Annotated[str, one_of("in|out", "in", "out", called="move of the plug")]
Key = Annotated[str, one_of("KEY", *KEYS)]
Button = Annotated[str, Kind("BUTTON", str, "a button's id, as the screen console gives it")]
Text = Annotated[str, Kind("TEXT", str, "a text; with spaces it stands in quotes")]
Words = Annotated[list[str], Kind("WORD...", str.split, "words", list)]
Amount = Annotated[int, AMOUNT]
FaultName = Annotated[str, Kind("FAULT", faults.checked, "a fault: see below")]
Number = Annotated[int, NUMBER]
Digits = Annotated[str, DIGITS]
Duration = Annotated[float, DURATION]
