"""Screens and the stage that shows them: the only home of pygame. Knows the domain, no devices."""

import os

# pygame greets on standard output when it is imported; this must be said before.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import sys
from types import ModuleType
from typing import cast

NEVER_USED = ("mixer", "mixer_music", "scrap", "pkgdata", "_debug", "system")
"""Parts of pygame that it loads by itself: sound with its codecs, the clipboard, its own resources.

None instead of a module is how Python is told not to load it; pygame goes on without. That is a
tenth of the time to the first picture, and memory.
"""

for _part in NEVER_USED:
    sys.modules.setdefault(f"pygame.{_part}", cast(ModuleType, None))
