"""The kiosk's commands, a module each: ``arguments(parser)`` and ``run(options)``, an exit code.

``kioskd.cli`` lists them and loads the one that is called.
"""

import argparse
from pathlib import Path

DEFAULT_CONFIG = Path("/etc/kioskd/kioskd.toml")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add which configuration is meant."""
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
