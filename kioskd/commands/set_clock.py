"""``kioskd set-clock``: a unit before the kiosk's own: the centre's time, by the pinned CA."""

import argparse
from pathlib import Path

from kioskd import log
from kioskd.commands import add_config
from kioskd.config import load
from kioskd.relay.true_clock import known_to_be_past, set_right

arguments = add_config


def run(options: argparse.Namespace) -> int:
    """Set a clock that is behind what is known to be past; 1 if it still is. Raises ConfigError."""
    config = load(options.config)
    log.set_up(config.log.level)
    past = known_to_be_past(Path(config.kiosk.state_dir))
    return 0 if set_right(config.central, past) else 1
