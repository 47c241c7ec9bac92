"""Answers that only say where to go, shared by many screens."""

from enum import Enum


class Navigation(Enum):
    """Where to go instead of an answer to the screen's question."""

    BACK = "back"
