"""kioskd: the daemon of a social security self-service terminal."""

__version__ = "0.1.0"
