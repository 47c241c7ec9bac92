"""How a try to enrol ended: told by the kiosk's own account, read and put into words by root.

The account that speaks with the network cannot write the report or read other secrets; root reads
what it told, puts it into report and notice, and forgets a code that has served. The try itself is
in ``enrolling``, which brings what every boot need not load.
"""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import msgspec

from kioskd import log
from kioskd.domain.text import Text
from kioskd.provision.findings import CALL, Step, Verdict, good
from kioskd.relay.safe_file import write_safely

PAUSE_MAX_S = 60.0
NAME = Text("在中心入网", "Enrolment at the centre")


class Ending(Enum):
    """How one try ended."""

    ENROLLED = "enrolled"
    NOT_REACHED = "not_reached"
    CLOCK_BEHIND = "clock_behind"
    PUT_OFF = "put_off"
    """The centre asks to come again later."""
    REFUSED = "refused"
    """For good: this code will not do."""
    NOT_KEPT = "not_kept"
    """Enrolled at the centre, but the disk here refused the certificate."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last try ended; no secret."""

    ending: Ending
    detail: str = ""
    """The centre's code, or what stood in the way."""
    tries: int = 1
    until: str = ""
    """Of the certificate."""

    @property
    def is_good(self) -> bool:
        """Tell whether the centre knows this kiosk now."""
        return self.ending is Ending.ENROLLED

    @property
    def is_final(self) -> bool:
        """Tell whether the code has served or never will."""
        return self.ending in (Ending.ENROLLED, Ending.REFUSED)


def pause_s(tries: int) -> float:
    """Return how long to wait before the next try: 2, 4, 8... seconds, a minute at most."""
    return min(2.0 ** min(tries, 10), PAUSE_MAX_S) if tries else 0.0


def after(tries: int, outcome: Outcome) -> Outcome:
    """Return the outcome of a try that ``tries`` others went before."""
    return replace(outcome, tries=tries + 1)


def save(path: Path, outcome: Outcome) -> None:
    """Tell root. Raises OSError."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    write_safely(path, msgspec.json.encode(outcome), 0o644)
    log.event("enrolment.tried", ending=outcome.ending, detail=outcome.detail, tries=outcome.tries)


def saved(path: Path) -> Outcome | None:
    """Return how the last try ended; None if none was made since power-on."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Outcome)
    except (OSError, msgspec.DecodeError):
        return None


def step_of(outcome: Outcome | None, *, has_identity: bool, has_code: bool) -> Step:
    """Return where enrolment stands, with the next step."""
    if outcome is not None and (has_code or outcome.is_final):
        return _told(outcome)
    if has_code:
        waiting = Text("正在联系中心。", "The centre is being asked.")
        look = Text("请等一分钟。", "Wait a minute.")
        return Step(NAME, Verdict.UNKNOWN, waiting, look, "I-10", stops=not has_identity)
    return good(NAME) if has_identity else _no_code()


def _no_code() -> Step:
    reason = Text("还没有入网：没有入网码。", "Not enrolled: there is no code.")
    return Step(NAME, Verdict.FAILED, reason, _new_code("I-14"), "I-14", stops=True)


def _told(outcome: Outcome) -> Step:
    if outcome.ending is Ending.ENROLLED:
        until = outcome.until[:10]
        words = Text(f"证书到 {until}。", f"Certificate until {until}.") if until else Text("", "")
        return good(NAME, words)
    if outcome.ending is Ending.REFUSED:
        code, reason = REFUSALS.get(outcome.detail, _OTHER_REFUSAL)
        told = Text(f"{reason.zh}（{outcome.detail}）", f"{reason.en} ({outcome.detail})")
        return Step(NAME, Verdict.FAILED, told, _new_code(code), code, stops=True)
    code, reason, next_step = WAITS[outcome.ending]
    tries = Text(f"已试 {outcome.tries} 次", f"{outcome.tries} tries")
    if outcome.detail:
        tries = Text(f"{tries.zh}，{outcome.detail}", f"{tries.en}, {outcome.detail}")
    told = Text(f"{reason.zh}（{tries.zh}）", f"{reason.en} ({tries.en})")
    return Step(NAME, Verdict.FAILED, told, next_step, code, stops=True)


def _new_code(code: str) -> Text:
    if code == "I-15":
        return CALL
    return Text(
        "请中心重新发入网码（kiosk-central kiosk enrol），写进 kioskd.txt 的 code。",
        "Have the centre make a new code (kiosk-central kiosk enrol), write it into kioskd.txt.",
    )


REFUSALS = {  # by the problem codes of the contract, which every boot need not load
    "code_used": (
        "I-11",
        Text(
            "入网码已经用过，或者后来又发了新的。若不是你们用的，请中心立即撤销。",
            "The code was used, or a newer one was made. If it was not you, have it revoked.",
        ),
    ),
    "code_expired": (
        "I-12",
        Text("入网码过了 24 小时。", "The code is older than 24 hours."),
    ),
    "code_unknown": (
        "I-13",
        Text("这个入网码不是给这个终端编号的。", "The code is not for a kiosk of this number."),
    ),
    "kiosk_unknown": (
        "I-13",
        Text("中心没有这个终端编号。", "The centre has no kiosk of this number."),
    ),
}
_OTHER_REFUSAL = ("I-15", Text("中心不接受。", "The centre refuses."))

WAITS = {
    Ending.NOT_REACHED: (
        "I-10",
        Text("连不上中心，会继续试。", "The centre is not reached; it is tried again."),
        Text(
            "检查网线、地址，以及 kioskd.txt 里的 centre 和 centre-ca.pem。",
            "Check the cable, the addresses, centre in kioskd.txt, and centre-ca.pem.",
        ),
    ),
    Ending.PUT_OFF: (
        "I-10",
        Text("中心请稍后再试，会继续试。", "The centre asks to come later; it is tried again."),
        Text("请等十分钟。", "Wait ten minutes."),
    ),
    Ending.CLOCK_BEHIND: (
        "I-16",
        Text(
            "时钟还在过去，正在向中心对时。",
            "The clock is in the past; the centre is asked for it.",
        ),
        Text("检查网线和 kioskd.txt 里的 centre。", "Check the cable, and centre in kioskd.txt."),
    ),
    Ending.NOT_KEPT: (
        "I-06",
        Text("证书存不进数据分区。", "The data partition refused the certificate."),
        CALL,
    ),
}
