"""Screens and the stage that shows them: the only home of pygame. Knows the domain, no devices."""

import os

# pygame greets on standard output when it is imported; this must be said before.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
