"""Chinese from the letters of pinyin: what a soft keyboard offers. Pure but for its own tables.

Beneath screens and flows; knows nothing of either. Nothing is learnt: the same letters always give
the same candidates, and nothing that somebody typed is kept.
"""

from kioskd.pinyin.engine import Candidate, Expects, Pinyin
from kioskd.pinyin.initials import initials
from kioskd.pinyin.syllables import spell

__all__ = ["Candidate", "Expects", "Pinyin", "initials", "spell"]
