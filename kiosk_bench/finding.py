"""Searching files and texts for what must not be there."""

from pathlib import Path


def find_in_text(content: bytes, secrets: list[tuple[str, bytes]]) -> list[str]:
    """Return the kind of each secret that ``content`` holds, once."""
    return sorted({kind for kind, value in secrets if value in content})


def find_in_files(files: list[Path], secrets: list[tuple[str, bytes]]) -> list[tuple[Path, str]]:
    """Return each file that holds a secret, with the secret's kind, once."""
    return sorted(
        (file, kind) for file in files for kind in find_in_text(file.read_bytes(), secrets)
    )
