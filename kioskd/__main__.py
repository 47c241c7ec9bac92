"""``python -m kioskd``."""

from kioskd.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
