"""Reading the screen to who wants it read; what is hers is heard by earphones only."""

from collections.abc import Sequence

from kioskd import log
from kioskd.contracts import Cabinet, Saying, Voice
from kioskd.screens.reading import Sentence
from kioskd.screens.words import Words

LEFT_OUT = "reading.private_left_out"
HELP = "reading.help"
"""How the keys are used: said once a visit, and whenever she asks to hear all again."""


def news(before: Sequence[Sentence], after: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return what is said now and was not said before: the mark that moved, the new amount."""
    known = set(before)
    return tuple(sentence for sentence in after if sentence not in known)


class ReadingAloud:
    """Fulfils the stage's ``Reader``; ``run`` follows the earphones."""

    def __init__(self, voice: Voice, cabinet: Cabinet) -> None:
        self._voice, self._cabinet = voice, cabinet
        self._wished = False
        self._screen = ""
        self._up: tuple[Sentence, ...] = ()
        self._language = ""
        self._helped = False

    def wish(self, aloud: bool) -> None:
        """She wants pictures read, or no more; the one that is up is read at once."""
        if aloud == self._wished:
            return
        self._wished = aloud
        if aloud:
            self._screen = ""  # so that all of the next picture is news: it comes at once
        else:
            self._voice.hush()

    def read(self, screen: str, sentences: tuple[Sentence, ...], language: str) -> None:
        """A picture is up; say what is new in it, all of it if it is another screen."""
        same = screen == self._screen and language == self._language
        new = news(self._up, sentences) if same else sentences
        self._screen, self._up, self._language = screen, sentences, language
        if self._helped:
            new = tuple(sentence for sentence in new if sentence.key != HELP)
        if self._is_wanted and new:
            self._say(new)

    def ask(self, sentence: Sentence, language: str) -> None:
        """Say this now, whatever she wants: the visit is about to end."""
        self._voice.say((Saying(sentence.text, sentence.key),), language)

    def again(self) -> None:
        """Say the whole picture once more."""
        if self._up:
            self._say(self._up)

    def louder(self) -> None:
        """Take the next of the volumes, and let her hear it."""
        self._voice.louder()
        self.again()

    def forget(self) -> None:
        """The visit is over: keep nothing of it. What the kiosk itself is saying goes on."""
        self._wished, self._screen, self._up, self._helped = False, "", (), False
        self._voice.usual_volume()

    @property
    def _is_wanted(self) -> bool:
        return self._wished or self._cabinet.earphones

    def _say(self, sentences: Sequence[Sentence]) -> None:
        """Say them; into the hall only what names nobody, and that something was left out."""
        heard = [s for s in sentences if s.public or self._cabinet.earphones]
        self._helped = self._helped or any(sentence.key == HELP for sentence in heard)
        sayings = [Saying(sentence.text, sentence.key) for sentence in heard]
        if len(heard) < len(sentences):
            sayings.append(Saying(Words(self._language)(LEFT_OUT), LEFT_OUT))
        self._voice.say(sayings, self._language)

    async def run(self) -> None:
        """Follow the jack: plugged in, the screen is read; pulled out, silence at once."""
        plugged = self._cabinet.earphones
        while True:
            await self._cabinet.wait_change()
            before, plugged = plugged, self._cabinet.earphones
            if before and not plugged:
                self._voice.hush()
                log.event("voice.earphones_out")
            elif plugged and not before:
                log.event("voice.earphones_in")
                self.again()
