"""QEMU 10 from Debian's backports, unpacked into a folder of the work tree; nothing is installed.

Bookworm's own QEMU 7.2 has no touch panel for several fingers. Newer systems bring one that has:
theirs is taken.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, run

BINARY = "qemu-system-aarch64"
WANTED = (8, 1)
"""The first with ``virtio-multitouch``."""
PACKAGES = ("qemu-system-arm", "qemu-system-common", "qemu-system-data")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITE = "bookworm-backports"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A QEMU that can be started."""

    binary: Path
    data: tuple[Path, ...] = ()
    modules: Path | None = None

    @property
    def words(self) -> list[str]:
        """Its command line's beginning."""
        return [str(self.binary), *(word for folder in self.data for word in ("-L", str(folder)))]

    @property
    def environment(self) -> dict[str, str]:
        """Where its own modules are: by default an unpacked QEMU takes an installed one's."""
        found = {} if self.modules is None else {"QEMU_MODULE_DIR": str(self.modules)}
        return {**os.environ, **found}

    def version(self) -> tuple[int, int]:
        """Return major and minor version."""
        told = run([*self.words, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"version (\d+)\.(\d+)", told)
        assert found is not None, told
        return int(found[1]), int(found[2])


def provide(folder: Path) -> Emulator:
    """Return this machine's QEMU if it is new enough, else one unpacked into ``folder``."""
    installed = shutil.which(BINARY)
    if installed and (emulator := Emulator(Path(installed))).version() >= WANTED:
        return emulator
    root = folder / "root"
    if not (root / "usr/bin" / BINARY).exists():
        _unpack(folder, root)
    library = next((root / "usr/lib").glob("*/qemu"))
    shares = (root / "usr/share/qemu", Path("/usr/share/qemu"))
    return Emulator(root / "usr/bin" / BINARY, shares, library)


def _unpack(folder: Path, root: Path) -> None:
    """Fetch the packages and what they link to. Raises CalledProcessError."""
    for name in ("lists/partial", "archives/partial", "deb"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    apt = {**os.environ, "APT_CONFIG": str(_configuration(folder))}
    run(["apt-get", "-q", "update"], env=apt, check=True, stdin=DEVNULL)
    run(["apt-get", "-q", "download", *PACKAGES], env=apt, check=True, cwd=folder / "deb")
    files = sorted((folder / "deb").glob("*.deb"))
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    install = ["apt-get", *wait, "-q", "-y", "--no-install-recommends", "install"]
    run([*install, *_libraries(files)], check=True, stdin=DEVNULL)
    fresh = root.with_name("root.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for file in files:
        run(["dpkg", "-x", str(file), str(fresh)], check=True)
    fresh.rename(root)


def _configuration(folder: Path) -> Path:
    """Let apt look at the backports of the mirror that this machine has its Debian from."""
    ask = ["apt-get", "indextargets", "--format", "$(SITE)", "Codename: bookworm"]
    mirror = run(ask, capture_output=True, text=True, check=True).stdout.split()[0]
    sources = folder / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n", encoding="ascii")
    file = folder / "apt.conf"
    file.write_text(
        f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "-";\n'
        f'Dir::State::lists "{folder}/lists";\nDir::Cache "{folder}";\n',
        encoding="ascii",
    )
    return file


def _libraries(files: list[Path]) -> list[str]:
    """Return the names of the packages that these need beside each other."""
    wanted: set[str] = set()
    for file in files:
        ask = ["dpkg-deb", "-f", str(file), "Depends"]
        told = run(ask, capture_output=True, text=True, check=True).stdout
        wanted |= {part.split("|")[0].split()[0] for part in told.split(",") if part.strip()}
    return sorted(name for name in wanted if not name.startswith("qemu"))
