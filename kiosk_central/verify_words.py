"""What is said of a receipt that somebody checks, in Chinese and English; no personal data."""

from datetime import datetime

from kiosk_central.clock import CHINA_TIME
from kiosk_central.signing import Verdict
from kiosk_central.verify import Checked
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.text import Text
from kioskd.protocols.receipt_facts import ReceiptFacts, ReceiptKind

NO_PROOF = Text(
    "这不是缴费凭条的核验码，请检查是否完整。",
    "This is not the code of a receipt. Please check that it is complete.",
)
GENUINE = Text("真实：本凭条由中心签发。", "Genuine: this receipt was issued by the centre.")
REVERSED = Text(
    "本凭条由中心签发，但款项后来已退回，凭条不再有效。",
    "Issued by the centre, but the charge was given back since: the receipt is no longer valid.",
)
NOT_POSTED = Text(
    "签名正确，但账上没有这张凭条，请拨打服务热线。",
    "The signature is right, but this receipt is not in the books. Please call the hotline.",
)
NOT_GENUINE = Text(
    "不真实：内容与签名不符。", "Not genuine: the content does not fit its signature."
)
UNKNOWN_KEY = Text(
    "无法确认：签名所用的密钥未知。", "Cannot be confirmed: signed with a key that is not known."
)

KIND = {
    ReceiptKind.CONTRIBUTION: Text("缴费入账", "Contribution posted"),
    ReceiptKind.SUSPENSE: Text("已收款，未记入月份", "Taken, not booked on any month"),
    ReceiptKind.REVERSAL: Text("款项退回", "Charge given back"),
}
SCHEME = {
    Scheme.PENSION: Text("养老保险", "Pension insurance"),
    Scheme.MEDICAL: Text("医疗保险", "Medical insurance"),
    None: Text("无", "None"),
}


def verdict_of(checked: Checked) -> Text:
    """Say what the check found."""
    if checked.verdict is Verdict.UNKNOWN_KEY:
        return UNKNOWN_KEY
    if checked.verdict is Verdict.NOT_GENUINE:
        return NOT_GENUINE
    if checked.posted is False:
        return NOT_POSTED
    return REVERSED if checked.reversed_at else GENUINE


def facts_of(facts: ReceiptFacts) -> list[tuple[Text, Text]]:
    """Say every fact that the receipt states, with its name."""
    scheme, kind = SCHEME[facts.scheme], KIND[facts.kind]
    return [
        (Text("凭条", "Receipt"), kind),
        (Text("票据号", "Receipt number"), _same(facts.receipt_number)),
        (Text("入账时间", "Posted at"), _same(local_time(facts.posted_at))),
        (Text("缴款编号", "Payment reference"), _same(facts.payment_ref)),
        (Text("险种", "Scheme"), scheme),
        (Text("缴费档次", "Grade"), _same(f"{facts.percent} %" if facts.scheme else "-")),
        (Text("月份", "Months"), _same(_months(facts.months))),
        (Text("金额（元）", "Amount (yuan)"), _same(str(facts.amount))),
    ]


def local_time(moment: str) -> str:
    """Write a stored moment as the citizens' clock shows it."""
    return datetime.fromisoformat(moment).astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")


def _same(text: str) -> Text:
    return Text(text, text)


def _months(months: tuple[Month, ...]) -> str:
    return ", ".join(map(str, months)) or "-"
