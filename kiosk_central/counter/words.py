"""Codes of the counter in the words of clerks."""

from typing import Final

from kiosk_central.card_states import ApplicationState
from kiosk_central.counter.acts import Channel
from kiosk_central.problems import Refused
from kioskd.domain.account import PaymentStanding
from kioskd.domain.card import ApplicationKind, CardStatus
from kioskd.domain.contribution import Scheme
from kioskd.protocols.central import ProblemCode

_C, _S, _P = CardStatus, ApplicationState, PaymentStanding
CARDS: Final = {
    None: ("无卡", "quiet"),
    _C.INACTIVE: ("未启用", "warn"),
    _C.ACTIVE: ("正常", "good"),
    _C.PRE_REPORTED: ("挂失中", "warn"),
    _C.LOST: ("已正式挂失", "bad"),
    _C.RETURNED: ("已交回换新", "quiet"),
}
KINDS: Final = {
    ApplicationKind.LOSS: "挂失",
    ApplicationKind.REISSUE: "正式挂失并补卡",
    ApplicationKind.EXCHANGE: "到期换卡",
    ApplicationKind.PROFILE: "修改个人信息",
}
STATES: Final = {
    _S.IN_FORCE: "挂失生效",
    _S.CANCELLED: "已解除挂失",
    _S.LAPSED: "到期恢复",
    _S.MADE_FORMAL: "已转正式挂失",
    _S.ACCEPTED: "已受理",
    _S.MAKING: "制卡中",
    _S.READY: "可领卡",
    _S.COLLECTED: "已领卡",
    _S.ACTIVATED: "已启用",
    _S.REPLACED: "已另行补办",
}
STANDINGS: Final = {
    _P.POSTED: ("已入账", "good"),
    _P.GIVEN_BACK: ("已退回", "quiet"),
    _P.TO_BE_GIVEN_BACK: ("待退回", "warn"),
    _P.IN_PROGRESS: ("处理中", "quiet"),
    _P.IN_DOUBT: ("待核实", "warn"),
    _P.NOT_CHARGED: ("未扣款", "quiet"),
}
SCHEMES: Final = {Scheme.PENSION: "养老保险", Scheme.MEDICAL: "医疗保险"}
FIELDS: Final = {
    "phone": "手机号",
    "address": "地址",
    "contact_name": "联系人",
    "contact_phone": "联系人电话",
}
CHANNELS: Final = {
    Channel.DESK.value: "本人到场",
    Channel.AGENT.value: "代办",
    Channel.HOTLINE.value: "12333",
    Channel.CARD_HOTLINE.value: "社保卡热线",
}
SETTLED: Final = {"cash": "现金", "exempt": "免收"}
QUERY_CODES: Final = {"none": "未设置", "set": "已设置", "locked": "已锁定，须重新设置"}

_FIELD_FAULTS: Final = {
    "holder": ("holder_number", "与此人的身份证号不符，请核对证件"),
    "agent": ("agent_name", "请填写代办人"),
    "agent_name": ("agent_name", "请填写代办人姓名"),
    "agent_id_number": ("agent_number", "代办人身份证号有误，或与本人相同"),
    "reason": ("reason", "代办须写明原因（200 字以内）"),
    "no outlet that hands out cards": ("outlet", "请选择领卡网点"),
    "fee": ("fee", "应收金额或收费方式有误，请重新打开"),
    "voucher": ("voucher", "请填写票据号，只用字母、数字和横线"),
    "voucher taken": ("voucher", "这个票据号已登记过，请核对"),
    "fee reason": ("fee_reason", "免收须写明原因（200 字以内）"),
    "face": ("face", "请先核对证件和面貌"),
    "taken back": ("taken_back", "请先收回旧卡"),
    "not expiring yet": ("", "卡还没有到可以换的日期"),
}
_FAULTS: Final = {
    ProblemCode.CARD_UNKNOWN: ("card_number", "与系统中的卡号不符，请核对卡面"),
    ProblemCode.CARD_EXPIRED: ("", "卡已过有效期，不能启用"),
    ProblemCode.CARD_STATE: ("", "卡或申请的状态已改变，不能办理。请返回个人页面查看。"),
    ProblemCode.REFERENCE_REUSED: ("", "此表已经提交过，内容与上次不同。请重新打开。"),
}


def fault_of(refused: Refused) -> dict[str, str]:
    """Return which field is wrong and why, in words; the field is empty for the whole form."""
    field, words = _FIELD_FAULTS.get(refused.detail) or _FAULTS.get(
        refused.code, ("", f"不能办理（{refused.code.value}）")
    )
    return {field: words}
