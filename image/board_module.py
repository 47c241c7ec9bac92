"""The kernel module of image/board, compiled for arm64 against the image's own kernel."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from image.listed import HERE, only
from image.say import BuildRefused, run, say

SOURCE = HERE / "board"
CROSS = "aarch64-linux-gnu-"
_CROSS_LIBRARIES = "/usr/aarch64-linux-gnu"
"""Where the kernel's own build programs, which are arm64 ones, find their C library here."""


def unpack_headers(work: Path, packages: Sequence[Path]) -> Path:
    """Unpack the packages whose headers a build uses; the folder."""
    folder = work / "headers"
    shutil.rmtree(folder, ignore_errors=True)
    for deb in packages:
        run(["dpkg-deb", "--extract", deb, folder])
    return folder


def install_module(root: Path, work: Path, headers: Path) -> Path:
    """Compile the module and put it beside the kernel's own; where it is."""
    say("compiling the kernel module for the board")
    kernel = only(root.glob("usr/lib/modules/*")).name
    folder = work / "board"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder)
    sources = headers / "usr/src"
    run(
        [
            "make",
            "--silent",
            f"--directory={only(sources.glob('linux-headers-*-common'))}",
            f"O={sources}/linux-headers-{kernel}",
            f"M={folder}",
            "ARCH=arm64",
            f"CROSS_COMPILE={CROSS}",
            f"KERNELRELEASE={kernel}",
            f"KCFLAGS=-ffile-prefix-map={work}=.",
            "modules",
        ],
        env={"QEMU_LD_PREFIX": _CROSS_LIBRARIES},
    )
    module = root / "usr/lib/modules" / kernel / "updates" / "kiosk_pi.ko"
    module.parent.mkdir(exist_ok=True)
    # The build identifier is a hash of paths of this machine, too.
    strip = [f"{CROSS}strip", "--strip-debug", "--remove-section=.note.gnu.build-id"]
    run([*strip, "-o", module, folder / "kiosk_pi.ko"])
    run(["depmod", "--basedir", root, kernel])
    refuse_broken_modules(root, kernel, sources / f"linux-headers-{kernel}" / "Module.symvers")
    return module


def refuse_broken_modules(root: Path, kernel: str, symbols: Path) -> None:
    """Compare what modules need with what the kernel and the other modules give.

    Raises:
        BuildRefused: a module could not be loaded, as another was left out that it needs.
    """
    words = ["depmod", "--basedir", str(root), "--dry-run", "--errsyms", "--symvers", str(symbols)]
    done = subprocess.run([*words, kernel], capture_output=True, text=True, check=False)
    broken = sorted(set(re.findall(r"(\S+\.ko) needs unknown symbol", done.stderr)))
    if broken or done.returncode:
        names = ", ".join(Path(one).name for one in broken) or done.stderr[-500:]
        raise BuildRefused(f"excluded.txt leaves out what these modules need: {names}")
