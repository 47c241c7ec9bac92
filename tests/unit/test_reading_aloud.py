"""Who hears what: all of it by earphones, only what names nobody in the hall."""

from dataclasses import dataclass, field

import pytest
import trio
import trio.testing

from kioskd.flows.reading_aloud import HELP, ReadingAloud, news
from kioskd.screens.reading import Sentence
from tests.unit.flow_world import FakeCabinet, FakeVoice

QUESTION = Sentence("请选择档次", True)
HERS = Sentence("张三，您好", False)
CHOSEN = Sentence("100%，已选", True)
LEFT_OUT = "屏幕上还有您的个人信息，插上耳机可以听到。"


@dataclass
class Room:
    """A reader with its voice and its jack."""

    voice: FakeVoice = field(default_factory=FakeVoice)
    cabinet: FakeCabinet = field(default_factory=FakeCabinet)

    def __post_init__(self) -> None:
        self.reading = ReadingAloud(self.voice, self.cabinet)

    def heard(self) -> list[str]:
        """Return what was said since the last time."""
        said, self.voice.said = self.voice.said, []
        return said


def test_nobody_is_read_to_who_did_not_ask() -> None:
    """Without a wish and without earphones the kiosk is silent."""
    room = Room()
    room.reading.read("home", (QUESTION,), "zh_CN")
    assert room.heard() == []


def test_the_hall_hears_nothing_of_hers() -> None:
    """Without earphones only public sentences are said, and that some were left out."""
    room = Room()
    room.reading.wish(True)
    room.reading.read("home", (HERS, QUESTION), "zh_CN")
    assert room.heard() == [QUESTION.text, LEFT_OUT]


def test_earphones_hear_everything() -> None:
    """With a plug in the jack the screen is read, hers too, without a touch."""
    room = Room()
    room.cabinet.earphones = True
    room.reading.read("home", (HERS, QUESTION), "zh_CN")
    assert room.heard() == [HERS.text, QUESTION.text]


def test_on_the_same_screen_only_what_changed_is_said() -> None:
    """A mark that moved is news; another screen or language is read from its beginning."""
    room = Room()
    room.reading.wish(True)
    room.reading.read("choose", (QUESTION,), "zh_CN")
    room.heard()
    room.reading.read("choose", (QUESTION, CHOSEN), "zh_CN")
    assert room.heard() == [CHOSEN.text]
    room.reading.read("choose", (QUESTION, CHOSEN), "en")
    assert room.heard() == [QUESTION.text, CHOSEN.text]
    assert news((QUESTION, CHOSEN), (QUESTION,)) == ()


def test_help_is_said_once_a_visit_and_again_when_asked() -> None:
    """How the keys are used is not repeated on every screen."""
    room, help_ = Room(), Sentence("按数字选择", True, HELP)
    room.reading.wish(True)
    room.reading.read("one", (help_, QUESTION), "zh_CN")
    assert room.heard() == [help_.text, QUESTION.text]
    room.reading.read("two", (help_, QUESTION), "zh_CN")
    assert room.heard() == [QUESTION.text]
    room.reading.again()
    assert room.heard() == [help_.text, QUESTION.text]


def test_the_question_before_the_end_is_always_said() -> None:
    """Whoever is about to lose her visit is asked, reading or not."""
    room = Room()
    room.reading.ask(Sentence("您还在吗？", True), "zh_CN")
    assert room.heard() == ["您还在吗？"]


def test_a_wish_ends_and_the_visit_forgets_it() -> None:
    """Stop reading is silence at once; after the visit nobody is read to and nothing is kept."""
    room = Room()
    room.reading.wish(True)
    room.reading.read("home", (QUESTION,), "zh_CN")
    room.reading.wish(False)
    assert room.heard() == [QUESTION.text, ""]
    room.reading.wish(True)
    room.reading.louder()
    room.reading.forget()
    room.heard()
    room.reading.again()
    room.reading.read("home", (QUESTION,), "zh_CN")
    assert room.heard() == [] and room.voice.volume == 1


async def test_pulled_out_in_mid_sentence_is_silence_at_once(nursery: trio.Nursery) -> None:
    """What was meant for her ears stops with the plug; the hall hears no more."""
    room = Room()
    nursery.start_soon(room.reading.run)
    await trio.testing.wait_all_tasks_blocked()
    room.reading.read("home", (HERS, QUESTION), "zh_CN")
    room.cabinet.jack(True)
    await trio.testing.wait_all_tasks_blocked()
    assert room.heard() == [HERS.text, QUESTION.text]
    room.cabinet.jack(False)
    await trio.testing.wait_all_tasks_blocked()
    assert room.heard() == [""]
    room.reading.read("pay", (HERS,), "zh_CN")
    assert room.heard() == []


@pytest.mark.parametrize("times", [1, 2])
def test_louder_is_heard_at_once(times: int) -> None:
    """She hears the new volume on what is up."""
    room = Room()
    room.reading.wish(True)
    room.reading.read("home", (QUESTION,), "zh_CN")
    room.heard()
    for _ in range(times):
        room.reading.louder()
    assert room.heard() == [QUESTION.text] * times and room.voice.volume == 1 + times
