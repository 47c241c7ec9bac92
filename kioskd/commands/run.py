"""``kioskd run``: the kiosk itself. The first picture comes before what is behind it is loaded."""

import argparse
import gc
import os

from kioskd import __version__, log
from kioskd.commands import add_config

arguments = add_config

START_ME_AGAIN = 75
"""Exit code when an operator has asked for a restart: systemd starts what has failed."""


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM. Raises ConfigError."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    gc.disable()  # nothing of what is loaded is garbage: looking for it takes time
    from kioskd.config import load
    from kioskd.screens.splash import show_starting

    config = load(options.config)
    log.set_up(config.log.level)
    log.event("kiosk.starting", id=config.kiosk.id, version=__version__)
    show_starting(config.screen)
    import trio  # all the rest is loaded behind the first picture

    from kioskd.daemon import run as run_kiosk

    gc.freeze()
    gc.enable()
    return START_ME_AGAIN if trio.run(run_kiosk, config) else 0
