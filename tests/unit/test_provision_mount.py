"""A partition made writable for a moment, for real: a file system in a file, in a namespace."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

IN_THE_NAMESPACE = """
set -e
mount --bind {folder}/fstab /etc/fstab
device=$(losetup --find --show {folder}/disk)
mount -o ro,noatime,nodev,nosuid,noexec $device {folder}/boot
losetup --detach $device  # when it is mounted no more
mount -t tmpfs none /dev
{python} - <<'PROGRAM'
from pathlib import Path
from kioskd.provision.machine import LinuxMachine, writable
boot, machine = Path("{folder}/boot"), LinuxMachine()
assert machine.is_mounted(boot) and machine.is_read_only(boot)
with writable(machine, boot):
    (boot / "report").write_text("here")
assert machine.is_read_only(boot)
print(next(line for line in open("/proc/self/mountinfo") if str(boot) in line).split()[5])
PROGRAM
"""


def test_a_moment_of_writing_leaves_the_mount_as_it_was(tmp_path: Path) -> None:
    """As in a unit that does not see the device that fstab names: written, then as strict as ever.

    With fstab's options a remount for writing succeeds there, and nothing can be written.
    """
    if os.geteuid() != 0 or shutil.which("mke2fs") is None or shutil.which("losetup") is None:
        pytest.skip("only root mounts, and mke2fs makes what is mounted")
    probe = subprocess.run(["losetup", "--find"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine has no loop devices")
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(4 << 20))
    subprocess.run(["mke2fs", "-q", "-F", str(disk)], check=True)
    (tmp_path / "boot").mkdir()
    options = "ro,noatime,nodev,nosuid,noexec,nofail"
    (tmp_path / "fstab").write_text(f"PARTUUID=4b494f53-01 {tmp_path}/boot ext2 {options} 0 0\n")
    script = IN_THE_NAMESPACE.format(folder=tmp_path, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ro,nosuid,nodev,noexec,noatime"


AS_ANOTHER = """
import os, threading
from kioskd.provision.machine import LinuxMachine
machine = LinuxMachine()
machine.account = "nobody"
seen = []
with machine.as_kiosk():
    thread = threading.Thread(target=lambda: seen.append((os.geteuid(), os.getegid())))
    thread.start()
    thread.join()
    seen.append((os.geteuid(), os.getegid()))
    try:
        open("{secret}")
    except PermissionError:
        seen.append("kept out")
print(seen, os.geteuid(), open("{secret}").read())
machine.account = "nobody-at-all"
try:
    with machine.as_kiosk():
        print("let in")
except OSError as refused:
    print(refused)
"""


def test_what_speaks_with_the_centre_is_not_root(tmp_path: Path) -> None:
    """In every thread, only while it lasts, and never as root because there is no such account."""
    if os.geteuid() != 0:
        pytest.skip("only root becomes another")
    secret = tmp_path / "secret"
    secret.write_text("root's")
    secret.chmod(0o640)
    who = pwd.getpwnam("nobody")
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER.replace("{secret}", str(secret))],
        capture_output=True,
        text=True,
        check=True,
    )
    ids = (who.pw_uid, who.pw_gid)
    assert done.stdout.splitlines() == [
        f"{[ids, ids, 'kept out']} 0 root's",
        "no account nobody-at-all",
    ]
