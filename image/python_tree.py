"""kioskd in a virtual environment of the root: locked wheels for arm64, unpacked, compiled."""

import importlib.util
import re
import shutil
import sys
import zipfile
from pathlib import Path

from image.listed import HERE
from image.say import BuildRefused, run, say

PROJECT = HERE.parent
LOCK = PROJECT / "requirements.lock"
HOME = Path("usr/lib/kioskd")
SITE = HOME / "lib/python3.11/site-packages"
NOT_OURS = ("kiosk_central", "pygame/docs", "pygame/examples", "pygame/tests")
"""The centre is no part of a kiosk; pygame's manuals neither."""
FROM_SOURCE = "pyscard"
_GLIBC_OF_BOOKWORM = 36
_LAUNCHER = "#!/{home}/bin/python\nimport sys\n\nfrom kioskd.cli import main\n\nsys.exit(main())\n"
_LOAD_ALL = """
import importlib, pkgutil, kioskd
for module in pkgutil.walk_packages(kioskd.__path__, "kioskd."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""


def install_kioskd(root: Path, work: Path, headers: Path) -> list[Path]:
    """Put kioskd and the locked packages into ``root``; the wheels it is made of.

    ``headers`` holds the arm64 headers that the one package without a wheel needs.

    Raises:
        BuildRefused: a wheel is missing or another than locked; or this Python compiles otherwise.
    """
    wheels = work / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir(parents=True)
    say("fetching Python packages")
    _download(wheels, work)
    _build_from_source(wheels, work, headers)
    _build_kioskd(wheels)
    shutil.rmtree(root / HOME, ignore_errors=True)
    files = sorted(wheels.glob("*.whl"))
    for wheel in files:
        _unpack(wheel, root / SITE)
    for folder in NOT_OURS:
        shutil.rmtree(root / SITE / folder)
    _write_environment(root)
    compile_all(root)
    return files


def _pip(*words: str | Path, env: dict[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    run(command, env={"PYTHONDONTWRITEBYTECODE": "1", **(env or {})})


def locked(*, of_source: bool) -> list[str]:
    """Read the lock file's entries, each with its hashes: those with a wheel, or the other one."""
    entries = re.split(r"(?m)^(?=\w)", LOCK.read_text(encoding="utf-8"))
    return [one for one in entries if one.startswith(FROM_SOURCE) == of_source]


def _download(wheels: Path, work: Path) -> None:
    """Fetch what has a wheel, by hash; none of their code is run."""
    chosen = work / "requirements-wheels.txt"
    chosen.write_text("".join(locked(of_source=False)), encoding="utf-8")
    platforms = [f"manylinux_2_{minor}_aarch64" for minor in range(17, _GLIBC_OF_BOOKWORM + 1)]
    target = [word for name in platforms for word in ("--platform", name)]
    target += ["--python-version", "3.11", "--implementation", "cp"]
    target += [word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)]
    words = ["download", "--require-hashes", "--no-deps", "--only-binary", ":all:", *target]
    _pip(*words, "--dest", wheels, "--requirement", chosen)


def _build_from_source(wheels: Path, work: Path, headers: Path) -> None:
    """Compile the locked source of the one package that has no wheel, for arm64."""
    say(f"compiling {FROM_SOURCE} for arm64")
    chosen = work / "requirements-source.txt"
    chosen.write_text("".join(locked(of_source=True)), encoding="utf-8")
    include = headers / "usr/include"
    flags = [f"-I{include}/python3.11", f"-I{include}/PCSC", f"-I{include}", "-O2", "-g0", "-fPIC"]
    cross = {
        "CC": "aarch64-linux-gnu-gcc",
        "LDSHARED": "aarch64-linux-gnu-gcc -shared -Wl,--build-id=none",
        "CFLAGS": " ".join([*flags, f"-ffile-prefix-map={work}=."]),
        "SETUPTOOLS_EXT_SUFFIX": ".cpython-311-aarch64-linux-gnu.so",
        "_PYTHON_HOST_PLATFORM": "linux-aarch64",
        "PKG_CONFIG": "false",
    }
    words = ["wheel", "--require-hashes", "--no-deps", "--no-build-isolation", "--no-cache-dir"]
    _pip(*words, "--wheel-dir", wheels, "--requirement", chosen, env=cross)


def _build_kioskd(wheels: Path) -> None:
    words = ["wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir"]
    _pip(*words, wheels, PROJECT)


def _unpack(wheel: Path, site: Path) -> None:
    """Unpack a wheel; scripts of others are left out, only ours is started."""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if ".data/" not in name:
                archive.extract(name, site)


def _write_environment(root: Path) -> None:
    """Make the folder an environment that Debian's Python knows as one."""
    binaries = root / HOME / "bin"
    binaries.mkdir(parents=True)
    (root / HOME / "pyvenv.cfg").write_text(
        "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11\n", encoding="utf-8"
    )
    (binaries / "python").symlink_to("/usr/bin/python3.11")
    launcher = binaries / "kioskd"
    launcher.write_text(_LAUNCHER.format(home=HOME), encoding="utf-8")
    launcher.chmod(0o755)
    link = root / "usr/bin/kioskd"
    link.unlink(missing_ok=True)
    link.symlink_to("../lib/kioskd/bin/kioskd")


def try_programs(root: Path) -> None:
    """Start kioskd and load every module of it in the root, by emulation.

    Raises:
        BuildRefused: one cannot be loaded: a wheel, a library or a font is missing.
    """
    say("loading kioskd in the root")
    run(["chroot", root, "/usr/bin/kioskd", "--version"])
    run(["chroot", root, f"/{HOME}/bin/python", "-c", _LOAD_ALL], env={"SDL_VIDEODRIVER": "dummy"})


def compile_all(root: Path) -> None:
    """Compile every module of the root anew; the bytes depend on nothing but the source.

    Raises:
        BuildRefused: this Python's byte-code is not that of the root's Python.
    """
    _same_byte_code(root)
    say("compiling Python modules")
    folders = [root / "usr/lib/python3.11", root / "usr/lib/python3", root / HOME / "lib"]
    for cache in [found for folder in folders for found in folder.rglob("__pycache__")]:
        shutil.rmtree(cache)
    words = [sys.executable, "-m", "compileall", "-q"]
    words += ["--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    run([*words, *folders], env={"PYTHONHASHSEED": "0"})


def _same_byte_code(root: Path) -> None:
    theirs = root / "usr/lib/python3.11/__pycache__/os.cpython-311.pyc"
    if theirs.exists() and theirs.read_bytes()[:4] != importlib.util.MAGIC_NUMBER:
        raise BuildRefused(
            f"{sys.executable} makes other byte-code than Debian's Python 3.11; run with that one"
        )
