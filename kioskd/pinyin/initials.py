"""The first letters of Chinese words, for searching: ``灵活就业`` is ``lhjy``."""

from functools import cache

from kioskd.pinyin.tables import table

RARE_COST = 80
"""Characters dearer than this are hardly ever in a title; leaving them out saves memory."""
PHRASE_MAX = 6


def initials(text: str) -> str:
    """Return the first letter of each syllable of ``text``, small letters and digits kept.

    Words whose reading depends on the word (重庆, 银行) are read as the phrase table has them. The
    first call reads the tables (0.3 s of CPU): make it before somebody waits.
    """
    found, at, letters = "", 0, _letters()
    while at < len(text):
        for length in range(min(PHRASE_MAX, len(text) - at), 0, -1):
            piece = text[at : at + length]
            if piece in letters:
                found += letters[piece]
                break
        else:
            found += piece.lower() if piece.isascii() and piece.isalnum() else ""
        at += length
    return found


@cache
def _letters() -> dict[str, str]:
    """Return the first letters of characters, and of phrases that read otherwise than those."""
    letters: dict[str, str] = {}
    costs: dict[str, int] = {}
    for syllable, entries in table("chars"):
        for character, cost in entries:
            if cost < min(RARE_COST, costs.get(character, RARE_COST)):
                letters[character], costs[character] = syllable[0], cost
    for key, entries in table("phrases"):
        first = "".join(syllable[0] for syllable in key.split())
        for phrase, _ in entries:
            if len(phrase) <= PHRASE_MAX and first != "".join(letters.get(c, "") for c in phrase):
                letters[phrase] = first
    return letters
