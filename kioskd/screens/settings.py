"""The settings of the screen, as they stand in the configuration under ``[screen]``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """Size and behaviour of the screen; 0 pixels wide or high means the whole panel."""

    width_px: int = 0
    height_px: int = 0
    fullscreen: bool = False
    panel_width_mm: float = 0.0
    """Of the panel's picture; touch targets are then at least 10 mm. 0: not known."""
    idle_limit_s: float = 120
    """A screen of a visit that nobody touches for so long ends the visit."""
    warning_s: float = 20
    """The last part of it, with the question whether somebody is still there."""
    transitions: bool = True
    """Whether one screen slides in after another; never in large letters or while reading."""
    language: str = "zh_CN"
    """The language a visit starts in."""
    console: str = ""
    """Unix socket of the screen console; empty: no console. Refused in production."""
    font: str = ""
    """Font file; empty: WenQuanYi Micro Hei where distributions put it."""
