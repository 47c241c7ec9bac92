"""How the visitor before the stage is served: her language, her wishes, and the pad's keys."""

from dataclasses import asdict, replace

from kioskd import log
from kioskd.screens import frame
from kioskd.screens.canvas import Canvas
from kioskd.screens.keys import Ask, effect_of
from kioskd.screens.preferences import USUAL
from kioskd.screens.words import LANGUAGES

SLOWLY = 2
"""Who needs more time has twice as much."""


class Visitor:
    """What she has chosen at the frame and on the pad; nothing of who she is."""

    def __init__(self, language: str) -> None:
        self._usual_language = language
        self.forget()

    def forget(self) -> None:
        """The next one finds the language, the letters and the silence that all find."""
        self.language = self._usual_language
        self.preferences = USUAL
        self.keys = False
        """Whether she uses the pad: what each key presses is shown then."""
        self.pending = ""
        self.focus: str | None = None

    def look_up(self) -> None:
        """Another screen comes: what was begun on the last one is nothing on this."""
        self.pending, self.focus = "", None

    @property
    def is_served_as_all(self) -> bool:
        """Whether she has chosen nothing."""
        usual = self.language == self._usual_language and self.preferences == USUAL
        return usual and not self.keys

    @property
    def patience(self) -> int:
        """How many times the usual time she has."""
        return SLOWLY if self.preferences.slow or self.keys else 1

    @property
    def likes_motion(self) -> bool:
        """Whether screens may slide in: not in large letters, nor where she listens or counts."""
        return not (self.preferences.slow or self.keys)

    def adjust(self, button: str) -> None:
        """Serve her as the frame's button says, from the next picture on."""
        wishes = self.preferences
        match button:
            case frame.LANGUAGE_BUTTON:
                others = [language for language in LANGUAGES if language != self.language]
                self.language = others[0]
                log.event("screen.language", language=self.language)
                return
            case frame.ELDER_BUTTON:
                self.preferences = replace(wishes, elder=not wishes.elder)
            case frame.ALOUD_BUTTON:
                self.preferences = replace(wishes, aloud=not wishes.aloud)
            case frame.LOW_BUTTON:
                self.preferences = replace(wishes, low=not wishes.low)
            case frame.LEFT_BUTTON:
                self.preferences = replace(wishes, left_handed=not wishes.left_handed)
        log.event("screen.preferences", **asdict(self.preferences))

    def key(self, key: str, canvas: Canvas) -> str | Ask | None:
        """Return the button that a key of the pad presses, or what it asks for.

        The first key only shows what each of them does.
        """
        if not self.keys:
            self.keys = True
            log.event("screen.keys")
            return None
        effect = effect_of(key, canvas, self.pending, self.focus)
        self.pending, self.focus = effect.pending, effect.focus
        return effect.press
