"""The bill of materials of an image: CycloneDX, with every Debian and Python package."""

import json
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from pathlib import Path
from time import gmtime, strftime
from typing import Any
from urllib.parse import quote

from image.pool import ARCHITECTURE, SUITE, read_lock
from image.python_tree import LOCK


def write(root: Path, wheels: Sequence[Path], file: Path, name: str, epoch: int) -> None:
    """Write the bill of an image made from ``root`` and ``wheels``."""
    components = [*_debian(root), *_python(wheels)]
    text = json.dumps([[one["purl"] for one in components], epoch])
    bill: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, text)}",
        "version": 1,
        "metadata": {
            "timestamp": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(epoch)),
            "component": {
                "type": "operating-system", "name": "kioskd-image", "version": name,
            },
        },
        "components": components,
    }  # fmt: skip
    file.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")


def _debian(root: Path) -> Iterator[dict[str, Any]]:
    for one in read_lock().system:
        where = f"?arch={ARCHITECTURE}&distro=debian-{SUITE}"
        names = sorted(_debian_licences(root / f"usr/share/doc/{one.name}/copyright"))
        yield {
            "type": "library",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:deb/debian/{quote(one.name)}@{quote(one.version)}{where}",
            "hashes": [{"alg": "SHA-256", "content": one.sha256}],
            "licenses": [{"license": {"name": name}} for name in names],
        }


def _debian_licences(file: Path) -> set[str]:
    """Read the licences' short names, where the package's file has the machine-readable form."""
    if not file.exists():
        return set()
    text = file.read_text(encoding="utf-8", errors="replace")
    if "copyright-format/1" not in text[:600]:
        return set()
    return {found.strip() for found in re.findall(r"(?m)^License:[ \t]*(\S.*)$", text)}


def _python(wheels: Sequence[Path]) -> Iterator[dict[str, Any]]:
    locked = _locked_hashes()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
            facts = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
        package, version = facts["Name"], facts["Version"]
        licence = facts["License-Expression"] or (facts["License"] or "").splitlines()[:1]
        hashes = locked.get(re.sub(r"[-_.]+", "-", package).lower(), ())
        yield {
            "type": "library",
            "name": package,
            "version": version,
            "purl": f"pkg:pypi/{quote(package.lower())}@{quote(version)}",
            "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
            "licenses": [{"license": {"name": licence if isinstance(licence, str) else licence[0]}}]
            if licence
            else [],
        }


def _locked_hashes() -> dict[str, list[str]]:
    """Read which files the lock file accepts for each package."""
    entries = re.split(r"(?m)^(?=\w)", LOCK.read_text(encoding="utf-8"))
    return {one.split("==")[0]: re.findall(r"sha256:([0-9a-f]{64})", one) for one in entries if one}
