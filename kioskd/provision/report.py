"""What a laptop reads on the card and what the panel says: every step, why, and what to do next."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import kioskd
from kioskd.domain.text import Text
from kioskd.provision.findings import Step, Verdict
from kioskd.provision.machine import Machine, writable
from kioskd.provision.made_files import write_made
from kioskd.provision.places import Places
from kioskd.provision.site_lines import Fault
from kioskd.relay.safe_file import write_safely
from kioskd.technician.sockets import Kind, Plugged
from kioskd.update.slots import software_version

BEIJING: Final = timezone(timedelta(hours=8))
_VERDICTS: Final = {
    Verdict.GOOD: "[ OK ] 正常",
    Verdict.FAILED: "[FAIL] 有问题",
    Verdict.UNKNOWN: "[ ?? ] 还不知道",
}
_SINCE: Final = "时间 Time: "


@dataclass(frozen=True, slots=True)
class Facts:
    """About this machine, as the head of the report has it. No secret."""

    kiosk: str
    lines: tuple[tuple[str, str], ...]

    def as_json(self) -> Mapping[str, str]:
        """Return them by their names in English."""
        return {name.rpartition(" ")[2].lower(): value for name, value in self.lines}


def facts_of(machine: Machine, kiosk: str) -> Facts:
    """Return what this machine can tell of itself."""
    links = [
        (f"网卡 {link.name}", " ".join((link.mac, *(link.addresses or ("没有地址 no address",)))))
        for link in machine.links()
    ]
    return Facts(
        kiosk,
        (
            ("终端编号 Kiosk", kiosk or "?"),
            ("软件版本 Version", software_version()),
            ("系统分区 Slot", machine.slot() or "-"),
            ("序列号 Serial", machine.serial_number() or "?"),
            *links,
            *(_socket(plugged) for plugged in machine.sockets() if plugged.kind is not Kind.HUB),
        ),
    )


def _socket(plugged: Plugged) -> tuple[str, str]:
    """Return a USB device by the words that kioskd.txt wants, for whoever has no console."""
    names = [line.port_name(plugged.port) for line in plugged.lines] or [plugged.port]
    refused = "" if plugged.let_in else "不接入 refused"
    what = (plugged.kind.value, plugged.usb_id, plugged.name, refused)
    return f"插口 {' '.join(names)}", " ".join(filter(None, what))


def report(facts: Facts, steps: Iterable[Step], now: float) -> str:
    """Return the report as text, with the line ends of Windows."""
    at = datetime.fromtimestamp(now, UTC).astimezone(BEIJING)
    wrong = "" if now >= _built_at() else "（时钟还没对 clock not set）"
    lines = [
        "社会保障自助终端 安装报告 / Kiosk installation report",
        f"{_SINCE}{at:%Y-%m-%d %H:%M} UTC+8{wrong}",
        *(f"{name}: {value}" for name, value in facts.lines),
    ]
    for step in steps:
        lines += ["", *_told(step)]
    return "\r\n".join([*lines, ""])


def _built_at() -> float:
    """Return when the program was built: no clock that is right shows less."""
    return Path(kioskd.__file__).stat().st_mtime


def _told(step: Step) -> list[str]:
    code = f" ({step.code})" if step.code else ""
    told = [f"{_VERDICTS[step.verdict]}{code}  {step.name.zh} / {step.name.en}"]
    told += _both("    ", step.reason)
    for fault in step.lines:
        told += _both("    ", _with_line(fault))
    if step.next_step.zh:
        told += _both("    -> ", step.next_step)
    return told


def _with_line(fault: Fault) -> Text:
    if not fault.line:
        return fault.what
    return Text(f"第 {fault.line} 行：{fault.what.zh}", f"Line {fault.line}: {fault.what.en}")


def _both(indent: str, text: Text) -> list[str]:
    return [indent + line for words in (text.zh, text.en) for line in words.splitlines()]


def write_report(places: Places, machine: Machine, text: str) -> None:
    """Put the report on the FAT partition, if it says anything new. Raises OSError."""
    data = b"\xef\xbb\xbf" + text.encode("utf-8")
    if _without_time(places.report) == _timeless(data):
        return
    with writable(machine, places.boot):
        write_safely(places.report, data)


def _without_time(path: Path) -> list[bytes]:
    try:
        return _timeless(path.read_bytes())
    except OSError:
        return []


def _timeless(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\r\n") if not line.startswith(_SINCE.encode("utf-8"))]


def write_notice(places: Places, facts: Facts, steps: Iterable[Step]) -> None:
    """Say on the panel what stops this kiosk; nothing if nothing does. Raises OSError."""
    stopping = next((step for step in steps if step.stops), None)
    if stopping is None:
        places.notice.unlink(missing_ok=True)
        return
    notice = {
        "code": stopping.code,
        "title": _languages(stopping.name),
        "reason": _languages(_whole_reason(stopping)),
        "next_step": _languages(stopping.next_step),
        "facts": dict(facts.as_json()),
    }
    write_made(places.notice, json.dumps(notice, ensure_ascii=False, indent=1))


def _whole_reason(step: Step) -> Text:
    texts = [step.reason, *(_with_line(fault) for fault in step.lines)]
    return Text("\n".join(one.zh for one in texts), "\n".join(one.en for one in texts))


def _languages(text: Text) -> dict[str, str]:
    return {"zh_CN": text.zh, "en": text.en}
