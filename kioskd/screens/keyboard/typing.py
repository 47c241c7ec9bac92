"""What has been typed so far, as a value: each touch of a key makes another one."""

from dataclasses import dataclass, field, replace

from kioskd.domain.typed_text import Script, TextRules, characters, length
from kioskd.pinyin import Candidate, Expects, Pinyin
from kioskd.pinyin.engine import LETTERS_MAX
from kioskd.screens.keyboard.keys import DIGITS, Page, first_page

ROW_BUDGET, EACH_BUDGET, CHARACTER_BUDGET = 1010, 66, 32
"""How wide a row of candidates is at the reference panel, and what each takes of it."""
SHOWN_MAX = 9
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Typing:
    """A text, the letters that wait to become characters, and which keys are up."""

    rules: TextRules
    engine: Pinyin = field(compare=False, repr=False)
    expects: Expects = Expects.ANYTHING
    text: str = field(default="", repr=False)
    letters: str = field(default="", repr=False)
    page: Page = Page.PINYIN
    upper: bool = False
    candidates: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)
    first: int = 0
    """The first candidate that is shown."""

    @classmethod
    def begun(
        cls, rules: TextRules, engine: Pinyin, expects: Expects = Expects.ANYTHING
    ) -> "Typing":
        """Return an empty text with the keys that its field begins with."""
        return cls(rules, engine, expects, page=first_page(rules))

    @property
    def room(self) -> int:
        """How many more characters the field takes."""
        return self.rules.longest - length(self.text)

    @property
    def whole(self) -> str:
        """The text as it would be handed over: what waits counts as it was typed."""
        return self.text + self.letters

    @property
    def shown(self) -> tuple[Candidate, ...]:
        """The candidates that fit on the bar, beginning with ``first``."""
        used, count = 0, 0
        for one in self.candidates[self.first : self.first + SHOWN_MAX]:
            used += EACH_BUDGET + CHARACTER_BUDGET * len(one.text)
            if used > ROW_BUDGET and count:
                break
            count += 1
        return self.candidates[self.first : self.first + count]

    @property
    def has_more(self) -> bool:
        """Whether there are candidates after those shown."""
        return self.first + len(self.shown) < len(self.candidates)

    def press(self, key: str) -> "Typing":
        """Return the state after a touch of ``key``; the same where it does nothing."""
        if key.startswith("key-"):
            return self._type(key.removeprefix("key-"))
        if key.startswith("candidate-"):
            return self.choose(int(key.removeprefix("candidate-")))
        if key.startswith("page-"):
            return self._turned_to(Page(key.removeprefix("page-")))
        match key:
            case "space":
                return self.choose(0) if self.letters else self.put(" ")
            case "delete":
                return self._delete()
            case "clear":
                return replace(self, text="", letters="", candidates=(), first=0)
            case "shift":
                return replace(self, upper=not self.upper)
            case "more":
                return replace(self, first=self.first + len(self.shown) if self.has_more else 0)
            case "candidates-first":
                return replace(self, first=0)
        raise AssertionError(f"no key {key}")

    def with_text(self, text: str) -> "Typing":
        """Return the state with another text, nothing waiting."""
        return replace(self, text=text, letters="", candidates=(), first=0)

    def _type(self, text: str) -> "Typing":
        if self.page is Page.PINYIN and text in LETTERS:
            waits = len(self.letters) < LETTERS_MAX and self.room > 0
            return self.waiting_for(self.letters + text) if waits else self
        if self.letters and text in DIGITS:
            return self.choose(DIGITS.index(text))
        return self.first_chosen().put(text)

    def put(self, text: str) -> "Typing":
        """Return the state with ``text`` behind; unchanged where the field does not take it."""
        doubled = text == " " and self.text[-1:] in ("", " ")
        if doubled or length(text) > self.room or not self.rules.takes(text):
            return self
        return replace(self, text=self.text + text)

    def waiting_for(self, letters: str) -> "Typing":
        """Return the state with these letters waiting, and what they may be."""
        found = self.engine.candidates(letters, self.expects) if letters else ()
        fitting = tuple(one for one in found if self._fits(one.text))
        return replace(self, letters=letters, candidates=fitting, first=0)

    def _fits(self, text: str) -> bool:
        return len(text) <= self.room and self.rules.takes(text)

    def choose(self, index: int) -> "Typing":
        """Return the state with a candidate of those shown taken; the same if there is none."""
        if index >= len(self.shown):
            return self
        chosen = self.shown[index]
        typed = replace(self, text=self.text + chosen.text)
        return typed.waiting_for(self.letters[chosen.letters :])

    def first_chosen(self) -> "Typing":
        """Return the state with nothing waiting: the likeliest candidates are taken."""
        state = self
        while state.letters and state.candidates:
            state = replace(state, first=0).choose(0)
        return replace(state, letters="", candidates=(), first=0)

    def _turned_to(self, page: Page) -> "Typing":
        """Return the state with other keys; what waits becomes Latin letters, or its first choice.

        Turning to Latin keys after some letters means that they were meant as they are.
        """
        as_latin = page is Page.LATIN and Script.LATIN in self.rules.scripts
        settled = self.with_text(self.text + self.letters[: self.room]) if as_latin else None
        return replace(settled or self.first_chosen(), page=page, upper=False)

    def _delete(self) -> "Typing":
        """Take back a waiting letter, else the last character as a reader sees it."""
        if self.letters:
            return self.waiting_for(self.letters[:-1])
        return self.with_text("".join(characters(self.text)[:-1]))
