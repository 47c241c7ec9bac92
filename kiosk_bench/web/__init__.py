"""The bench in a browser: the kiosk's live screen, and every device as a thing one can handle."""
