"""Bundles for the trial of updates: the next version, and some that no kiosk may take."""

from dataclasses import replace
from pathlib import Path
from subprocess import run

from image.bundle import Release as Contents
from image.bundle import make_bundle, make_key, read_key
from image.release import IMAGE_ID
from kiosk_bench.image.firmware import partitions
from kiosk_bench.image.releases import (
    ROOT_PARTITIONS,
    Offers,
    Refused,
    release_of_build,
    release_on_card,
)

OS_RELEASE = "/usr/lib/os-release"
OLDER, NEWER = "0.0.9", "9.9.9"
SMALL_ROOT_BYTES = 1 << 20
"""Of a bundle that is refused before anything of it is fetched."""
PADDING = bytes(512)
"""Allowed behind an initial file system (a cpio archive), and never the same as before."""


class NoNextVersion(Exception):
    """There is no newer build to update to; the text says how to make one."""


def make_offers(image: Path, build: Path, key: Path, place: Path) -> Offers:
    """Make what a centre shall offer to a card with ``image`` on it. Raises NoNextVersion.

    ``build`` is the next version's build, ``key`` signs both; the bundles are kept in ``place``.
    """
    if not key.is_file():
        raise NoNextVersion(f"{key} is not there: docs/image-test.md tells how updates are tried")
    flashed = version_of(image, partitions(image)[ROOT_PARTITIONS["a"] - 1].start)
    rootfs = build / "rootfs.ext4"
    version = version_of(rootfs, 0)
    if version == flashed:
        raise NoNextVersion(f"{rootfs} is {flashed} as well: build another VERSION")
    place.mkdir(parents=True, exist_ok=True)
    contents = Contents(rootfs, _other_boot(build / "boot/a", place / "boot"), version, IMAGE_ID)
    bundle = place / f"{version}.bundle"
    if not bundle.exists() or bundle.stat().st_mtime < rootfs.stat().st_mtime:
        make_bundle(contents, read_key(key), bundle)
    return Offers(
        release_on_card(flashed, image, "a"),
        release_of_build(version, rootfs, contents.boot),
        bundle,
        key.with_suffix(".pub.pem"),
        _refused(contents, key, place),
    )


def version_of(disk: Path, offset: int) -> str:
    """Return the version that a root file system names, which begins at a byte of a disk."""
    words = ["debugfs", "-R", f"cat {OS_RELEASE}", f"{disk}?offset={offset}"]
    text = run(words, capture_output=True, text=True, check=True).stdout
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return told["IMAGE_VERSION"]


def _other_boot(boot: Path, place: Path) -> Path:
    """Copy boot files, one of them changed: else no boot file would have to be written."""
    place.mkdir(exist_ok=True)
    for file in boot.iterdir():
        more = PADDING if file.name == "initrd.img" else b""
        (place / file.name).write_bytes(file.read_bytes() + more)
    return place


def _refused(contents: Contents, key: Path, place: Path) -> tuple[Refused, ...]:
    root, foreign = place / "small-root", place / "foreign.pem"
    root.write_bytes(bytes(SMALL_ROOT_BYTES))
    if not foreign.exists():
        make_key(foreign)
    small = replace(contents, rootfs=root, version=NEWER)
    wanted = (
        ("older", replace(small, version=OLDER), key, "U-05"),
        ("signed by a stranger", small, foreign, "U-03"),
        ("for another machine", replace(small, version="9.9.8", compatible="other"), key, "U-04"),
    )
    made = []
    for what, one, by, code in wanted:
        bundle = place / f"{one.version}.bundle"
        make_bundle(one, read_key(by), bundle)
        made.append(Refused(what, one.version, bundle, by.with_suffix(".pub.pem"), code))
    return tuple(made)
