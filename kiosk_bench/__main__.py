"""``python -m kiosk_bench``: play stories, run the demo."""

from kiosk_bench.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
