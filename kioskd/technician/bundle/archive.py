"""The bundle's file: a tar.gz with a manifest, which says each file's hash and what is missing."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
MODE: Final = 0o600


@dataclass(slots=True)
class Contents:
    """What goes into a bundle, and what could not be had, with the reason."""

    files: dict[str, bytes] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def packed(contents: Contents, about: Mapping[str, Any], at: float) -> bytes:
    """Return the archive; ``at`` is the time of its files in seconds since 1970."""
    manifest = {
        "format": FORMAT,
        **about,
        "files": {name: _told(data) for name, data in sorted(contents.files.items())},
        "missing": contents.missing,
    }
    whole = {MANIFEST: json.dumps(manifest, indent=2, ensure_ascii=False).encode()}
    whole |= dict(sorted(contents.files.items()))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=9) as archive:
        for name, data in whole.items():
            entry = tarfile.TarInfo(f"kioskd-bundle/{name}")
            entry.size, entry.mtime, entry.mode = len(data), int(at), MODE
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def faults_in(data: bytes) -> list[str]:
    """Return the names of files that are not what the manifest says; empty if all are.

    Raises tarfile.TarError, KeyError, ValueError where it is no bundle.
    """
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {
            entry.name.partition("/")[2]: (archive.extractfile(entry) or io.BytesIO()).read()
            for entry in archive
        }
    manifest = json.loads(found.pop(MANIFEST))["files"]
    names = manifest.keys() | found.keys()
    return sorted(name for name in names if manifest.get(name) != _told(found.get(name, b"\0")))


def _told(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
