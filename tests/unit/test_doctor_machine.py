"""What the doctor finds on a machine: the healthy Raspberry Pi, and each way in which it is ill."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.domain.diagnosis import Finding, State
from kioskd.technician.doctor import board, disk, system
from kioskd.technician.doctor.machine import Machine, Room
from kioskd.technician.doctor.view import view
from kioskd.technician.doctor.visit import CHECKS, Check
from tests.unit.doctor_world import BOOTED_S, STATUS, THROTTLED, Illness, Kiosk

OF_THE_MACHINE = (
    "kiosk", "configuration", "provisioning", "power", "temperature", "memory", "card",
    "file_systems", "data_partition", "write_speed", "room", "network", "name_service", "id_reader",
    "pin_pad", "receipt_printer", "receipt_paper", "document_printer", "seal", "other_parts",
    "slot", "units", "usb",
)  # fmt: skip
"""Checks that a machine in a folder answers whole."""
OF_THE_STATE = ("write_speed", "journal", "money", "region_pack")
NOBODY = 65534


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


@pytest.mark.parametrize("check", OF_THE_MACHINE)
def test_a_healthy_kiosk_is_good(kiosk: Kiosk, check: str) -> None:
    """No check cries without a reason."""
    found = CHECKS[check](kiosk.view)
    assert found.state is State.GOOD, found


def volt(alarm: str) -> Illness:
    def make(kiosk: Kiosk) -> None:
        kiosk.take_away(THROTTLED)
        kiosk.put("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        kiosk.put("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", alarm)

    return make


def both(*illnesses: Illness) -> Illness:
    def make(kiosk: Kiosk) -> None:
        for one in illnesses:
            one(kiosk)

    return make


def says(program: str, text: str | None) -> Illness:
    return lambda kiosk: kiosk.machine.programs.__setitem__(program, text)


def put(name: str, text: str) -> Illness:
    return lambda kiosk: kiosk.put(name, text)


def gone(name: str) -> Illness:
    return lambda kiosk: kiosk.take_away(name)


LATE_LOG = "[ 9000.000000] usb 1-1: new device\n"
DIPPED = "[    0.0] Booting\n[   90.1] hwmon hwmon1: Undervoltage detected!\n"
SENSED = "[    0.0] Booting\n[   90.1] Voltage normalised\n"
MEMORY = "/sys/block/mmcblk0/device"


@pytest.mark.parametrize(
    ("illness", "check", "state", "cause"),
    [
        (put(THROTTLED, "50005\n"), board.power, "wrong", "under_voltage_now"),
        (put(THROTTLED, "50000\n"), board.power, "wrong", "under_voltage_before"),
        (says("dmesg", None), board.power, "good", ""),
        (gone(THROTTLED), board.power, "unknown", "no_voltage_sensor"),
        (volt("1"), board.power, "wrong", "under_voltage_now"),
        (volt("0"), board.power, "good", ""),
        (both(volt("0"), says("dmesg", DIPPED)), board.power, "wrong", "under_voltage_before"),
        (both(volt("0"), says("dmesg", LATE_LOG)), board.power, "unknown", "past_voltage_not_told"),
        (both(volt("0"), says("dmesg", None)), board.power, "unknown", "past_voltage_not_told"),
        (both(volt("0"), put(THROTTLED, "0"), says("dmesg", None)), board.power, "unknown",
         "past_voltage_not_told"),
        (put("/sys/class/thermal/thermal_zone0/temp", "80000"), board.temperature, "wrong",
         "too_hot"),
        (gone("/sys/class/thermal/thermal_zone0/temp"), board.temperature, "unknown",
         "no_temperature_sensor"),
        (put("/proc/meminfo", "MemTotal: 948000 kB\nMemAvailable: 40000 kB\n"), board.memory,
         "wrong", "memory_low"),
        (put("/proc/vmstat", "oom_kill 2\n"), board.memory, "wrong", "memory_ran_out"),
        (put("/proc/swaps", "Filename\n/data/swap file 1 0 -2\n"), board.memory, "wrong",
         "swap_on_disk"),
        (put("/proc/swaps", "Filename\n/dev/zram0 partition 1 0 -2\n"), board.memory, "good", ""),
        (gone("/proc/meminfo"), board.memory, "unknown", "not_readable"),
        (put("/sys/fs/pstore/dmesg-ramoops-0", "Panic"), board.last_start, "wrong", "kernel_fell"),
        (put("/x", ""), board.last_start, "unknown", "start_not_told"),
        (put(f"{MEMORY}/life_time", "0x0a 0x01\n"), disk.card, "wrong", "card_worn"),
        (both(put(f"{MEMORY}/life_time", "0x02 0x01"), put(f"{MEMORY}/pre_eol_info", "0x02")),
         disk.card, "wrong", "card_near_end"),
        (both(put(f"{MEMORY}/life_time", "0x02 0x01"), put(f"{MEMORY}/pre_eol_info", "0x01")),
         disk.card, "good", ""),
        (put("/sys/fs/ext4/mmcblk0p4/errors_count", "3\n"), disk.file_systems, "wrong",
         "file_system_errors"),
        (lambda kiosk: kiosk.mount("ro,noatime"), disk.data_partition, "wrong", "data_read_only"),
        (put("/proc/mounts", "/dev/mmcblk0p2 / ext4 ro 0 0\n"), disk.data_partition, "wrong",
         "data_not_mounted"),
        (lambda kiosk: kiosk.state.rmdir(), disk.data_partition, "wrong", "no_state_folder"),
        (lambda kiosk: kiosk.state.rmdir(), disk.write_speed, "wrong", "write_refused"),
        (gone("/proc/mounts"), disk.data_partition, "unknown", "not_readable"),
        (put("/sys/class/net/eth0/carrier", "0"), CHECKS["network"], "wrong", "no_link"),
        (put("/proc/net/route", "Iface\n"), CHECKS["network"], "wrong", "no_way_out"),
        (put("/proc/cmdline", "ro quiet"), system.slot, "unknown", "no_slots"),
        (put("/boot/firmware/config.txt", "os_prefix=b/\n"), system.slot, "unknown",
         "slot_on_trial"),
        (gone("/boot/firmware/config.txt"), system.slot, "unknown", "slot_not_told"),
        (says("systemctl list-units", "kioskd-clock.service loaded failed failed Set a clock\n"),
         system.units, "wrong", "units_failed"),
        (says("systemctl show", "9\n"), system.units, "wrong", "kiosk_falls_again_and_again"),
        (put("/run/kioskd-notice/pause.json", '{"count": 4, "until_s": 900.0}'), system.units,
         "wrong", "kiosk_falls_again_and_again"),
        (says("systemctl list-units", None), system.units, "unknown", "no_systemd"),
        (says("systemctl show", None), system.units, "unknown", "restarts_not_told"),
        (put("/sys/bus/usb/devices/1-1.4/authorized", "0\n"), system.usb, "wrong", "usb_refused"),
        (lambda kiosk: kiosk.stop(), system.kiosk, "wrong", "kiosk_not_running"),
        (lambda kiosk: kiosk.tell(replace(STATUS, booted_s=BOOTED_S - 60)), system.kiosk, "wrong",
         "kiosk_hangs"),
        (lambda kiosk: kiosk.tell(replace(STATUS, able_to_pay=False)), system.kiosk, "wrong",
         "cannot_take_payments"),
        (put("/run/kioskd-site/notice.json", "{"), system.provisioning, "wrong",
         "notice_not_readable"),
    ],
)  # fmt: skip
def test_an_ill_machine_is_told_with_its_cause(
    kiosk: Kiosk, illness: Illness, check: Check, state: str, cause: str
) -> None:
    """Each illness makes its line wrong, or unknown where nobody can tell; never good."""
    illness(kiosk)
    found = check(kiosk.view)
    assert (found.state.value, found.cause) == (state, cause), found


def test_the_images_own_module_tells_of_the_supply(kiosk: Kiosk) -> None:
    """On Debian's kernel the bits are a parameter of the image's module."""
    kiosk.take_away(THROTTLED)
    kiosk.put("/sys/module/kiosk_pi/parameters/throttled", "0x50000\n")
    assert board.power(kiosk.view).cause == "under_voltage_before"


def test_the_supply_of_a_board_is_asked_of_its_program_too(kiosk: Kiosk) -> None:
    """Where the kernel has no file for it, vcgencmd says the same bits."""
    kiosk.take_away(THROTTLED)
    kiosk.machine.programs["vcgencmd get_throttled"] = "throttled=0x50005\n"
    assert board.power(kiosk.view).cause == "under_voltage_now"


def test_the_kernels_log_is_read_from_the_systems_too(kiosk: Kiosk) -> None:
    """Where dmesg is refused; the lines look the same."""
    told = "[    0.000000] kiosk kernel: Booting\n[   90.1] kiosk kernel: Undervoltage detected!\n"
    both(volt("0"), says("dmesg", None), says("journalctl --dmesg", told))(kiosk)
    assert kiosk.machine.kernel_log() == [
        "[    0.000000] Booting",
        "[   90.1] Undervoltage detected!",
    ]
    assert board.power(kiosk.view).cause == "under_voltage_before"


@pytest.mark.parametrize(
    ("dips", "state", "cause"),
    [(0, State.GOOD, ""), (3, State.WRONG, "under_voltage_before")],
)
def test_the_kiosk_itself_remembers_a_low_voltage(
    kiosk: Kiosk, dips: int, state: State, cause: str
) -> None:
    """Only root reads the kernel's log; the kiosk has looked each second since it was started."""
    both(volt("0"), says("dmesg", None))(kiosk)
    kiosk.tell(replace(STATUS, dips=dips))
    found = board.power(kiosk.view)
    assert (found.state, found.cause) == (state, cause)


@pytest.mark.parametrize(("register", "state"), [(0x1000, State.GOOD), (0x0020, State.UNKNOWN)])
def test_a_start_by_power_is_told_from_a_reset(kiosk: Kiosk, register: int, state: State) -> None:
    """Whether somebody ordered a reset or the watchdog bit, no board tells."""
    file = kiosk.machine.at("/proc/device-tree/chosen/bootloader/rsts")
    file.parent.mkdir(parents=True)
    file.write_bytes(register.to_bytes(4, "big"))
    assert board.last_start(kiosk.view).state is state


@pytest.mark.parametrize(
    ("room", "state"),
    [
        (Room(20 << 20, 256 << 20, 900, 1000), State.WRONG),
        (Room(200 << 20, 256 << 20, 9, 1000), State.WRONG),
        (Room(200 << 20, 256 << 20, 0, 0), State.GOOD),
    ],
)
def test_a_nearly_full_disk_is_told(kiosk: Kiosk, room: Room, state: State) -> None:
    """By bytes and by names; a file system that counts no names has enough of them."""
    kiosk.machine.free = room
    assert disk.room(kiosk.view).state is state


def test_a_slow_card_is_measured(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One write that takes more than a second makes it wrong, with the times as facts."""
    times = iter([5.0] * 7 + [1500.0])
    monkeypatch.setattr(disk, "_timed_write", lambda folder: next(times))
    found = disk.write_speed(kiosk.view)
    assert (found.cause, found.facts["median_ms"], found.facts["ratio"]) == (
        "writes_slow", 5.0, 300.0,
    )  # fmt: skip


def test_measuring_leaves_nothing_behind(kiosk: Kiosk) -> None:
    """Not even a name in the journal's folder."""
    assert disk.write_speed(kiosk.view).state is State.GOOD
    assert list(kiosk.state.iterdir()) == []


@contextmanager
def somebody_else(folder: Path) -> Iterator[None]:
    """Look as a user to whom ``folder`` is closed."""
    folder.chmod(0o700 if os.geteuid() == 0 else 0)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o700)


def test_who_may_not_look_is_told_so() -> None:
    """A folder that is closed to who asks makes the line unknown, not wrong."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        kiosk = Kiosk(Path(name))
        seen = kiosk.view
        with somebody_else(kiosk.state):
            found = {check: CHECKS[check](seen) for check in OF_THE_STATE}
    assert {one.state for one in found.values()} == {State.UNKNOWN}, found


def test_an_accepted_interface_of_a_refused_device_is_told_once(kiosk: Kiosk) -> None:
    """By port and kind, never by the name it bears; its interfaces are not counted again."""
    for name, text in (
        ("authorized", "0"), ("idVendor", "0951"), ("idProduct", "1666"), ("product", "DataStick"),
    ):  # fmt: skip
        kiosk.put(f"/sys/bus/usb/devices/1-1.4/{name}", text)
    kiosk.put("/sys/bus/usb/devices/1-1.4:1.0/authorized", "0")
    assert system.usb(kiosk.view).facts["refused"] == "usb-1.4 0951:1666"


def test_an_update_that_failed_is_told_by_its_code(kiosk: Kiosk) -> None:
    """With the version that came back out; one that went well is a fact."""
    kiosk.put("/etc/os-release", 'IMAGE_ID=kioskd-pi\nIMAGE_VERSION="0.2.0"\n')
    for stage, fault, code in (("idle", "", ""), ("failed", "U-10", "U-10")):
        state = f'{{"stage": "{stage}", "version": "0.3.0", "fault": "{fault}"}}'
        kiosk.put("/data/update/state.json", state)
        found = system.slot(kiosk.view)
        assert (found.code, found.facts["version"]) == (code, "0.2.0")
        assert found.facts["update"] == f"0.3.0 {stage}"


def test_a_wrong_configuration_names_the_key(kiosk: Kiosk) -> None:
    """And every check that needs it is unknown, not good."""
    kiosk.config.write_text('[kiosk]\nid = "K0123"\n')
    found = system.configuration(kiosk.view)
    assert (found.code, found.facts["setting"]) == ("K-01", "kiosk.outlet")
    for check in ("centre", "pin_pad", "journal", "fonts", "seal", "write_speed"):
        assert CHECKS[check](kiosk.view).cause == "no_configuration", check


def test_the_notice_of_the_set_up_is_told_by_its_code(kiosk: Kiosk) -> None:
    """What stopped the start is what the doctor says too."""
    notice = '{"code": "I-03", "title": {"zh_CN": "x", "en": "The code is used up"}}'
    kiosk.put("/run/kioskd-site/notice.json", notice)
    found = system.provisioning(kiosk.view)
    assert (found.code, found.facts["title"]) == ("I-03", "The code is used up")


def test_a_status_of_another_boot_is_no_life(kiosk: Kiosk) -> None:
    """A process number that is in use again does not make an old status true."""
    kiosk.tell(replace(STATUS, booted_s=BOOTED_S + 1000))
    assert kiosk.view.live is None


def test_this_machine_can_be_looked_at(tmp_path: Path) -> None:
    """The real border: files, programs, rooms and names, whatever they are here."""
    machine = Machine()
    assert machine.read("/proc/meminfo") and machine.read("/no/such") is None
    assert machine.run("true") == "" and machine.run("false") is None
    assert machine.run("no-such-program") is None
    assert machine.room(tmp_path).total > 0
    assert machine.addresses("127.0.0.1") == ("127.0.0.1",)
    assert "/proc/self" in machine.found("/proc/self") and machine.link("/proc/self") is not None
    seen = view(machine, tmp_path / "none.toml")
    found: Finding = board.memory(seen)
    assert int(str(found.facts["total_mib"])) > 0
