"""What we and somebody else say of the same thing, fact by fact."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.patience import PATIENCE_S

WHAT, PEER, VERSION, AGREED, DIFFERS = "what", "peer", "version", "agreed", "differs"
"""The names under which a test's report carries them to ``tools/interop.py``."""


class Comparison:
    """One row of the table; ``properties`` go into the test's report."""

    def __init__(self, properties: list[tuple[str, object]], what: str, peer: str) -> None:
        self._properties = properties
        properties += [(WHAT, what), (PEER, peer)]

    def note_versions(self, versions: Sequence[str]) -> None:
        """Note which versions are asked."""
        self._properties.append((VERSION, ", ".join(dict.fromkeys(versions))))

    def same(self, fact: str, ours: object, theirs: object) -> None:
        """Hold what we say of a fact to what they say of it."""
        self._properties.append((AGREED if ours == theirs else DIFFERS, fact))
        assert ours == theirs, fact

    def refused(self, fact: str, is_refused: bool) -> None:
        """Hold them to seeing a fault: a peer that takes anything proves nothing."""
        self.same(f"spoilt: {fact}", True, is_refused)


def ran(
    *words: str | Path, data: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a peer's program to its end, whatever that is."""
    return subprocess.run(
        words, input=data, capture_output=True, check=False, timeout=PATIENCE_S, env=env
    )


def told(*words: str | Path, data: bytes = b"", env: dict[str, str] | None = None) -> str:
    """Run a peer's program that must succeed; return what it prints."""
    done = ran(*words, data=data, env=env)
    assert done.returncode == 0, (words[0], done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout.decode()
