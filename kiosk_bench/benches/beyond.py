"""What stories ask for that some bench cannot do or tell, found before anything is played.

By the deeds of a story: on a rig a skip that comes after the charge would be too late.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kiosk_bench.deeds import Line
from kiosk_bench.stories.story import Story

Deeds = tuple[str, ...]
CITY = (20, 7)
"""People and seed of the usual city: image and rig have cards of no other."""
USUAL_PANEL = (1280, 800)
"""Of stories that do not care."""

APART: dict[str, Deeds] = {
    "the kiosk's own commands are not run on it": (
        "enrol the kiosk again",
        "expect day differs",
        "selftest",
        "expect part",
        "expect parts with a code",
    ),
    "its settings are not written anew in a story": (
        "let the day end now",
        "become another kiosk",
    ),
    "what it says aloud is not written down": (
        "expect said",
        "expect ticket said",
        "expect voices",
        "hear",
        "press for",
        "turn pages by ear to",
    ),
    "its disk is not looked into while it runs": (
        "expect not kept",
        "expect pack",
        "expect PIN nowhere",
        "expect text nowhere",
        "roll out a newer pack",
    ),
    "its disk is not made full": ("disk refuses", "disk accepts"),
}
"""Where the kiosk is no process of the tester's machine: image and rig."""
REAL: dict[str, Deeds] = {
    "what stands on real paper, people see": (
        "expect application on slip",
        "expect papers",
        "expect slips",
        "print newest receipt",
        "expect pages",
        "expect every page once a print",
        "expect all pages alike",
        "expect document prints",
        "expect printer off",
        "expect printer stands",
        "paper take",
    ),
    "a real chip does not tell": ("expect tries left", "expect card opens with"),
    "the bank's books are asked at the end only": ("expect batch closed", "expect charge reversed"),
    "the bank decides by itself": ("bank approves", "bank declined"),
    "a wrong PIN could lock the test card": ("bank wrong pin",),
    "a PIN pad's keys are pressed for a card or a PIN, not one by one": ("bank key",),
    "nobody watches the lamps": ("expect lamp blinks", "expect lamp lit", "see each lamp"),
}
"""Where devices are real."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one bench cannot do."""

    deeds: dict[str, Deeds]
    """By the reason."""
    has_fault: Callable[[str], bool]
    no_fault: str
    """Why it has not the others."""
    has_moment: Callable[[str], bool]
    no_moment: str

    def beyond(self, story: Story) -> list[str]:
        """Return why the story is beyond this bench, each reason once."""
        found = [why for line in lines_of(story) for why in self._why(line)]
        if (story.people, story.seed) != CITY:
            found.append("its city is another than that of the cards")
        return list(dict.fromkeys(found))

    def _why(self, line: Line) -> Iterator[str]:
        words, told = line.deed.words, line.told
        for reason, deeds in self.deeds.items():
            if words in deeds:
                yield f"{words}: {reason}"
        if words == "fault begin" and not self.has_fault(told["fault"]):
            yield f"{told['fault']}: {self.no_fault}"
        if words == "at" and not self.has_moment(told["moment"]):
            yield f"{told['moment']}: {self.no_moment}"


def lines_of(story: Story) -> Iterator[Line]:
    """Yield every deed of a story, those within others too."""
    for step in story.steps:
        yield from _with_inner(step.line)


def _with_inner(line: Line) -> Iterator[Line]:
    yield line
    for told in line.told.values():
        if isinstance(told, Line):
            yield from _with_inner(told)


def is_of_the_centre(fault: str) -> bool:
    """Tell whether a fault is one of the centre or of the line to it."""
    return fault.startswith("central.")


IMAGE = Limits(
    APART | {"the line to the machine is TLS": ("centre refuses the next change", "expect asked")},
    has_fault=lambda fault: fault == "central.down" or not is_of_the_centre(fault),
    no_fault="the line to the machine is TLS",
    has_moment=lambda moment: True,
    no_moment="",
)
RIG = Limits(
    APART | REAL,
    has_fault=lambda fault: is_of_the_centre(fault) or fault.startswith("power."),
    no_fault="it is of a simulated device",
    has_moment=lambda moment: moment == "centre.confirmed",
    no_moment="a rig comes a little later than that",
)
