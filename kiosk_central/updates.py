"""The software that kiosks can have: signed bundles in a folder, and on record who put them there.

A bundle is believed by its release key, which is not the centre's: whoever holds this database or
the CA can offer what was released, and nothing else. Files are served by ranges, so many at a time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.engine import make_url

from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.software import software
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.release_signature import Keys, Read, believed
from kioskd.protocols.software_bundle import MANIFEST_BYTES_MAX, Bundle, is_version

RANGE_BYTES_MAX: Final = MANIFEST_BYTES_MAX + (1 << 16)
"""Of one answer: the largest manifest, and several pieces."""
AT_ONCE: Final = 16
"""Answers under way from one server; the next kiosk is told to come again."""
BLOCK_BYTES: Final = 1 << 20
_row = software.c


class NoSoftware(KioskError):
    """The bundle cannot be put on the shelf or taken from it; the text says why."""


@dataclass(slots=True)
class Shelf:
    """The folder with the bundles; without one nothing is offered."""

    folder: Path | None = None
    under_way: int = field(default=0)

    def file_of(self, version: str) -> Path | None:
        """Return the bundle of a version, or None."""
        if self.folder is None or not is_version(version):
            return None
        file = self.folder / f"{version}.bundle"
        return file if file.is_file() else None

    def read(self, version: str, begin: int, end: int) -> tuple[bytes, int]:
        """Return bytes from ``begin`` to before ``end``, as far as there are, and the whole size.

        Raises Refused(NOT_FOUND, BAD_REQUEST).
        """
        path = self.file_of(version)
        if path is None:
            raise Refused(ProblemCode.NOT_FOUND, "software")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not 0 <= begin < min(end, size):
                raise Refused(ProblemCode.BAD_REQUEST, "range")
            return os.pread(file.fileno(), min(end - begin, RANGE_BYTES_MAX), begin), size

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count an answer that is under way."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    @property
    def is_busy(self) -> bool:
        """Whether so many are under way that the next has to wait."""
        return self.under_way >= AT_ONCE


def shelf_for(db: str, given: Path | None) -> Path | None:
    """Return the folder of the bundles: as given, else beside a database that is a file."""
    url = make_url(db)
    if given is not None or url.get_backend_name() != "sqlite" or not url.database:
        return given
    return Path(url.database).parent / "bundles"


def checked_bundle(file: Path, keys: Keys) -> tuple[Bundle, str]:
    """Return a bundle that every kiosk with these keys believes, and its hash.

    Raises UpdateRefused for the signature, NoSoftware for the pieces.
    """
    with file.open("rb") as found:
        bundle = believed(_reading(found.fileno()), keys)
        whole = sha256(os.pread(found.fileno(), bundle.begin, 0))
        offset = bundle.begin
        for part in bundle.manifest.parts:
            for piece in part.pieces:
                data = os.pread(found.fileno(), piece.packed, offset)
                if sha256(data).digest() != piece.packed_sha256:
                    raise NoSoftware(f"damaged at {offset}")
                whole.update(data)
                offset += piece.packed
        if os.fstat(found.fileno()).st_size != bundle.size:
            raise NoSoftware("there is more in the file than in its manifest")
    return bundle, whole.hexdigest()


def _reading(handle: int) -> Read:
    return lambda offset, size: os.pread(handle, size, offset)


def put_on_shelf(folder: Path, file: Path, version: str) -> None:
    """Copy a bundle to its name, whole or not at all. Raises NoSoftware."""
    part = folder / f".{version}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as source, part.open("wb") as out:
            while block := source.read(BLOCK_BYTES):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, folder / f"{version}.bundle")
    except OSError as error:
        raise NoSoftware(f"{folder}: {error.strerror}") from None


def note_added(bundle: Bundle, digest: str, by: str, note: str) -> Callable[[Desk], None]:
    """Return the job that puts a bundle on record. It raises NoSoftware for one that is there."""
    manifest = bundle.manifest

    def job(desk: Desk) -> None:
        if is_offered(desk.connection, manifest.version):
            raise NoSoftware(f"{manifest.version} is there already: remove it first")
        row = {
            "version": manifest.version,
            "compatible": manifest.compatible,
            "may_replace": " ".join(manifest.may_replace),
            "size": bundle.size,
            "sha256": digest,
            "added_at": desk.stamp,
            "added_by": by,
            "note": note,
            "removed_at": "",
            "removed_by": "",
            "removed_note": "",
        }
        desk.connection.execute(insert(software).values(row))

    return job


def note_removed(desk: Desk, version: str, by: str, note: str) -> None:
    """Take a version off the record of what can be had. Raises NoSoftware."""
    own = (_row.version == version) & (_row.removed_at == "")
    values = {"removed_at": desk.stamp, "removed_by": by, "removed_note": note}
    if not desk.connection.execute(update(software).where(own).values(values)).rowcount:
        raise NoSoftware(f"there is no {version}")


def is_offered(connection: Connection, version: str) -> bool:
    """Tell whether a version can be had."""
    own = (_row.version == version) & (_row.removed_at == "")
    return connection.execute(select(_row.id).where(own)).first() is not None


def list_software(connection: Connection) -> list[Row[Any]]:
    """Return everything that was ever there, newest first."""
    return list(connection.execute(select(software).order_by(_row.id.desc())))
