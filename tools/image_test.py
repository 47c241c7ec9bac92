"""Try the image on an emulated machine: boot, pay, print, pull the plug, measure.

``--image`` names a disk image, packed with zstd or not; without it the newest in build/image.
Evidence is left in build/image-test. Exit code 1: something is not as it must be, and what.
"""

import argparse
import shutil
import sys
from pathlib import Path
from subprocess import run

import trio

from kiosk_bench.image import start_trial
from kiosk_bench.image.emulator import provide
from kiosk_bench.image.releases import Offers
from kiosk_bench.image.report import table, write_report
from kiosk_bench.image.start_trial import Told, try_starts
from kiosk_bench.image.trial import CARD, CUTS, PAYS, PRINTS, Trial
from kiosk_bench.image.update_parts import cut_five_times, damaged, kept, refused
from kiosk_bench.programs import Programs, programs_loaded
from tools.image_bundles import NoNextVersion, make_offers

BUILT, OUT, EMULATOR = Path("build/image"), Path("build/image-test"), Path("build/qemu")
KEY = BUILT / "release.pem"
NEEDED = {
    "mcopy": "mtools",
    "socat": "socat",
    "zstd": "zstd",
    "e2fsck": "e2fsprogs",
    "debugfs": "e2fsprogs",
    "fsck.fat": "dosfstools",
}
UPDATES = {
    "update": (kept, refused),
    "update-cuts": (cut_five_times,),
    "update-damaged": (damaged,),
}
PARTS = ("pay", "cuts", "boots", "starts", *UPDATES)


def main() -> int:
    """Do it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--idle-minutes", type=float, default=5.0)
    parser.add_argument("--parts", nargs="*", choices=PARTS, help="only these")
    parser.add_argument("--key", type=Path, default=KEY, help="signs the image's updates")
    parser.add_argument("--next", type=Path, default=BUILT, help="the next version's build")
    parser.add_argument("--cuts", nargs="*", choices=CUTS, default=CUTS, help="only these")
    parser.add_argument("--starts", nargs="*", default=(), help="only those that begin so")
    parser.add_argument("--words", default="", help="more words for the kernel's command line")
    options = parser.parse_args()
    _install_what_is_missing()
    image = options.image or _newest()
    if image is None:
        print(f"no image in {BUILT}: make image, or name one with --image", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    disk = _unpacked(image, options.out.resolve())
    offers = _offers(options, disk)
    if options.parts and UPDATES.keys() & options.parts and offers is None:
        return 2
    with programs_loaded() as programs:
        trial, starts = trio.run(_try, disk, options, programs, offers)
    problems = write_report(trial)
    problems += [f"{one.name}: {problem}" for one in starts for problem in one.problems]
    print(table(trial))
    print(start_trial.table(starts) if starts else "")
    print("\n".join(problems) or "all as it must be")
    print(f"every picture is in {options.out}/index.html")
    return 1 if problems else 0


def _offers(options: argparse.Namespace, disk: Path) -> Offers | None:
    """Make the bundles of updates; None, and the reason, where there is nothing to update to."""
    try:
        return make_offers(disk, options.next, options.key, options.out / "bundles")
    except NoNextVersion as why:
        print(f"no update is tried: {why}", file=sys.stderr)
        return None


async def _try(
    disk: Path, options: argparse.Namespace, programs: Programs, offers: Offers | None
) -> tuple[Trial, list[Told]]:
    emulator, parts = provide(EMULATOR.resolve()), options.parts or PARTS
    trial = Trial(disk, options.out.resolve(), emulator, programs, options.words)
    starts: list[Told] = []
    if "starts" in parts:
        starts = await try_starts(trial, options.starts)
    if set(parts) == {"starts"}:
        return trial, starts
    await trial.rehearse()
    if "pay" in parts:
        await trial.play((PAYS, PRINTS), options.idle_minutes * 60)
        write_report(trial)  # what is known so far, should a later part be stopped
    if "boots" in parts:
        await trial.compare_boots(trial.folder / f"{PAYS}-{PRINTS}" / CARD)
        write_report(trial)
    for name in options.cuts if "cuts" in parts else ():
        await trial.cut(name)
        write_report(trial)
    for name, course in UPDATES.items():
        if offers is not None and name in parts:
            await trial.update(name, offers, *course)
            write_report(trial)
    return trial, starts


def _install_what_is_missing() -> None:
    missing = sorted({NEEDED[program] for program in NEEDED if not shutil.which(program)})
    if missing:
        wait = ["-o", "DPkg::Lock::Timeout=300"]
        run(["apt-get", *wait, "install", "-y", "--no-install-recommends", *missing], check=True)


def _newest() -> Path | None:
    found = [*BUILT.glob("*.img"), *BUILT.glob("*.img.zst")]
    return max(found, key=lambda file: file.stat().st_mtime, default=None)


def _unpacked(image: Path, out: Path) -> Path:
    """Return the image as a disk; one that was packed is unpacked once."""
    if image.suffix != ".zst":
        return image.resolve()
    disk = out / image.stem
    if not disk.exists() or disk.stat().st_mtime < image.stat().st_mtime:
        run(["zstd", "-q", "-f", "-d", "--sparse", str(image), "-o", str(disk)], check=True)
        disk.touch()
    return disk


if __name__ == "__main__":
    sys.exit(main())
