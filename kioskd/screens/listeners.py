"""Who is told of each picture that is newly up: an eye, and a voice."""

from typing import Any, Protocol

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.reading import Sentence, read
from kioskd.screens.words import Words


class Watcher(Protocol):
    """Somebody who is told each newly drawn picture: the screen console."""

    def picture_drawn(self, screen: Screen[Any], language: str, canvas: Canvas) -> None:
        """Take note of it; called in the stage's task, must not block."""


class Reader(Protocol):
    """Who reads pictures to the visitor. No call waits."""

    def wish(self, aloud: bool) -> None:
        """She wants pictures read, or no more."""

    def read(self, screen: str, sentences: tuple[Sentence, ...], language: str) -> None:
        """A picture is up; say what is new in it if she wants it read."""

    def ask(self, sentence: Sentence, language: str) -> None:
        """Say this now, whatever she wants: the visit is about to end."""

    def again(self) -> None:
        """Say the whole picture once more."""

    def louder(self) -> None:
        """Take the next of the volumes."""

    def forget(self) -> None:
        """The visit is over: be silent, and keep nothing of it."""


def tell(
    watcher: Watcher | None,
    reader: Reader | None,
    screen: Screen[Any],
    words: Words,
    canvas: Canvas,
    warns: bool,
) -> None:
    """Tell of a picture that is up; the question whether she is still there is always asked."""
    if watcher is not None:
        watcher.picture_drawn(screen, words.language, canvas)
    if reader is not None and warns:
        asked = words("still_here.spoken")
        reader.ask(Sentence(asked, True, "still_here.spoken"), words.language)
    elif reader is not None:
        reader.read(screen.id, read(canvas, screen.names_nobody), words.language)
