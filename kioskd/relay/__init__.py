"""The way to the central server."""
