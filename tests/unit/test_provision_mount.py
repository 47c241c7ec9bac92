"""A partition made writable for a moment, for real: a file system in a file, in a namespace."""

import os
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
