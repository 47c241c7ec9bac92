"""A systemd of its own as first process, in namespaces, with the units as the image has them.

Root only. The root file system is an overlay of this machine's; nothing of it is changed. The
program ``kioskd`` is one that behaves as a test wants it to, told by files in /run/kt, and tells
what it does through a pipe. ``/dev/tty1``, where a notice in letters stands, is the test's.
"""

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
PLACE = "/usr/lib/systemd/system/"
MASKED = (
    "systemd-sysctl",
    "systemd-udevd",
    "systemd-udev-trigger",
    "systemd-modules-load",
    "systemd-networkd",
    "systemd-networkd-wait-online",
    "systemd-resolved",
    "systemd-logind",
    "systemd-remount-fs",
)
"""What would reach through the namespaces, or has nothing to do in them."""

INSIDE = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs {work}
mkdir {work}/upper {work}/work {work}/root
mount -t overlay overlay -o lowerdir=/,upperdir={work}/upper,workdir={work}/work {work}/root
R={work}/root
mount -t proc proc $R/proc
mount --bind $R/proc/sys $R/proc/sys
mount -o remount,bind,ro $R/proc/sys
mount -t sysfs -o ro sysfs $R/sys
mount -t cgroup2 cgroup2 $R/sys/fs/cgroup
for d in run tmp boot/firmware data; do mkdir -p $R/$d; mount -t tmpfs -o mode=755 tmpfs $R/$d; done
mount -t tmpfs -o mode=755 tmpfs $R/dev
for d in null zero full random urandom tty; do touch $R/dev/$d; mount --bind /dev/$d $R/dev/$d; done
mkdir $R/dev/pts $R/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts $R/dev/pts
ln -s pts/ptmx $R/dev/ptmx
ln -s /proc/self/fd $R/dev/fd
touch $R/dev/console $R/dev/tty1
mount --bind {console} $R/dev/console
mount --bind {screen} $R/dev/tty1
mkdir -p $R/opt/kt/repo $R/opt/kt/site $R/opt/kt/python $R/run/kt $R/run/kioskd-site
mount --bind {repo} $R/opt/kt/repo
mount --bind {site} $R/opt/kt/site
mount --bind {python} $R/opt/kt/python
touch $R/run/kt/events
mount --bind {pipe} $R/run/kt/events
rm -rf $R/etc/systemd/system $R/etc/kioskd
mkdir -p $R/etc/systemd/system
cp -r {units}/. $R/etc/systemd/system/
ln -s /run/kioskd-site $R/etc/kioskd
: > $R/etc/fstab
install -m 755 {program} $R/usr/bin/kioskd
install -m 755 {on_trial} $R/usr/lib/systemd/kiosk-on-trial
systemd-sysusers --root=$R {sysusers}
mkdir $R/old
cd $R
pivot_root . old
umount -l /old
exec env -i container=kt PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --unit=kt.target \\
    --log-target=console --show-status=no
"""

TRIED = """mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root /mnt/cgroup
mount -t overlay overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t cgroup2 cgroup2 /mnt/cgroup
mount -t proc proc /proc
"""
"""The mounts that some containers do not allow."""

PROGRAM = '''#!/usr/bin/python3
"""Behaves as /run/kt/<first word> says, and tells what it does."""
import os, socket, sys, time
from pathlib import Path

def tell(*words):
    with open("/run/kt/events", "w") as pipe:
        print(*words, file=pipe)

def notify(what):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(what.encode(), os.environ["NOTIFY_SOCKET"])

verb = sys.argv[1]
if verb == "notice" or (verb == "provision" and not Path("/run/kt/provision").exists()):
    os.environ["PYTHONPATH"] = "/opt/kt/repo:/opt/kt/site"
    os.environ["LD_LIBRARY_PATH"] = "/opt/kt/python/lib"
    python = "/opt/kt/python/bin/python3"
    os.execv(python, [python, "-m", "kioskd", *sys.argv[1:]])
try:
    wanted = Path("/run/kt", verb).read_text().strip()
except OSError:
    wanted = ""
tell(" ".join(sys.argv[1:3]))
if wanted.isdigit():
    sys.exit(int(wanted))
if wanted:
    exec(wanted)
'''


@dataclass(frozen=True, slots=True)
class Machine:
    """The running systemd and what it is heard by."""

    pid: int
    """Of its first process, as this machine counts."""
    pipe: int
    screen: int
    journal: "Console"

    def run(self, *words: str, check: bool = True) -> str:
        """Run a command inside; return what it says."""
        inside = ["nsenter", "--target", str(self.pid), "--all", *words]
        done = subprocess.run(
            inside, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout.strip()

    def behave(self, verb: str, how: str) -> None:
        """Let ``kioskd VERB`` exit with a number, or run that Python."""
        self.put(f"/run/kt/{verb}", how)

    def put(self, path: str, text: str) -> None:
        """Write a file inside."""
        Path(f"/proc/{self.pid}/root{path}").write_text(text, encoding="utf-8")

    def next_event(self) -> str:
        """Return what a program told next."""
        told = b""
        while not told.endswith(b"\n"):
            told += self._read(self.pipe, 1)
        return told.decode().strip()

    def read_screen_until(self, words: str) -> str:
        """Read what is drawn on /dev/tty1 until these words are."""
        said = ""
        while words not in said:
            said += self._read(self.screen, 65536).decode("ascii", "replace")
        return said

    def _read(self, descriptor: int, count: int) -> bytes:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE_S)
        assert ready, self.journal.said
        return os.read(descriptor, count)

    def has_ended(self) -> bool:
        """Wait for the first process to end; tell whether it did."""
        with os.fdopen(os.pidfd_open(self.pid), "rb") as first:
            return bool(select.select([first], [], [], PATIENCE_S)[0])


class Console(threading.Thread):
    """What the first process writes to /dev/console; read on and on, or it would wait for us."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self._descriptor, self.said, self.is_up = descriptor, "", threading.Event()

    def run(self) -> None:
        with contextlib.suppress(OSError):  # the other end is closed
            while said := os.read(self._descriptor, 65536):
                self.said += said.decode("utf-8", "replace")
                if "Startup finished" in self.said:
                    self.is_up.set()


def why_not() -> str:
    """Return why there can be no such machine here; empty if there can."""
    if os.geteuid() != 0:
        return "only root can make namespaces and mounts"
    for program in ("unshare", "nsenter", "setpriv", "systemd-sysusers", "/lib/systemd/systemd"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    unshare = ["unshare", "--pid", "--fork", "--mount", "--cgroup", "--net", "sh", "-ec", TRIED]
    tried = subprocess.run(unshare, capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"no namespaces or mounts: {tried.stderr.strip()}"


@contextmanager
def booted(folder: Path, more: dict[str, str]) -> Iterator[Machine]:
    """Start it with ``kt.target`` and the kiosk's units; ``more`` are units besides."""
    units = _units(folder / "units", more)
    pipe = folder / "events"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    (folder / "program").write_text(PROGRAM)
    (work := folder / "work").mkdir()
    console, console_of_it = pty.openpty()
    screen, screen_of_it = pty.openpty()
    events = os.open(pipe, os.O_RDWR)
    script = INSIDE.format(
        work=work,
        console=os.ttyname(console_of_it),
        screen=os.ttyname(screen_of_it),
        pipe=pipe,
        repo=ROOT,
        site=sysconfig.get_path("purelib"),
        python=sys.base_prefix,
        units=units,
        program=folder / "program",
        sysusers=UNITS / "kioskd.sysusers",
        on_trial=UNITS / "kiosk-on-trial",
    )
    ended_with_us = ["setpriv", "--pdeathsig", "KILL"]
    unshare = ["unshare", "--pid", "--fork", "--mount", "--cgroup", "--uts", "--ipc", "--net"]
    process = subprocess.Popen(
        [*ended_with_us, *unshare, "--kill-child", "sh", "-c", script],
        stdin=console_of_it,
        stdout=console_of_it,
        stderr=console_of_it,
        start_new_session=True,
    )
    journal = Console(console)
    journal.start()
    os.close(console_of_it)
    try:
        assert journal.is_up.wait(PATIENCE_S), journal.said
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        yield Machine(int(children.split()[0]), events, screen, journal)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        journal.join()
        for descriptor in (console, screen, screen_of_it, events):
            os.close(descriptor)


def _units(folder: Path, more: dict[str, str]) -> Path:
    """Lay out the units of ``kiosk.files``, those of the test, and nothing else."""
    for line in (UNITS / "kiosk.files").read_text().splitlines():
        file, _, path = line.partition(" ")
        if path.strip().startswith(PLACE):
            place = folder / path.strip().removeprefix(PLACE)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(UNITS / file, place)
    for name in MASKED:
        (folder / f"{name}.service").symlink_to("/dev/null")
    for name, text in more.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder
