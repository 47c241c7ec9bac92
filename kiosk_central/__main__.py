"""``python -m kiosk_central``."""

from kiosk_central.cli import main

if __name__ == "__main__":
    main()
