"""Why the kiosk cannot show its screens: what provisioning said, else what systemd saw of its end.

systemd hands the unit that it starts by ``OnFailure=`` how the other one ended, as ``MONITOR_...``
(systemd.exec(5)).
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from kioskd import log
from kioskd.config import load
from kioskd.domain.notice import Notice
from kioskd.domain.text import Text
from kioskd.errors import ConfigError

NOTICE_FILE = Path("/run/kioskd-site/notice.json")
WRONG_SETTINGS = "K-01"
FELL, HUNG, NO_MEMORY, NOT_TOLD = "I-20", "I-21", "I-22", "I-23"
FALLS = frozenset({FELL, HUNG, NO_MEMORY})
"""What may be over when the kiosk is started again."""
CALL = Text(
    "断电，等十秒再通电。还是这样就把代码报给运维。",
    "Switch off, wait ten seconds, switch on. If it stays, tell the operator the code.",
)
HOW_IT_ENDED = {
    "watchdog": (HUNG, Text("终端程序不动了。", "The kiosk program hung.")),
    "timeout": (HUNG, Text("终端程序没有启动完成。", "The kiosk program did not finish starting.")),
    "oom-kill": (NO_MEMORY, Text("终端程序用完了内存。", "The kiosk program ran out of memory.")),
}


class _Said(msgspec.Struct):
    """``notice.json``; more may stand in it."""

    code: str
    title: dict[str, str]
    reason: dict[str, str]
    next_step: dict[str, str]
    facts: dict[str, str] = {}


def why(notice_file: Path, config: Path, monitored: Mapping[str, str]) -> Notice:
    """Return the notice that provisioning left, or one made from how the kiosk ended."""
    return said(notice_file) or _wrong_settings(config) or _ended(monitored)


def said(file: Path = NOTICE_FILE) -> Notice | None:
    """Return the notice that provisioning left, None if there is none or it cannot be read."""
    said = _read(file)
    if said is None:
        return None
    return Notice(said.code, _both(said.title), _both(said.reason), _both(said.next_step))


def kiosk_in(file: Path) -> str:
    """Return the kiosk's number as kioskd.txt has it, by that notice; empty if it is not told."""
    said = _read(file)
    return "" if said is None else said.facts.get("kiosk", "").strip("?")


def _read(file: Path) -> _Said | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Said)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as unreadable:
        log.warning("notice.unreadable", reason=type(unreadable).__name__)
        return None


def _both(languages: dict[str, str]) -> Text:
    return Text(languages.get("zh_CN", ""), languages.get("en", ""))


def _wrong_settings(config: Path) -> Notice | None:
    try:
        load(config)
    except ConfigError as wrong:
        detail = f"{wrong.key}: {wrong.reason}"
        return Notice(
            WRONG_SETTINGS,
            Text("设置不对", "The settings are wrong"),
            Text(f"{wrong.file}\n{detail}", f"{wrong.file}\n{detail}"),
            Text(
                "在电脑上改正存储卡里的 kioskd.txt，再通电。",
                "Correct kioskd.txt on the card with a computer, then switch on again.",
            ),
        )
    return None


def _ended(monitored: Mapping[str, str]) -> Notice:
    """Return how the kiosk ended, as far as systemd told it."""
    title = Text("终端程序没有启动", "The kiosk program does not run")
    result = monitored.get("MONITOR_SERVICE_RESULT", "")
    if not result:
        return Notice(NOT_TOLD, title, Text("原因不明。", "The reason is not known."), CALL)
    code, reason = HOW_IT_ENDED.get(
        result, (FELL, Text("终端程序一再退出。", "The kiosk program ended again and again."))
    )
    how = " ".join(
        filter(
            None, (result, monitored.get("MONITOR_EXIT_CODE"), monitored.get("MONITOR_EXIT_STATUS"))
        )
    )
    return Notice(code, title, Text(f"{reason.zh}\n{how}", f"{reason.en}\n{how}"), CALL)
