"""A demo that is killed leaves no kiosk behind: it would take the next world's devices."""

import os
import select
import signal
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from kiosk_bench.demo import WELCOME
from tests.patience import PATIENCE_S


def test_a_killed_demo_takes_its_kiosk_along(tmp_path: Path) -> None:
    """SIGKILL of the bench, which no handler sees, ends the kiosk too."""
    words = [sys.executable, "-m", "kiosk_bench", "demo", "--port", "0", "--out", str(tmp_path)]
    with Popen(words, stdin=DEVNULL, stdout=PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert any(WELCOME in line for line in demo.stdout)
        kiosk = os.pidfd_open(_kiosk_of(demo.pid))
        demo.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([kiosk], [], [], PATIENCE_S)
        os.close(kiosk)
    assert ended


def _kiosk_of(bench: int) -> int:
    """Return the process id of the kiosk among a bench's children."""
    children = Path(f"/proc/{bench}/task/{bench}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    (kiosk,) = (child for child, line in lines.items() if b"\0kioskd\0run\0" in line)
    return kiosk
