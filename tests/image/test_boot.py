"""The built image on an emulated machine: it boots, provisions itself, and a citizen pays.

Half an hour of emulation, so only where an image is named: ``KIOSKD_IMAGE=file``. ``make
image-test`` is the whole of it, with power cuts and measures.
"""

import os
import shutil
from pathlib import Path

import pytest
import trio

from kiosk_bench.image.emulator import provide
from kiosk_bench.image.trial import PAYS, Trial
from kiosk_bench.programs import programs_loaded

IMAGE = os.environ.get("KIOSKD_IMAGE", "")
NEEDED = ("mcopy", "socat", "debugfs", "ippeveprinter")
MISSING = [program for program in NEEDED if not shutil.which(program)]

pytestmark = [
    pytest.mark.skipif(not IMAGE, reason="needs a built image: KIOSKD_IMAGE=file; make image-test"),
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}"),
]


def test_the_image_boots_and_pays(tmp_path: Path) -> None:
    """A flashed card provisions itself, welcomes her, takes her payment and prints her receipt."""
    with programs_loaded() as programs:
        emulator = provide(Path("build/qemu").resolve())
        trial = Trial(Path(IMAGE).resolve(), tmp_path, emulator, programs)

        async def boots_and_pays() -> None:
            await trial.rehearse()
            await trial.play((PAYS,))

        trio.run(boots_and_pays)
    (verdict,) = trial.verdicts
    assert verdict.problems == []
    assert (verdict.charges, verdict.postings, verdict.journal) == (1, 1, ["confirmed"])
