"""The bench that the suite runs on, and what each test leaves behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from kiosk_bench.benches.bench import Bench
from kiosk_bench.benches.image import ImageBench, missing_programs
from kiosk_bench.benches.rig import RigBench
from kiosk_bench.benches.simulator import SimulatorBench
from kiosk_bench.image.emulator import provide
from kiosk_bench.programs import Programs, programs_loaded
from kiosk_bench.rig.commands import CommandFailed
from kiosk_bench.rig.file import RigFileWrong, read_rig
from kiosk_bench.rig.serials import WrongRig

FAILED = pytest.StashKey[bool]()
EVIDENCE = pytest.StashKey[Path]()
REFUSED = 2
"""Exit code of a run that does not begin."""


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Centre and commands, loaded once for all stories."""
    with programs_loaded() as loaded:
        yield loaded


@pytest.fixture(scope="session")
def bench(pytestconfig: pytest.Config, programs: Programs) -> Bench:
    """The bench that ``--bench`` names, ready; the run ends here where it cannot be had."""
    kind, evidence = pytestconfig.getoption("bench"), pytestconfig.getoption("evidence")
    if kind == "image":
        return _image_bench(pytestconfig.getoption("image"), programs)
    if kind == "rig":
        if hasattr(pytestconfig, "workerinput"):
            pytest.exit("a rig is one: run it without -n", REFUSED)
        return _rig_bench(pytestconfig.getoption("rig"), programs)
    return SimulatorBench(programs, pictures=evidence is not None)


def _image_bench(image: Path | None, programs: Programs) -> Bench:
    if image is None or image.suffix == ".zst" or not image.exists():
        pytest.exit(f"--bench=image needs --image FILE, an unpacked disk image: {image}", REFUSED)
    if missing := missing_programs():
        pytest.exit(f"--bench=image needs {', '.join(missing)}: make image-test", REFUSED)
    emulator = provide(Path("build/qemu").resolve())
    return ImageBench(image.resolve(), programs, emulator)


def _rig_bench(file: Path | None, programs: Programs) -> Bench:
    if file is None:
        pytest.exit("--bench=rig needs --rig FILE: docs/rig.md", REFUSED)
    try:
        bench = RigBench(read_rig(file), programs)
        trio.run(bench.begin)
    except (RigFileWrong, WrongRig, CommandFailed) as refused:
        pytest.exit(f"this rig is not driven:\n{refused}", REFUSED)
    return bench


@pytest.fixture
def evidence(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The folder for what a test leaves: kept if it fails, or always with ``--evidence``."""
    wanted = request.config.getoption("evidence")
    name = request.node.name.removeprefix("test_story_").translate({ord("["): "-", ord("]"): None})
    folder = (wanted.resolve() if wanted else tmp_path) / name
    request.node.stash[EVIDENCE] = folder
    yield folder
    if wanted is None and not request.node.stash.get(FAILED, True):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note how the test ended, and say where its evidence is if it failed."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
        if report.failed and EVIDENCE in item.stash:
            report.sections.append(("Evidence", str(item.stash[EVIDENCE])))
    return report
