"""libgooglepinyin, where it is installed: five of its C functions, and nothing it could remember.

The only importer of ctypes. The library holds one decoder for the whole process and is not to be
called from two threads; only the stage's task asks it. Its user dictionary is never opened (an
empty name), so it learns and writes nothing. Characters come as UTF-16LE (facts, devices 8).
"""

import ctypes
from ctypes import POINTER, byref, c_bool, c_char_p, c_size_t, c_uint16, c_void_p
from functools import cache
from pathlib import Path
from typing import Final

from kioskd.pinyin.syllables import cuts

LIBRARY: Final = "libgooglepinyin.so.0"
DICTIONARIES: Final = "*/googlepinyin/data/dict_pinyin.dat"
"""Below /usr/lib: Debian puts it into the folder of the machine's architecture."""
LETTERS_MAX, SYLLABLES_MAX = 26, 7
"""Longer input is not given to it: from 9 syllables on (``erengengerenengenganang``) its pool of
matches may run out, and then it ends the process by an assertion (docs/decisions/0022)."""
CANDIDATES_MAX = 60
_TEXT_MAX: Final = 64


class GooglePinyin:
    """The opened decoder; make it with ``open_library``."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def candidates(self, letters: str) -> list[tuple[str, int]]:
        """Return the candidates, likeliest first, each with how many of the letters it uses."""
        if not _is_safe(letters):
            return []
        sent = letters.encode("ascii")
        self._library.im_reset_search()
        count = min(self._library.im_search(sent, len(sent)), CANDIDATES_MAX)
        starts = self._starts()
        found = (self._candidate(index) for index in range(count))
        return [(text, starts[min(len(text), len(starts) - 1)]) for text in found if text]

    def _candidate(self, index: int) -> str:
        buffer = (c_uint16 * _TEXT_MAX)()
        if not self._library.im_get_candidate(index, buffer, _TEXT_MAX - 1):
            return ""
        return bytes(buffer).decode("utf-16-le").partition("\0")[0]

    def _starts(self) -> list[int]:
        """Return where each of the library's syllables begins, and where the last ends."""
        starts = POINTER(c_uint16)()
        count = self._library.im_get_spl_start_pos(byref(starts))
        return [int(starts[index]) for index in range(count + 1)]


def _is_safe(letters: str) -> bool:
    """Tell whether the library can bear these letters, however it cuts them itself."""
    return 0 < len(letters) <= LETTERS_MAX and len(cuts(letters)[0].parts) <= SYLLABLES_MAX


@cache
def open_library() -> GooglePinyin | None:
    """Open library and dictionary; None where either is not installed."""
    dictionaries = sorted(Path("/usr/lib").glob(DICTIONARIES))
    if not dictionaries:
        return None
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    _declare(library)
    opened = library.im_open_decoder(bytes(dictionaries[0]), b"")
    return GooglePinyin(library) if opened else None


def _declare(library: ctypes.CDLL) -> None:
    library.im_open_decoder.argtypes = (c_char_p, c_char_p)
    library.im_open_decoder.restype = c_bool
    library.im_search.argtypes = (c_char_p, c_size_t)
    library.im_search.restype = c_size_t
    library.im_get_candidate.argtypes = (c_size_t, POINTER(c_uint16), c_size_t)
    library.im_get_candidate.restype = c_void_p
    library.im_get_spl_start_pos.argtypes = (POINTER(POINTER(c_uint16)),)
    library.im_get_spl_start_pos.restype = c_size_t
    library.im_reset_search.argtypes = ()
    library.im_reset_search.restype = None
