"""Measure kioskd against two limits: cold start to the first frame, and memory with a screen up.

Start-up is compared side by side with a process that only imports pygame, so that a slow or busy
machine slows both; memory is the proportional set size the kernel counts. Both run without any
device and without a centre: the kiosk says so on its screen, and starts all the same.
"""

import json
import os
import selectors
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROUNDS = 5
START_RATIO_MAX = 3.0
PSS_MAX_MIB = 80.0
SCREENS = 2
FIRST_SCREEN_LIMIT_S = 60.0
SETTLING_S = 2.0

CONFIG = """\
[kiosk]
id = "K0001"
outlet = {{ zh = "示例", en = "Example" }}
state_dir = "{folder}/state"
production = false
[central]
url = "https://127.0.0.1:9"
[pin_pad]
port = "{folder}/no-pin-pad"
[id_reader]
port = "{folder}/no-id-reader"
[receipt_printer]
port = "{folder}/no-printer"
[screen]
width_px = 1280
height_px = 800
"""


def write_config(folder: Path) -> Path:
    """Write the configuration of a kiosk that has nothing but a screen."""
    (folder / "state").mkdir()
    path = folder / "kioskd.toml"
    path.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    return path


def _environment() -> dict[str, str]:
    own = {
        "SDL_VIDEODRIVER": "dummy",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1",
        "GPIOZERO_PIN_FACTORY": "mock",
    }
    return os.environ | own


def bare_import_s() -> float:
    """Return how long a process takes that only imports pygame."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pygame"], env=_environment(), check=True)
    return time.perf_counter() - begun


@contextmanager
def _running_kiosk(config: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[float]]]:
    """Start kioskd; yield it and the seconds until its first and second screen. Ends it after."""
    begun = time.perf_counter()
    words = [sys.executable, "-m", "kioskd", "run", "--config", str(config)]
    kiosk = subprocess.Popen(words, env=_environment(), stderr=subprocess.PIPE)
    try:
        yield kiosk, [at - begun for at in _await_screens(kiosk, begun + FIRST_SCREEN_LIMIT_S)]
    finally:
        kiosk.kill()
        kiosk.communicate()


def _await_screens(kiosk: subprocess.Popen[bytes], deadline: float) -> list[float]:
    """Return when the first ("starting") and the second screen were shown. Exits if not shown."""
    assert kiosk.stderr is not None
    said, shown = b"", list[float]()
    with selectors.DefaultSelector() as selector:
        selector.register(kiosk.stderr, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.perf_counter())):
            data = os.read(kiosk.stderr.fileno(), 65536)
            said += data
            screens = sum(_is_screen(line) for line in said.splitlines(keepends=True))
            shown += [time.perf_counter()] * (min(screens, SCREENS) - len(shown))
            if len(shown) == SCREENS:
                return shown
            if not data:
                break
    sys.exit("kioskd did not show its screens:\n" + said.decode(errors="replace"))


def _is_screen(line: bytes) -> bool:
    """Tell whether this is the whole event ``<6>{"event": "screen.shown", ...}``."""
    _, brace, rest = line.partition(b"{")
    if not brace or not line.endswith(b"\n"):
        return False
    try:
        return bool(json.loads(brace + rest).get("event") == "screen.shown")
    except ValueError:
        return False


def pss_mib(pid: int) -> float:
    """Return a process's proportional set size by the kernel's count."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError("no Pss in smaps_rollup")


def measure() -> tuple[list[float], list[float], list[float], list[float]]:
    """Return seconds of the bare import, to the first and second screen, and MiB, a round each."""
    bare, first, second, memory = [], [], [], []
    for _ in range(ROUNDS):
        bare.append(bare_import_s())
        with tempfile.TemporaryDirectory() as folder:
            config = write_config(Path(folder))
            with _running_kiosk(config) as (kiosk, seconds):
                first.append(seconds[0])
                second.append(seconds[1])
                time.sleep(SETTLING_S)
                memory.append(pss_mib(kiosk.pid))
    return bare, first, second, memory


def main() -> None:
    """Print the table; exit 1 if a limit is passed."""
    bare_import_s()  # the first of all reads everything from disk
    bare, shown, behind, memory = measure()
    ratio = statistics.median(shown) / statistics.median(bare)
    pss = statistics.median(memory)
    rows = [
        ("import pygame alone, s", statistics.median(bare), min(bare), max(bare), ""),
        ("kioskd to its first screen, s", statistics.median(shown), min(shown), max(shown), ""),
        ("ratio", ratio, min(shown) / max(bare), max(shown) / min(bare), f"{START_RATIO_MAX}"),
        ("to the screen behind it, s", statistics.median(behind), min(behind), max(behind), ""),
        ("PSS with a screen up, MiB", pss, min(memory), max(memory), f"{PSS_MAX_MIB}"),
    ]
    print(f"{'median of ' + str(ROUNDS):32}{'median':>8}{'least':>8}{'most':>8}{'limit':>8}")
    for name, middle, least, most, limit in rows:
        print(f"{name:32}{middle:8.2f}{least:8.2f}{most:8.2f}{limit:>8}")
    if ratio > START_RATIO_MAX or pss > PSS_MAX_MIB:
        sys.exit(1)


if __name__ == "__main__":
    main()
