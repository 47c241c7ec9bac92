"""What the build refuses and what it changes: lists, lock, initramfs, the finished root."""

import json
import zipfile
from pathlib import Path

import pytest

from image import finish, listed, manifest, pool, python_tree, release, sbom
from image.board_module import refuse_broken_modules
from image.boot_files import command_line, make_boot
from image.initramfs import MODULES, boards, missing_modules
from image.layout import BOOT, DATA, LABEL_ID, PARTITIONS, disk_bytes, sfdisk_script
from image.pool import Locked
from image.say import BuildRefused, run

HASH = "0" * 64


def write(file: Path, text: str = "", mode: int = 0o644) -> Path:
    """Write a file with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_the_lock_names_every_package_and_why_each_is_there_is_written() -> None:
    """Each package that is asked for is locked, and has a reason; so has every file left out."""
    names = {one.name for one in pool.read_lock().system}
    assert {line.what for line in listed.reasoned(pool.PACKAGES)} <= names
    assert len(names) == len(pool.read_lock().system)
    for file in (finish.REMOVED, listed.HERE / "excluded.txt", pool.HEADERS):
        assert listed.reasoned(file)


def test_no_kiosk_listens_for_cards_on_the_network_or_lets_anybody_in() -> None:
    """No ssh, no virtual card slot and no package manager are among the packages."""
    names = {one.name for one in pool.read_lock().system}
    assert not names & {"openssh-server", "vsmartcard-vpcd", "apt", "sudo", "telnetd", "gcc-12"}


def test_a_line_without_a_reason_is_refused(tmp_path: Path) -> None:
    """A list's line that does not say why names itself."""
    file = write(tmp_path / "list.txt", "# head\nsystemd # first process\nvim\n")
    with pytest.raises(BuildRefused, match=r"list\.txt:3: vim"):
        listed.reasoned(file)


def test_the_lock_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Version with epoch, hash, and whether a kiosk has the package: nothing is lost."""
    packages = [
        Locked("b-dev", "2", HASH, build_only=True),
        Locked("a", "1:2.3-4+deb12u1~x", HASH),
    ]
    pool.write_lock(packages, tmp_path / "lock")
    read = pool.read_lock(tmp_path / "lock")
    assert (*read.system, *read.headers) == (packages[1], packages[0])


@pytest.mark.parametrize("line", ["a=1", f"a {HASH}", f"a=1 {HASH[1:]}", f"a=1 {HASH} other"])
def test_a_broken_lock_is_refused(tmp_path: Path, line: str) -> None:
    """A line that is no package names file and line; so does a lock that is missing."""
    write(tmp_path / "lock", f"# head\n{line}\n")
    with pytest.raises(BuildRefused, match="lock:2"):
        pool.read_lock(tmp_path / "lock")
    with pytest.raises(BuildRefused, match="LOCK=1"):
        pool.read_lock(tmp_path / "none")


def test_a_package_that_is_not_what_is_locked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the mirror gives under a locked version, but with another hash, is not used."""
    shelf = pool.Pool(tmp_path)
    monkeypatch.setattr(shelf, "_download", lambda _: None)
    (shelf.debs / f"{HASH}.deb").write_bytes(b"somebody else's")
    with pytest.raises(BuildRefused, match="a=1"):
        shelf.fetch([Locked("a", "1", HASH)])


def a_root_with_boards(root: Path) -> Path:
    """Make a root with one board, whose slot has a driver and whose screen has one."""
    kernel = root / "usr/lib/modules/6.1"
    write(
        kernel / "modules.dep", "kernel/drivers/mmc/host/sd-slot.ko:\nkernel/drivers/gpu/vc4.ko:\n"
    )
    write(
        kernel / "modules.alias",
        "# head\nalias of:N*T*Cbrcm,slotC* sd_slot\nalias of:N*T*Cbrcm,vc4 vc4\nalias pci:x y\n",
    )
    tree = write(root / "usr/lib/linux-image-6.1/broadcom/bcm2711-x.dtb")
    tree.write_bytes(b"\xd0\x0d\xfe\xedbrcm,slot\0brcm,vc4\0")
    return root


def test_a_board_whose_slot_would_not_be_found_is_refused(tmp_path: Path) -> None:
    """The module that the device tree names for a card slot must be in the initramfs."""
    root = a_root_with_boards(tmp_path)
    write(root / MODULES, "# head\next4\n")
    assert missing_modules(root, boards(root)) == ["sd_slot"]
    write(root / MODULES, "ext4\nsd_slot\n")
    assert missing_modules(root, boards(root)) == []


def test_a_module_that_cannot_be_loaded_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that needs a module which was left out stops the build, by its name."""
    warning = "depmod: WARNING: /r/lib/modules/6.1/kernel/vc4.ko needs unknown symbol cec_s"
    program = write(tmp_path / "depmod", f"#!/bin/sh\necho '{warning}' >&2\n", mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(BuildRefused, match=r"need: vc4\.ko$"):
        refuse_broken_modules(tmp_path, "6.1", tmp_path / "Module.symvers")
    write(program, "#!/bin/sh\n", mode=0o755)
    refuse_broken_modules(tmp_path, "6.1", tmp_path / "Module.symvers")


def test_a_slot_that_does_not_start_restarts_the_board() -> None:
    """What restarts a Pi is loaded before its root is looked for, and panic has a time."""
    modules = listed.lines(finish.TREE / MODULES)
    assert modules.index("bcm2835_wdt") < modules.index("ext4")
    assert "panic=10" in command_line("b").split()


def test_nobody_can_log_in(tmp_path: Path) -> None:
    """Every account loses its password and its shell, and no copy of the old files stays."""
    write(tmp_path / "etc/shadow", "root::19000:0:99999:7:::\nkioskd:$y$x:19000::::::\n")
    write(tmp_path / "etc/passwd", "root:x:0:0:root:/:/bin/bash\nkioskd:x:9:9::/x:/bin/sh\n")
    write(tmp_path / "etc/passwd-", "root::0:0:root:/:/bin/bash\n")
    finish.lock_accounts(tmp_path)
    shadow = (tmp_path / "etc/shadow").read_text("utf-8").splitlines()
    assert [line.split(":")[1] for line in shadow] == ["!*", "!*"]
    accounts = (tmp_path / "etc/passwd").read_text("utf-8").splitlines()
    assert {line.split(":")[6] for line in accounts} == {"/usr/sbin/nologin"}
    assert not (tmp_path / "etc/passwd-").exists()


def test_no_program_of_the_root_lends_rights(tmp_path: Path) -> None:
    """Set-user and set-group bits of programs are taken; a link to one is left alone."""
    program = write(tmp_path / "usr/bin/su", mode=0o6755)
    (tmp_path / "usr/bin/link").symlink_to("su")
    finish.take_set_id(tmp_path)
    assert program.stat().st_mode & 0o7777 == 0o755


def test_the_root_says_what_it_is_and_whom_it_believes(tmp_path: Path) -> None:
    """An update finds kind of machine, version and keys; Debian's own lines stay."""
    write(tmp_path / "usr/lib/os-release", 'PRETTY_NAME="Debian"\nVERSION_ID="12"\n')
    keys = write(tmp_path / "keys.pem", "-----BEGIN PUBLIC KEY-----\n")
    release.name_release(tmp_path, release.Release("1.2.3", keys))
    text = (tmp_path / "usr/lib/os-release").read_text("utf-8").splitlines()
    assert text[1:] == ["IMAGE_ID=kioskd-arm64", "IMAGE_VERSION=1.2.3", 'VERSION_ID="12"']
    assert (tmp_path / release.KEYS).read_text("utf-8") == keys.read_text("utf-8")


def test_what_the_build_leaves_behind_is_removed(tmp_path: Path) -> None:
    """Logs, caches and identities go; licences, the list of packages, places to mount on stay."""
    gone = [write(tmp_path / name) for name in ("var/log/apt.log", "etc/ssh/key", "boot/vmlinuz-6")]
    kept = [write(tmp_path / name) for name in ("var/lib/dpkg/status", "usr/share/doc/a/copyright")]
    write(tmp_path / "etc/machine-id", "1234\n")
    finish.remove(tmp_path)
    assert [file.exists() for file in gone + kept] == [False] * 3 + [True] * 2
    assert (tmp_path / "etc/machine-id").read_text("utf-8") == ""
    assert [name for name in finish.FOLDERS if not (tmp_path / name).is_dir()] == []


def test_the_units_that_are_listed_are_there() -> None:
    """Every file that kiosk.files puts into the root exists, each place is named once."""
    places = [place for _, place in finish.placed()]
    assert len(places) == len(set(places)) > 10
    assert "/etc/fstab" in places


def test_one_letter_chooses_the_slot(tmp_path: Path) -> None:
    """The two config files differ in one byte of the first sector; each slot has its own line."""
    slot, firmware = tmp_path / "slot", tmp_path / "firmware"
    write(slot / "vmlinuz", "kernel")
    write(firmware / "start4.elf", "firmware")
    make_boot(slot, firmware, tmp_path / "boot")
    config, trial = (
        (tmp_path / "boot" / name).read_bytes() for name in ("config.txt", "tryboot.txt")
    )
    changed = [at for at, pair in enumerate(zip(config, trial, strict=True)) if pair[0] != pair[1]]
    assert changed == [len("os_prefix=")]
    assert (config[:12], trial[:12]) == (b"os_prefix=a/", b"os_prefix=b/")
    for letter, number in (("a", "02"), ("b", "03")):
        line = (tmp_path / "boot" / letter / "cmdline.txt").read_text("ascii")
        assert line.startswith(f"root=PARTUUID=4b494f53-{number} ro rootwait kioskd.slot={letter} ")
        assert line == command_line(letter)
        assert "panic=10" in line.split()


def test_the_table_is_the_one_that_fstab_names(tmp_path: Path) -> None:
    """The four partitions follow each other on a disk with the number that fstab names."""
    ends = [one.start + one.size for one in PARTITIONS]
    assert [one.start for one in PARTITIONS] == [4, *ends[:-1]]
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.truncate(disk_bytes())
    run(["sfdisk", "--quiet", disk], stdin=sfdisk_script())
    table = json.loads(run(["sfdisk", "--json", disk]))["partitiontable"]
    assert int(table["id"], 16) == LABEL_ID
    assert [one["start"] * 512 for one in table["partitions"]] == [one.offset for one in PARTITIONS]
    fstab = (finish.UNITS / "kiosk.fstab").read_text("utf-8")
    for partition in (BOOT, DATA):
        assert f"PARTUUID={LABEL_ID:08x}-{partition.number:02d} " in fstab


def test_python_packages_are_taken_by_hash() -> None:
    """Every entry of the lock file has its hashes, and one of them is built from its source."""
    entries = [*python_tree.locked(of_source=False), *python_tree.locked(of_source=True)]
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
    assert [entry.split("==")[0] for entry in python_tree.locked(of_source=True)] == ["pyscard"]


def test_a_manifest_of_something_else_is_refused(tmp_path: Path) -> None:
    """What is no manifest, or one of another format, is no reason to write a card."""
    for text in ("", "{}", '{"format": "other", "partitions": []}'):
        with pytest.raises(BuildRefused):
            manifest.read(write(tmp_path / "manifest.json", text))


def test_the_bill_of_materials_names_licence_and_hash(tmp_path: Path) -> None:
    """Every Debian package is in it by version and hash, and every wheel with its licence."""
    licence = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
    write(
        tmp_path / "usr/share/doc/zstd/copyright", f"{licence}\nFiles: *\nLicense: BSD-3-clause\n"
    )
    with zipfile.ZipFile(tmp_path / "trio.whl", "w") as wheel:
        facts = "Name: trio\nVersion: 0.35.0\nLicense-Expression: MIT OR Apache-2.0\n"
        wheel.writestr("trio-0.35.0.dist-info/METADATA", facts)
    sbom.write(tmp_path, [tmp_path / "trio.whl"], tmp_path / "sbom.json", "1.2.3", 1_790_000_000)
    bill = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    parts = {one["name"]: one for one in bill["components"]}
    assert len(parts) == len(pool.read_lock().system) + 1
    assert parts["zstd"]["licenses"] == [{"license": {"name": "BSD-3-clause"}}]
    assert len(parts["zstd"]["hashes"][0]["content"]) == 64
    assert parts["trio"]["licenses"] == [{"license": {"name": "MIT OR Apache-2.0"}}]
    assert parts["trio"]["hashes"]
