"""The computer's board: its power, its heat, its memory, and why it was started last.

Source of the bits: Raspberry Pi documentation, ``vcgencmd get_throttled``. The kernel's own sensor
(``rpi_volt``) clears the bits of the past as it reads them, so that only its lines in the kernel's
log tell of an under-voltage that is over, and the kiosk itself, which looks each second.
"""

import re
from typing import Final

from kioskd.domain.diagnosis import Finding, good, unknown, wrong
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import View

THROTTLED_FILES: Final = (
    "/sys/devices/platform/soc/soc:firmware/get_throttled",
    "/sys/module/kiosk_pi/parameters/throttled",
)
"""Of Raspberry Pi's own kernel, and of the image's module beside Debian's."""
UNDER_VOLTAGE_NOW: Final = 1 << 0
UNDER_VOLTAGE_BEFORE: Final = 1 << 16
UNDER_VOLTAGE_LINE: Final = re.compile(r"[Uu]nder-?voltage detected")
FIRST_LINE_BY_S: Final = 5.0
"""A kernel's log that begins later has lost its beginning."""

TOO_HOT_C: Final = 80.0
"""From here on the board slows itself down."""
LEAST_FREE_MIB: Final = 48
POWER_ON: Final = 1 << 12
"""Of the reset register that the boot loader passes on: the last start was by power (HADPOR)."""


def power(view: View) -> Finding:
    """Whether the supply holds its voltage, now and since the start."""
    machine = view.machine
    bits, alarm = _throttled(machine), _voltage_alarm(machine)
    now = bool(bits & UNDER_VOLTAGE_NOW) if bits is not None else alarm
    before = _under_voltage_before(machine, bits, has_sensor=alarm is not None)
    if before is None and view.live is not None and view.live.dips is not None:
        before = view.live.dips > 0  # the kiosk has looked each second since it was started
    facts = {"now": now, "before": before, "bits": None if bits is None else f"0x{bits:x}"}
    if now:
        return wrong("under_voltage_now", **facts)
    if before:
        return wrong("under_voltage_before", **facts)
    if now is None:
        return unknown("no_voltage_sensor", **facts)
    if before is None:
        return unknown("past_voltage_not_told", **facts)
    return good(**facts)


def temperature(view: View) -> Finding:
    """How hot the hottest sensor of the processor is."""
    texts = map(view.machine.read, view.machine.found("/sys/class/thermal/thermal_zone*/temp"))
    degrees = [int(text) / 1000 for text in texts if text and text.lstrip("-").isdigit()]
    if not degrees:
        return unknown("no_temperature_sensor")
    celsius = round(max(degrees), 1)
    if celsius >= TOO_HOT_C:
        return wrong("too_hot", celsius=celsius, limit=TOO_HOT_C)
    return good(celsius=celsius, limit=TOO_HOT_C)


def memory(view: View) -> Finding:
    """Whether there is enough, nothing was killed for it, and nothing of it can reach the card."""
    numbers = _numbers(view.machine.read("/proc/meminfo"))
    if "MemAvailable" not in numbers:
        return unknown("not_readable", what="/proc/meminfo")
    killed = _numbers(view.machine.read("/proc/vmstat")).get("oom_kill")
    swaps = (view.machine.read("/proc/swaps") or "").splitlines()[1:]
    on_disk = [line.split()[0] for line in swaps if "/zram" not in line.split()[0]]
    facts = {
        "free_mib": numbers["MemAvailable"] // 1024,
        "total_mib": numbers.get("MemTotal", 0) // 1024,
        "killed": killed,
        "swap": ", ".join(on_disk),
    }
    if on_disk:
        return wrong("swap_on_disk", **facts)
    if killed:
        return wrong("memory_ran_out", **facts)
    if numbers["MemAvailable"] // 1024 < LEAST_FREE_MIB:
        return wrong("memory_low", limit_mib=LEAST_FREE_MIB, **facts)
    return good(**facts)


def last_start(view: View) -> Finding:
    """Why the machine was started last: power, a restart, or a fall of the kernel."""
    machine = view.machine
    falls = len(machine.found("/sys/fs/pstore/*"))
    facts = {"up_min": int(machine.booted_s() // 60), "falls": falls}
    if falls:
        return wrong("kernel_fell", **facts)
    register = _device_tree_number(machine, "/proc/device-tree/chosen/bootloader/rsts")
    if register is None:
        return unknown("start_not_told", **facts)
    return good(**facts) if register & POWER_ON else unknown("started_by_reset", **facts)


def _throttled(machine: Machine) -> int | None:
    text = next(filter(None, map(machine.read, THROTTLED_FILES)), None)
    if text is None:
        text = (machine.run("vcgencmd", "get_throttled") or "").strip().removeprefix("throttled=")
    try:
        return int(text, 16)
    except ValueError:
        return None


def _voltage_alarm(machine: Machine) -> bool | None:
    for name in machine.found("/sys/class/hwmon/hwmon*/name"):
        if machine.read(name) == "rpi_volt":
            alarm = machine.read(name.removesuffix("name") + "in0_lcrit_alarm")
            return None if alarm is None else alarm == "1"
    return None


def _under_voltage_before(machine: Machine, bits: int | None, *, has_sensor: bool) -> bool | None:
    if bits is not None and bits & UNDER_VOLTAGE_BEFORE:
        return True
    lines = machine.kernel_log()
    if lines is not None and any(UNDER_VOLTAGE_LINE.search(line) for line in lines):
        return True
    if bits is not None and not has_sensor:
        return False
    return False if lines and _is_whole(lines) and has_sensor else None


def _is_whole(lines: list[str]) -> bool:
    """Whether the log still holds what the kernel said first."""
    stamp = re.match(r"\[\s*(\d+\.\d+)\]", lines[0])
    return stamp is not None and float(stamp[1]) < FIRST_LINE_BY_S


def _numbers(text: str | None) -> dict[str, int]:
    """Read ``MemAvailable:  123 kB`` and ``oom_kill 0``."""
    rows = [line.replace(":", " ").split() for line in (text or "").splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _device_tree_number(machine: Machine, name: str) -> int | None:
    try:
        return int.from_bytes(machine.at(name).read_bytes()[:4], "big")
    except OSError:
        return None
