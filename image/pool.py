"""The Debian packages an image is made of: resolved, locked by version and hash, fetched.

Which mirror they come from is this machine's own apt configuration; no file here names one.
"""

import hashlib
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from image.listed import HERE, reasoned
from image.say import BuildRefused, run, say

SUITE, ARCHITECTURE = "bookworm", "arm64"
PACKAGES, HEADERS, LOCK = HERE / "packages.txt", HERE / "headers.txt", HERE / "packages.lock"
APT_SOURCES = Path("/etc/apt/sources.list.d"), Path("/etc/apt/sources.list")
_URI = re.compile(r"'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})")
RENEW = "make image LOCK=1 renews image/packages.lock; read what changed before you commit it"


@dataclass(frozen=True, slots=True, order=True)
class Locked:
    """One Debian package, exactly."""

    name: str
    version: str
    sha256: str
    build_only: bool = False
    """Only its files are used, by the build; no kiosk has it."""

    def __str__(self) -> str:
        return f"{self.name}={self.version} {self.sha256}{' build' if self.build_only else ''}"


@dataclass(frozen=True, slots=True)
class Lock:
    """All packages of the lock file."""

    system: tuple[Locked, ...]
    headers: tuple[Locked, ...]


def read_lock(file: Path = LOCK) -> Lock:
    """Read the lock file.

    Raises:
        BuildRefused: it is missing or a line is no ``name=version sha256``.
    """
    if not file.exists():
        raise BuildRefused(f"{file.name} is missing; {RENEW}")
    locked = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("#"):
            found = re.fullmatch(r"([a-z0-9.+-]+)=(\S+) ([0-9a-f]{64})( build)?", line)
            if found is None:
                raise BuildRefused(f"{file.name}:{number}: not name=version sha256: {line}")
            locked.append(Locked(found[1], found[2], found[3], build_only=found[4] is not None))
    system = tuple(one for one in locked if not one.build_only)
    return Lock(system, tuple(one for one in locked if one.build_only))


def write_lock(packages: Iterable[Locked], file: Path = LOCK) -> None:
    """Write the lock file, sorted."""
    head = f"# Every Debian package of the image ({SUITE}, {ARCHITECTURE}). {RENEW}.\n"
    file.write_text(head + "".join(f"{one}\n" for one in sorted(packages)), encoding="utf-8")


class Pool:
    """A folder of package files, each under its name and version, and apt's own state beside it."""

    def __init__(self, folder: Path) -> None:
        self.debs = folder / "debs"
        self._apt = folder / "apt"
        for name in ("lists/partial", "archives/partial", "sources"):
            (self._apt / name).mkdir(parents=True, exist_ok=True)
        self.debs.mkdir(parents=True, exist_ok=True)
        (self._apt / "status").touch()
        (self._apt / "apt.conf").write_text(self._configuration(), encoding="utf-8")

    def _configuration(self) -> str:
        apt = self._apt
        return (
            f'Dir::State "{apt}";\nDir::State::Lists "{apt}/lists";\nDir::Cache "{apt}";\n'
            f'Dir::State::status "{apt}/status";\nDir::Etc::SourceList "/dev/null";\n'
            f'Dir::Etc::SourceParts "{apt}/sources";\nDir::Etc::PreferencesParts "/dev/null";\n'
            'Dir::Etc::Preferences "/dev/null";\nDir::Etc::Parts "/dev/null";\n'
            f'APT::Architecture "{ARCHITECTURE}";\nAPT::Architectures {{ "{ARCHITECTURE}"; }};\n'
            'APT::Install-Recommends "false";\nAcquire::Languages "none";\n'
            'APT::Sandbox::User "root";\nAcquire::ForceHash "SHA256";\n'
            'pkgCacheGen::ForceEssential ",";\n'  # not even apt: a kiosk installs nothing
        )

    def _get(self, *words: str) -> str:
        settings = {"APT_CONFIG": f"{self._apt}/apt.conf"}
        return run(["apt-get", "-q", "-y", *words], env=settings, folder=self._apt / "archives")

    def update(self) -> None:
        """Read what the mirror of this machine offers, with the firmware component added."""
        mine = [each for where in APT_SOURCES for each in _sources(where)]
        if not mine:
            raise BuildRefused(f"apt of this machine knows no mirror for Debian {SUITE}")
        for number, (suffix, text) in enumerate(mine):
            (self._apt / f"sources/{number}{suffix}").write_text(text, encoding="utf-8")
        self._get("update")

    def resolve(self, wanted: Sequence[str]) -> dict[str, Locked]:
        """Work out every package that ``wanted`` means; by name.

        Raises:
            BuildRefused: apt cannot; a locked version that the mirror no longer has, most likely.
        """
        printed = self._get("install", "--print-uris", *wanted)
        found = [_named(uri["file"], uri["sha256"]) for uri in _URI.finditer(printed)]
        return {one.name: one for one in found}

    def renew(self) -> list[Locked]:
        """Resolve the lists anew: what is to be locked."""
        self.update()
        names = ["?essential", *(line.what for line in reasoned(PACKAGES))]
        system = self.resolve(names)
        asked = [line.what.split() for line in reasoned(HEADERS)]
        brought = self.resolve([*names, *(name for name, *_ in asked)])
        patterns = [pattern for _, *kept in asked for pattern in kept]
        return [
            *system.values(),
            *(
                replace(one, build_only=True)
                for one in brought.values()
                if any(fnmatch(one.name, pattern) for pattern in patterns)
            ),
        ]

    def fetch(self, locked: Sequence[Locked]) -> list[Path]:
        """Bring all locked packages here and check their hashes; no network where all are here.

        Raises:
            BuildRefused: the mirror no longer has a version, or a file is another than locked.
        """
        if any(self._file(one) is None for one in locked):
            self._download(locked)
        missing = [one for one in locked if self._file(one) is None]
        if missing:
            names = ", ".join(f"{one.name}={one.version}" for one in missing)
            raise BuildRefused(f"not there, or not what is locked: {names}\n{RENEW}")
        return [file for one in locked if (file := self._file(one))]

    def _download(self, locked: Sequence[Locked]) -> None:
        say("fetching Debian packages")
        self.update()
        wanted = [f"{one.name}={one.version}" for one in locked if self._file(one) is None]
        self._get("download", *wanted)
        for file in (self._apt / "archives").glob("*.deb"):
            shutil.move(file, self.debs / f"{_sha256(file)}.deb")

    def _file(self, package: Locked) -> Path | None:
        file = self.debs / f"{package.sha256}.deb"
        return file if file.exists() and _sha256(file) == package.sha256 else None


def _sources(where: Path) -> list[tuple[str, str]]:
    """Find what apt of this machine knows of our suite: suffix and text, firmware included."""
    files = sorted(where.iterdir()) if where.is_dir() else [where] if where.exists() else []
    found = []
    for file in files:
        for stanza in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
            lines = [line for line in stanza.splitlines() if not line.startswith("#")]
            if {SUITE, f"{SUITE}-security"} & set(" ".join(lines).split()):
                found.append((file.suffix, _with_firmware(lines)))
    return found


def _with_firmware(lines: Sequence[str]) -> str:
    component = "non-free-firmware"
    fields = re.compile(r"^(Components:.*|deb\s.*)$")
    return "".join(fields.sub(rf"\1 {component}", line) + "\n" for line in lines)


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _named(file: str, sha256: str) -> Locked:
    name, version, _ = file.replace("%3a", ":").removesuffix(".deb").split("_")
    return Locked(name, version, sha256)
