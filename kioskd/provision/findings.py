"""What provisioning finds, step by step: good, failed or unknown, why, and what to do next.

Each reason is given in both languages, and has a code that the runbook lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import msgspec

from kioskd.domain.text import Text
from kioskd.provision.made_files import write_made
from kioskd.provision.site_lines import Fault

NOTHING = Text("", "")


class Verdict(Enum):
    """How a step ended."""

    GOOD = "good"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Not tried yet, or it cannot be told. Never shown as good."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of provisioning."""

    name: Text
    verdict: Verdict
    reason: Text = NOTHING
    next_step: Text = NOTHING
    code: str = ""
    """An operator's code; empty where all is well."""
    stops: bool = False
    """Whether the kiosk cannot serve anybody before this is put right."""
    lines: tuple[Fault, ...] = ()
    """Of kioskd.txt, that are wrong."""


NOT_GROWN = "I-08"

SITE = Text("安装文件 kioskd.txt", "Site file kioskd.txt")
CA = Text("中心证书 centre-ca.pem", "Centre's CA centre-ca.pem")
SEAL = Text("印章证书 seal-ca.pem", "Seal CA seal-ca.pem")
DATA = Text("数据分区", "Data partition")
SECRETS = Text("密码和入网码", "Secrets")
OWNER = Text("终端身份", "Whose data")
RETIRED = Text("停用", "Retirement")
CORRECT = Text(
    "在电脑上打开存储卡里的 kioskd.txt，改正后放回。",
    "Open kioskd.txt on the card with a computer, correct it, put the card back.",
)
CALL = Text("请联系运维。", "Call the operator.")


def good(name: Text, reason: Text = NOTHING) -> Step:
    """Return a step that went well."""
    return Step(name, Verdict.GOOD, reason)


def stumbled(why: str) -> Step:
    """A file that must be read or written failed in the middle: the card, or memory's room."""
    reason = Text(f"读写失败：{why}。", f"Reading or writing failed: {why}.")
    again = Text(
        "断电再通电一次；还是这样就换卡：先联系运维，卡上的账要先核对。",
        "Switch off and on once. If it stays, call: the journal on the card is needed.",
    )
    return Step(DATA, Verdict.FAILED, reason, again, "I-06", stops=True)


def no_site_file(near: str) -> Step:
    """There is no kioskd.txt; ``near`` is a file that looks like one."""
    reason = Text("存储卡上没有 kioskd.txt。", "There is no kioskd.txt on the card.")
    rename = Text(f"把“{near}”改名为 kioskd.txt。", f"Rename “{near}” to kioskd.txt.")
    copy = Text("把填好的 kioskd.txt 放到存储卡上。", "Put a filled-in kioskd.txt on the card.")
    return Step(SITE, Verdict.FAILED, reason, rename if near else copy, "I-01", stops=True)


def wrong_lines(faults: Iterable[Fault]) -> Step:
    """Lines of kioskd.txt are wrong."""
    lines = tuple(faults)
    reason = Text(f"有 {len(lines)} 处不对。", f"{len(lines)} things are wrong.")
    return Step(SITE, Verdict.FAILED, reason, CORRECT, "I-02", stops=True, lines=lines)


def bad_ca(name: Text, why: Text, code: str) -> Step:
    """A certificate that the kiosk pins is missing or is none."""
    file = name.en.rpartition(" ")[2]
    next_step = Text(f"把中心给的 {file} 放到存储卡上。", f"Put the centre's {file} on the card.")
    return Step(name, Verdict.FAILED, why, next_step, code, stops=True)


def no_data(reason: Text) -> Step:
    """The data partition is not there."""
    next_step = Text(
        "收过款的卡先联系运维，卡上的账要先核对。再换一张卡写入镜像。",
        "Call first if it has taken payments: its journal is needed. Then flash another card.",
    )
    return Step(DATA, Verdict.FAILED, reason, next_step, "I-05", stops=True)


def data_read_only() -> Step:
    """It can be read only: the file system found a fault, or the card has worn out."""
    reason = Text(
        "数据分区只能读：存储卡可能坏了。不能收款。",
        "The data partition is read-only: the card may be worn out. No payments.",
    )
    next_step = Text(
        "重启一次。还是这样就换卡：先联系运维，卡上的账要先核对。",
        "Restart once. If it stays, replace the card; call first: the journal on it is needed.",
    )
    return Step(DATA, Verdict.FAILED, reason, next_step, "I-06")


def data_full(free_kib: int) -> Step:
    """There is no room."""
    reason = Text(
        f"数据分区满了（剩 {free_kib} KiB）。不能收款。",
        f"The data partition is full ({free_kib} KiB left). No payments.",
    )
    return Step(DATA, Verdict.FAILED, reason, CALL, "I-07")


def data_not_grown(why: str) -> Step:
    """It stays as small as the image has it, which is enough for a while."""
    reason = Text(f"数据分区没有扩大：{why}。", f"The data partition was not grown: {why}.")
    return Step(DATA, Verdict.FAILED, reason, CALL, NOT_GROWN)


def boot_not_written(why: str) -> Step:
    """The FAT partition cannot be written: secrets stay in kioskd.txt, no report."""
    reason = Text(
        f"存储卡的启动分区写不进去（{why}），密码和入网码还留在 kioskd.txt 里。",
        f"The boot partition cannot be written ({why}): secrets still stand in kioskd.txt.",
    )
    next_step = Text(
        "在电脑上检查这张卡，打开写保护开关。", "Check the card in a computer, and its lock switch."
    )
    return Step(SECRETS, Verdict.FAILED, reason, next_step, "I-09")


def other_kiosk(owner: str, kiosk: str) -> Step:
    """The data on this card are of another kiosk than kioskd.txt says."""
    reason = Text(
        f"卡上的数据是 {owner} 的，kioskd.txt 写的是 {kiosk}。",
        f"The data on this card are of {owner}, but kioskd.txt says {kiosk}.",
    )
    next_step = Text(
        f"把 kiosk 改回 {owner}；要换编号，先做“kioskd retire”，再重新写卡。",
        f"Write kiosk = {owner} again; to give it another number, first `kioskd retire` it.",
    )
    return Step(OWNER, Verdict.FAILED, reason, next_step, "I-17", stops=True)


def not_retired(left: Iterable[str], final: bool) -> Step:
    """The kiosk was to be retired, and something is open."""
    lines = "\n".join(left)
    reason = Text(f"还不能停用：\n{lines}", f"It cannot be retired yet:\n{lines}")
    wait = Text(
        "接好网络再试；要核对的交给中心。卡里的账不要丢。",
        "Try again with the network plugged in; what is to be settled goes to the centre.",
    )
    force = Text(
        "接好网络再试；确实要停用，写明原因：kioskd retire --force --reason。",
        "Try again with the network plugged in, or give a reason: kioskd retire --force --reason.",
    )
    return Step(RETIRED, Verdict.FAILED, reason, wait if final else force, "I-18")


def retirement_unclear() -> Step:
    """It was cut while the centre was being told."""
    reason = Text("停用没有做完。", "Retiring it was cut short.")
    again = Text("再运行一次 kioskd retire。", "Run `kioskd retire` again.")
    return Step(RETIRED, Verdict.UNKNOWN, reason, again, "I-18")


def not_wiped(kiosk: str, why: str) -> Step:
    """The centre has the end on record, and the card refuses to be written over."""
    reason = Text(
        f"{kiosk} 已停用，但数据没有清除干净（{why}）。",
        f"{kiosk} is retired, but its data are not wiped ({why}).",
    )
    destroy = Text(
        "断电再通电一次；还是这样就销毁这张卡。",
        "Switch off and on once; if it stays, destroy the card.",
    )
    return Step(RETIRED, Verdict.FAILED, reason, destroy, "I-18", stops=True)


def retired(kiosk: str, at: str, by: str, ref: str) -> Step:
    """It is no kiosk any more."""
    known = Text(f"中心已登记（{at}）", f"The centre has it on record ({at})")
    untold = Text("中心还不知道", "The centre does not know of it")
    told = known if at else untold
    reason = Text(
        f"{kiosk} 已停用，数据已清除。{told.zh}，编号 {ref}。",
        f"{kiosk} is retired and wiped. {told.en}, reference {ref}.",
    )
    done = Text(
        "可以拆下。再用这张卡：在 kioskd.txt 写新的入网码。",
        "It may be unscrewed. To use the card again, write a new code into kioskd.txt.",
    )
    tell = Text(
        f"请中心运行：kiosk-central kiosk retire {kiosk} --by {by} --note {ref}。",
        f"Have the centre run: kiosk-central kiosk retire {kiosk} --by {by} --note {ref}.",
    )
    next_step = done if at else Text(f"{tell.zh}{done.zh}", f"{tell.en} {done.en}")
    return Step(RETIRED, Verdict.GOOD, reason, next_step, "I-19", stops=True)


def save(path: Path, steps: Iterable[Step]) -> None:
    """Keep what was found for the report. Raises OSError."""
    write_made(path, msgspec.json.encode(tuple(steps)))


def saved(path: Path) -> tuple[Step, ...]:
    """Return what was kept; nothing if there is none. Raises OSError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Step, ...])
    except (FileNotFoundError, msgspec.DecodeError):
        return ()
