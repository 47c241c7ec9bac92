#!/usr/bin/env python3
"""Makes a signed bundle of a root file system and its boot files, and the key that signs it.

    image/bundle.py key --out release.pem           the public half is written beside it
    image/bundle.py make --rootfs FILE --boot DIR --version V --compatible C --key FILE --out FILE

``--boot`` is the folder of slot a as the firmware reads it: kernel, initrd, device trees, overlays
and ``cmdline.txt``; slot b's command line is made from it. The same inputs give the same bytes.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from backports import zstd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kioskd.errors import UpdateRefused
from kioskd.protocols.central import encode
from kioskd.protocols.release_signature import sign
from kioskd.protocols.software_bundle import (
    BOOT,
    COMMAND_LINE,
    PIECE_BYTES,
    ROOT,
    Manifest,
    Part,
    Piece,
    head_of,
    read_manifest,
)

LEVEL: Final = 12
OF_A: Final = ("root=PARTUUID=4b494f53-02", "kioskd.slot=a")
OF_B: Final = ("root=PARTUUID=4b494f53-03", "kioskd.slot=b")


@dataclass(frozen=True, slots=True)
class Release:
    """What a bundle is made of."""

    rootfs: Path
    boot: Path
    version: str
    compatible: str
    may_replace: tuple[str, ...] = ()


def make_bundle(release: Release, key: Ed25519PrivateKey, out: Path, level: int = LEVEL) -> int:
    """Write a bundle and return its size. Raises UpdateRefused for what no kiosk would take.

    The pieces are written apart first: the manifest, which comes before them, names their hashes.
    """
    apart = out.with_suffix(".pieces")
    try:
        with apart.open("w+b") as pieces:
            parts = tuple(_packed(name, file, pieces, level) for name, file in _files_of(release))
            manifest = Manifest(
                release.compatible,
                release.version,
                _command_lines(release.boot / COMMAND_LINE),
                parts,
                release.may_replace,
            )
            data = encode(manifest)
            read_manifest(data)
            with out.open("wb") as bundle:
                bundle.write(head_of(data, sign(key, data)))
                pieces.seek(0)
                while block := pieces.read(PIECE_BYTES):
                    bundle.write(block)
    finally:
        apart.unlink(missing_ok=True)
    return out.stat().st_size


def _files_of(release: Release) -> Iterator[tuple[str, Path]]:
    """Yield each part's name and file: the root last, for a kiosk boots the rest with it."""
    for file in sorted(release.boot.rglob("*")):
        name = file.relative_to(release.boot).as_posix()
        if file.is_file() and name != COMMAND_LINE:
            yield BOOT + name, file
    yield ROOT, release.rootfs


def _packed(name: str, file: Path, out: BinaryIO, level: int) -> Part:
    pieces = []
    with file.open("rb") as source:
        while plain := source.read(PIECE_BYTES):
            packed = zstd.compress(plain, level)
            out.write(packed)
            pieces.append(Piece(len(packed), sha256(packed).digest(), sha256(plain).digest()))
    return Part(name, file.stat().st_size, tuple(pieces))


def _command_lines(file: Path) -> dict[str, str]:
    """Return the kernel's command line of each slot. Raises SystemExit."""
    first = " ".join(file.read_text("utf-8").split())
    other = first
    for ours, theirs in zip(OF_A, OF_B, strict=True):
        if ours not in first.split():
            raise SystemExit(f"{file}: {ours} is not in it")
        other = other.replace(ours, theirs)
    return {"a": first, "b": other}


def make_key(out: Path) -> Ed25519PrivateKey:
    """Make a release key; its public half goes to a file beside it."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    out.with_suffix(".pub.pem").write_bytes(public)
    return key


def read_key(file: Path) -> Ed25519PrivateKey:
    """Return a release key. Raises SystemExit for a file that holds none."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise SystemExit(f"{file}: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{file}: not an Ed25519 key")
    return key


def main(words: list[str] | None = None) -> int:
    """Do one verb."""
    parser = argparse.ArgumentParser(description="Signed software bundles")
    verbs = parser.add_subparsers(dest="verb", required=True)
    key = verbs.add_parser("key", help="make a release key; keep it off line")
    make = verbs.add_parser("make", help="make a bundle")
    for name in ("rootfs", "boot", "key"):
        make.add_argument(f"--{name}", type=Path, required=True)
    for name in ("version", "compatible"):
        make.add_argument(f"--{name}", required=True)
    make.add_argument("--may-replace", action="append", default=[], metavar="NEWER_VERSION")
    for verb in (key, make):
        verb.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(words)
    if options.verb == "key":
        make_key(options.out)
        return 0
    release = Release(
        options.rootfs,
        options.boot,
        options.version,
        options.compatible,
        tuple(options.may_replace),
    )
    try:
        size = make_bundle(release, read_key(options.key), options.out)
    except UpdateRefused as refused:
        sys.stderr.write(f"bundle: {refused}\n")
        return 1
    sys.stdout.write(f"{options.out}: {size} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
