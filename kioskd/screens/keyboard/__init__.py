"""The soft keyboard: keys as data, what was typed as a value, and how both are drawn."""

from kioskd.screens.keyboard.typing import Typing

__all__ = ["Typing"]
