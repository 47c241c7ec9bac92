"""Copies of the server as it ships, each a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOP_S = 90
"""As long as systemd waits."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A running ``kiosk-central serve``."""

    process: "subprocess.Popen[bytes]"
    url: str

    def stop(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        self.process.wait(STOP_S)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.wait(STOP_S)


@contextmanager
def serving(db: str, trust: Path, port: int = 0, options: Sequence[str] = ()) -> Iterator[Copy]:
    """Start a copy, wait until it answers; it is gone in the end."""
    command = [sys.executable, "-m", "kiosk_central", "serve", "--db", db, "--port", str(port)]
    command += ["--trust", str(trust), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None, "piped"
            yield Copy(process, str(json.loads(process.stdout.readline())["url"]))
        finally:
            process.kill()
