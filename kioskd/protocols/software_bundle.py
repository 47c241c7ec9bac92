"""A software bundle: one signed file with a new root file system and its boot files.

    MAGIC (16 bytes), length of the manifest (4 bytes, big-endian), manifest (JSON),
    signature (64 bytes, Ed25519 over MAGIC and manifest), then every piece, packed with zstd

The manifest names every piece by length and SHA-256, packed and unpacked, so a reader checks what
it has before it unpacks it, what it unpacked before it writes it, and what it wrote when it reads
it back. A piece stands for 1 MiB of a part and is found by its offset: each can be fetched alone.
Nothing here is read from or written to a disk; signatures are ``release_signature``'s business.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.central import ContractBroken, decode

SOFTWARE_PATH: Final = "/v1/software/{version}"
"""GET the bundle of a version, or a range of its bytes."""
UPDATE_MODULE: Final = "update"
"""The role on the health board under which a version that was not taken is told."""
MAGIC: Final = b"kioskd bundle 1\n"
PIECE_BYTES: Final = 1 << 20
PACKED_BYTES_MAX: Final = PIECE_BYTES + (1 << 14)
"""What zstd may make of a piece that cannot be packed."""
MANIFEST_BYTES_MAX: Final = 4 << 20
SIGNATURE_BYTES: Final = 64
HEAD_BYTES: Final = len(MAGIC) + 4
ROOT: Final = "rootfs"
BOOT: Final = "boot/"
"""Before the name of each file for the slot's boot folder."""
COMMAND_LINE: Final = "cmdline.txt"
"""Written for the slot, from ``command_lines``; no part of its own."""
PARTS_MAX: Final = 1000
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,5})"
_VERSION: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-[1-9][0-9]{{0,5}})?")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_COMPATIBLE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Piece:
    """One MiB of a part, or its end."""

    packed: int
    """Bytes in the bundle."""
    packed_sha256: bytes
    sha256: bytes
    """Of what it unpacks to."""


@dataclass(frozen=True, slots=True)
class Part:
    """The root file system, or a file of the boot folder: ``rootfs``, ``boot/vmlinuz``."""

    name: str
    size: int
    pieces: tuple[Piece, ...]

    def sizes(self) -> Iterator[int]:
        """Yield the bytes of each piece."""
        for start in range(0, self.size, PIECE_BYTES):
            yield min(PIECE_BYTES, self.size - start)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is signed."""

    compatible: str
    """The kind of machine it is for."""
    version: str
    command_lines: dict[str, str]
    """Of the kernel, by slot: ``a`` and ``b``."""
    parts: tuple[Part, ...]
    may_replace: tuple[str, ...] = ()
    """Newer versions that it may take the place of, by decision of who signed it."""

    @property
    def root(self) -> Part:
        """The root file system."""
        return next(part for part in self.parts if part.name == ROOT)

    @property
    def boot_files(self) -> tuple[Part, ...]:
        """What goes into the slot's boot folder."""
        return tuple(part for part in self.parts if part.name.startswith(BOOT))


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and where it is."""

    offset: int
    """In the bundle."""
    start: int
    """In its part, unpacked."""
    size: int
    """Unpacked."""
    piece: Piece


@dataclass(frozen=True, slots=True)
class Bundle:
    """A manifest that is believed, and where its pieces begin."""

    manifest: Manifest
    begin: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.begin + sum(one.packed for part in self.manifest.parts for one in part.pieces)

    def placed(self, wanted: Part) -> tuple[Placed, ...]:
        """Return where each piece of a part is."""
        offset, found = self.begin, []
        for part in self.manifest.parts:
            for number, (size, piece) in enumerate(zip(part.sizes(), part.pieces, strict=True)):
                if part is wanted:
                    found.append(Placed(offset, number * PIECE_BYTES, size, piece))
                offset += piece.packed
        return tuple(found)


def manifest_length(head: bytes) -> int:
    """Return how long the manifest is. Raises UpdateRefused(NO_BUNDLE)."""
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise UpdateRefused(UpdateFault.NO_BUNDLE, "it does not begin as one")
    (length,) = struct.unpack(">I", head[len(MAGIC) :])
    if not 0 < length <= MANIFEST_BYTES_MAX:
        raise UpdateRefused(UpdateFault.NO_BUNDLE, "its manifest is too long")
    return int(length)


def head_of(manifest: bytes, signature: bytes) -> bytes:
    """Return everything before the first piece."""
    return MAGIC + struct.pack(">I", len(manifest)) + manifest + signature


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest whose signature was checked. Raises UpdateRefused(NO_BUNDLE)."""
    try:
        manifest = decode(data, Manifest)
    except ContractBroken as broken:
        raise UpdateRefused(UpdateFault.NO_BUNDLE, str(broken)) from None
    fault = _fault(manifest)
    if fault:
        raise UpdateRefused(UpdateFault.NO_BUNDLE, fault)
    return manifest


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by: ``1.2.3`` before ``1.2.3-1`` before ``1.2.4``.

    Raises UpdateRefused(NO_BUNDLE) for what is no version.
    """
    if _VERSION.fullmatch(version) is None:
        raise UpdateRefused(UpdateFault.NO_BUNDLE, "a version is 1.2.3 or 1.2.3-4")
    numbers, _, revision = version.partition("-")
    return (*map(int, numbers.split(".")), int(revision or 0))


def is_version(text: str) -> bool:
    """Tell whether this can be the version of a bundle."""
    return _VERSION.fullmatch(text) is not None


def _fault(manifest: Manifest) -> str:
    """Say what is wrong with a manifest; empty: nothing."""
    names = [part.name for part in manifest.parts]
    versions = (manifest.version, *manifest.may_replace)
    if not all(map(is_version, versions)) or _COMPATIBLE.fullmatch(manifest.compatible) is None:
        return "version or kind of machine"
    if names.count(ROOT) != 1 or len(set(names)) != len(names) or len(names) > PARTS_MAX:
        return "parts"
    if set(manifest.command_lines) != {"a", "b"}:
        return "command lines"
    return next(filter(None, map(_fault_of_part, manifest.parts)), "")


def _fault_of_part(part: Part) -> str:
    if part.name != ROOT and not _is_boot_file(part.name):
        return "a name"
    if part.size <= 0 or len(part.pieces) != -(-part.size // PIECE_BYTES):
        return "pieces"
    sound = (
        0 < one.packed <= PACKED_BYTES_MAX and len(one.packed_sha256) == len(one.sha256) == 32
        for one in part.pieces
    )
    return "" if all(sound) else "a piece"


def _is_boot_file(name: str) -> bool:
    """Tell whether it is a file of the boot folder, or of a folder in it, and no way out of it."""
    steps = name.removeprefix(BOOT).split("/")
    plain = all(_NAME.fullmatch(step) for step in steps) and len(steps) <= 2
    return name.startswith(BOOT) and plain and steps != [COMMAND_LINE]
