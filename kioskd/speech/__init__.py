"""Texts as a voice should say them. Pure: no device, no screen."""

from kioskd.speech.spoken import spoken

__all__ = ["spoken"]
