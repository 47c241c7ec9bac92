"""Code 128 (ISO/IEC 15417): from a text to the widths of its bars and spaces. Pure.

Digits in even number are set two to a symbol (code set C), everything else in code set B.
"""

QUIET_ZONE = 10
"""Modules of white that a reader wants before the first and after the last bar."""
START_B, START_C, STOP = 104, 105, "2331112"
CHECK_MODULUS = 103
_SYMBOLS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232"
)
SYMBOLS = _SYMBOLS.split()
"""Widths in modules, bar first, of the values 0 to 105."""


def code128(text: str) -> tuple[int, ...]:
    """Return the widths in modules of bars and spaces in turn, a bar first and last.

    ``text`` is one or more characters from space to ``~``; anything else is our own misuse.
    """
    assert text and all(" " <= character <= "~" for character in text)
    values = _values(text)
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % CHECK_MODULUS
    widths = "".join(SYMBOLS[value] for value in (*values, check)) + STOP
    return tuple(int(width) for width in widths)


def _values(text: str) -> list[int]:
    if text.isdigit() and len(text) % 2 == 0:
        return [START_C, *(int(text[at : at + 2]) for at in range(0, len(text), 2))]
    return [START_B, *(ord(character) - ord(" ") for character in text)]
