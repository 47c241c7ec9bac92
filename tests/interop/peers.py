"""Programs and libraries of other people that speak what we speak, and where they come from.

None of them is needed to build, test or run a kiosk; a comparison whose peer is not installed is
skipped with its name. ``make interop`` installs them: packages of Debian for the machine, modules
of Node.js into ``build/interop``, by a lock file with their hashes.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[2]
NODE_LOCK = Path(__file__).parent / "node"
"""``package.json`` and its lock file."""
NODE_HOME = ROOT / "build" / "interop" / "node"
"""Where ``make interop`` installs them."""


class Peer(Protocol):
    """Somebody else's implementation."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def missing(self) -> str:
        """Say what is not installed; empty if it can be asked."""

    def version(self) -> str:
        """Return the version that is installed."""


@dataclass(frozen=True, slots=True)
class DebianPeer:
    """A program of a Debian package."""

    name: str
    package: str
    program: str
    needs: tuple[tuple[str, str], ...] = ()
    """Packages that it does not ask for by itself, each with a file of it."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Return all that must be installed."""
        return self.package, *(package for package, _ in self.needs)

    def missing(self) -> str:
        """Say which package is not installed."""
        if shutil.which(self.program) is None:
            return f"no {self.program}: package {self.package}"
        lacking = [package for package, file in self.needs if not Path(file).exists()]
        return f"no package {lacking[0]}" if lacking else ""

    def version(self) -> str:
        """Return the package's version; on other systems nothing is known."""
        words = ["dpkg-query", "--show", "--showformat=${Version}", self.package]
        if shutil.which(words[0]) is None:
            return "?"
        asked = subprocess.run(words, capture_output=True, text=True, check=False)
        return asked.stdout or "?"


@dataclass(frozen=True, slots=True)
class NodePeer:
    """A module of Node.js, called by a script beside the tests."""

    name: str
    module: str

    def missing(self) -> str:
        """Say whether Node.js or the module is not installed."""
        if shutil.which("node") is None:
            return "no node: package nodejs"
        return "" if self._description.exists() else f"no {self.module}: make interop"

    def version(self) -> str:
        """Return what the module says of itself."""
        return str(json.loads(self._description.read_text(encoding="utf-8"))["version"])

    @property
    def _description(self) -> Path:
        return NODE_HOME / "node_modules" / self.module / "package.json"


@dataclass(frozen=True, slots=True)
class PythonPeer:
    """A Python library that the project has anyway, as somebody else's word on a codec."""

    name: str
    distribution: str

    def missing(self) -> str:
        """Say whether it is not installed."""
        try:
            self.version()
        except metadata.PackageNotFoundError:
            return f"no {self.distribution}: make setup"
        return ""

    def version(self) -> str:
        """Return the version that is installed."""
        return metadata.version(self.distribution)


IPPTOOL = DebianPeer("ipptool (CUPS)", "cups-ipp-utils", "ipptool")
IPPEVEPRINTER = DebianPeer("ippeveprinter (CUPS)", "cups-ipp-utils", "ippeveprinter")
IPP_ENCODER = NodePeer("ipp-encoder", "ipp-encoder")
VICC = DebianPeer(
    "vicc (vsmartcard)",
    "vsmartcard-vpicc",
    "vicc",
    (("python3-pycryptodome", "/usr/lib/python3/dist-packages/Cryptodome/__init__.py"),),
)
OPENSC = DebianPeer("opensc-tool", "opensc", "opensc-tool")
ATR_ANALYSIS = DebianPeer("ATR_analysis", "pcsc-tools", "ATR_analysis")
PYTHON_ESCPOS = PythonPeer("python-escpos", "python-escpos")
RECEIPTLINE = NodePeer("receiptline", "receiptline")
RECEIPT_ENCODER = NodePeer("receipt-printer-encoder", "@point-of-sale/receipt-printer-encoder")
NZH = NodePeer("nzh", "nzh")
ICONV = DebianPeer("iconv (glibc)", "libc-bin", "iconv")
PDFSIG = DebianPeer("pdfsig (poppler)", "poppler-utils", "pdfsig")
POPPLER = DebianPeer("pdfinfo, pdffonts (poppler)", "poppler-utils", "pdffonts")
QPDF = DebianPeer("qpdf", "qpdf", "qpdf")
MUPDF = DebianPeer("mutool (MuPDF)", "mupdf-tools", "mutool")
ZBAR = DebianPeer("zbarimg (ZBar)", "zbar-tools", "zbarimg")
OPENSSL = DebianPeer("openssl", "openssl", "openssl")
CERTTOOL = DebianPeer("certtool (GnuTLS)", "gnutls-bin", "certtool")
CURL = DebianPeer("curl", "curl", "curl")
SQLITE = DebianPeer("sqlite3", "sqlite3", "sqlite3")
ZSTD = DebianPeer("zstd", "zstd", "zstd")
FSCK_FAT = DebianPeer("fsck.fat (dosfstools)", "dosfstools", "fsck.fat")
MTOOLS = DebianPeer("mdir, mtype (mtools)", "mtools", "mdir")
OATHTOOL = DebianPeer("oathtool", "oathtool", "oathtool")
STDNUM = DebianPeer(
    "python-stdnum",
    "python3-stdnum",
    "/usr/bin/python3",
    (("python3-stdnum", "/usr/lib/python3/dist-packages/stdnum/__init__.py"),),
)
CRCMOD = DebianPeer(
    "crcmod",
    "python3-crcmod",
    "/usr/bin/python3",
    (("python3-crcmod", "/usr/lib/python3/dist-packages/crcmod/__init__.py"),),
)

UNSEEN = (
    ("ZVT: messages of the PIN pad", "ecrterm is in no registry of ours; others need Rust or .NET"),
    ("SAM_V: the resident ID reader", "no implementation but drivers of readers was found"),
    ("PDF/A-2b of papers", "veraPDF is in no package of Debian, and needs Java"),
    ("a social security card's file system", "LD/T 32 could not be read, no card was at hand"),
)
"""What no other program has looked at, and why not."""

PEERS: tuple[DebianPeer | NodePeer, ...] = tuple(
    one for one in tuple(globals().values()) if isinstance(one, DebianPeer | NodePeer)
)
