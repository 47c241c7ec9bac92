"""What the build says, and how it starts other programs."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class BuildRefused(Exception):
    """The image cannot be built or written as asked; the text says why and what to do."""


def say(text: str) -> None:
    """Print one line of progress with the time of day (UTC)."""
    print(f"{time.strftime('%H:%M:%S', time.gmtime())} {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log: Path | None = None,
) -> str:
    """Run a program to its end, in ``folder``; what it printed. All it said can go to ``log``.

    Raises:
        BuildRefused: it is not installed, or failed; with what it said.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            input=stdin,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise BuildRefused(f"{words[0]} is not installed") from missing
    if log is not None:
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode and log is not None:
        raise BuildRefused(f"{words[0]} ended with {done.returncode}; {log} says why")
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise BuildRefused(f"{' '.join(words)[:300]} ended with {done.returncode}:\n{said}")
    return done.stdout
