"""``kioskd check``: whether the configuration is right."""

import argparse

from kioskd.commands import add_config
from kioskd.config import load

arguments = add_config


def run(options: argparse.Namespace) -> int:
    """Say that it is good. Raises ConfigError."""
    config = load(options.config)
    print(f"{options.config}: good, kiosk {config.kiosk.id}")
    return 0
