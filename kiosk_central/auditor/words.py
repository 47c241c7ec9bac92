"""Codes of the books in the words of who reads them."""

from typing import Final

from kiosk_central.counter.words import CHANNELS
from kiosk_central.web.roles import TITLES
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import DifferenceKind

STATES: Final = {
    PaymentState.CONFIRMED: ("已扣款", "good"),
    PaymentState.INTENDED: ("已发起", "quiet"),
    PaymentState.APPROVED: ("已批准，待确认", "quiet"),
    PaymentState.UNKNOWN: ("结果不明", "warn"),
    PaymentState.UNRESOLVED: ("终端无法查明", "bad"),
    PaymentState.REVERSED: ("已退回", "quiet"),
    PaymentState.DECLINED: ("未扣款（拒绝）", "quiet"),
    PaymentState.NOT_STARTED: ("未扣款（未开始）", "quiet"),
}
"""In the order in which the tabs stand; REVERSING is the kiosk's own affair."""

_K = DifferenceKind
DIFFERENCES: Final = {
    _K.MONTHS_PAID_ELSEWHERE: "月份已由另一笔缴清，款项挂账",
    _K.MONTHS_LOCKED_ELSEWHERE: "结果不明，月份未能保留",
    _K.ASSESSMENT_UNKNOWN: "没有对应的核定单，款项挂账",
    _K.BODY: "金额或核定单与账上不同",
    _K.STATE: "终态之后又报另一终态",
    _K.RECORD: "同一状态有两份刷卡记录",
    _K.NEVER_ENDED: "已发起，一直没有结果",
    _K.OUTCOME_UNRESOLVED: "终端无法查明，须人工处理",
    _K.NOT_GIVEN_BACK: "应退回，刷卡器未能退回",
    _K.TOTALS: "日终：刷卡器合计与终端日志不同",
    _K.NOT_IN_JOURNAL: "日终：账上有，终端日志没有",
    _K.NOT_POSTED: "日终：终端日志有，账上没有",
    _K.NOT_AT_BANK: "账上有，银行对账单没有",
    _K.NOT_IN_LEDGER: "银行对账单有，账上没有",
    _K.BANK_AMOUNT: "银行金额与账上不同",
    _K.BANK_TWICE: "银行重复结算",
    _K.CHAIN: "终端日志与先前锚定的不同",
}

_ROLES: Final = {role.value: words for role, words in TITLES.items()}


def detail_words(act: str, detail: str) -> str:
    """Put the codes in what was noted beside an act into words: how she came, roles given."""
    if act == "account.add":
        return "、".join(_ROLES.get(word, word) for word in detail.split())
    channel, _, more = detail.partition(" ")
    return f"{CHANNELS.get(channel, channel)} {more}".strip()
