"""What is said of a paper that somebody checks, in Chinese and English.

Of its holder no more than the mask that the QR code itself holds.
"""

from datetime import datetime

from kiosk_central.clock import CHINA_TIME
from kiosk_central.signing import Verdict
from kiosk_central.verify import Checked, CheckedDocument
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.text import Text
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.document_facts import DocumentFacts
from kioskd.protocols.receipt_facts import ReceiptFacts, ReceiptKind

NO_PROOF = Text(
    "没有查到：这不是本中心凭条或证明的核验码，也没有这个编号。请检查是否完整。",
    "Not found: neither the code of a paper of ours nor a number that was ever given."
    " Please check that it is complete.",
)
GENUINE = Text("真实：本凭条由中心签发。", "Genuine: this receipt was issued by the centre.")
REVERSED = Text(
    "本凭条由中心签发，但款项后来已退回，凭条不再有效。",
    "Issued by the centre, but the charge was given back since: the receipt is no longer valid.",
)
NUMBER_KNOWN = Text(
    "中心有这个票据号。要核对凭条上的内容，请扫描凭条上的二维码。",
    "There is a receipt of this number. To check what stands on it, scan its QR code.",
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
DOCUMENT_GENUINE = Text(
    "真实：本件由中心签发，目前有效。", "Genuine: this paper was issued by the centre and stands."
)
REVOKED = Text(
    "本件由中心签发，但后来已被撤销，不再有效。",
    "Issued by the centre, but revoked since: this paper is no longer valid.",
)
NOT_ISSUED = Text(
    "签名正确，但中心没有这份证明的记录，请拨打服务热线。",
    "The signature is right, but this paper is not in the books. Please call the hotline.",
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


DOCUMENT_KIND = {
    DocumentKind.RIGHTS_RECORD: Text("社会保险个人权益记录单", "Rights record"),
    DocumentKind.ENROLMENT_CERTIFICATE: Text("社会保险参保证明", "Enrolment certificate"),
    DocumentKind.CONTRIBUTION_RECEIPT: Text("社会保险费缴费凭证", "Contribution receipt"),
    DocumentKind.CARD_CERTIFICATE: Text("社会保障卡领卡证明", "Card certificate"),
}
PERIOD = {
    DocumentKind.RIGHTS_RECORD: Text("记录所属期", "Months listed"),
    DocumentKind.ENROLMENT_CERTIFICATE: Text("参保起止", "Enrolled"),
    DocumentKind.CONTRIBUTION_RECEIPT: Text("费款所属期", "Months paid for"),
    DocumentKind.CARD_CERTIFICATE: Text("领卡时间", "To be collected"),
}
SUBJECT = {
    DocumentKind.CONTRIBUTION_RECEIPT: Text("票据号", "Receipt number"),
    DocumentKind.CARD_CERTIFICATE: Text("申请编号", "Application"),
}
HOLDER = Text("姓名", "Holder")
ISSUED_AT = Text("签发时间", "Issued at")


def verdict_of(checked: Checked | CheckedDocument) -> Text:
    """Say what the check found."""
    if checked.verdict is Verdict.UNKNOWN_KEY:
        return UNKNOWN_KEY
    if checked.verdict is Verdict.NOT_GENUINE:
        return NOT_GENUINE
    if isinstance(checked, CheckedDocument):
        if checked.issued is False:
            return NOT_ISSUED
        return REVOKED if checked.revoked_at else DOCUMENT_GENUINE
    if checked.posted is False:
        return NOT_POSTED
    return REVERSED if checked.reversed_at else GENUINE


def facts_of(facts: ReceiptFacts | DocumentFacts) -> list[tuple[Text, Text]]:
    """Say every fact that the proof states, with its name."""
    if isinstance(facts, DocumentFacts):
        return [
            (Text("名称", "Paper"), DOCUMENT_KIND[facts.kind]),
            (Text("编号", "Number"), _same(facts.number)),
            (ISSUED_AT, _same(local_time(facts.issued_at))),
            (HOLDER, _same(facts.holder)),
            *stated_in(facts),
        ]
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


def stated_in(facts: DocumentFacts) -> list[tuple[Text, Text]]:
    """Say what a document states beside its kind, number, time and holder."""
    rows = [(Text("公民身份号码后四位", "ID number ends with"), _same(facts.id_tail))]
    if facts.subject:
        rows.append((SUBJECT[facts.kind], _same(facts.subject)))
    if facts.period:
        first, last = facts.period.first.isoformat(), facts.period.last.isoformat()
        rows.append((PERIOD[facts.kind], Text(f"{first} 至 {last}", f"{first} to {last}")))
    if facts.months:
        rows.append((Text("缴费月数", "Months paid"), _same(str(facts.months))))
    if facts.amount:
        rows.append((Text("金额合计（元）", "Sum (yuan)"), _same(str(facts.amount))))
    return rows


def local_time(moment: str) -> str:
    """Write a stored moment as the citizens' clock shows it."""
    return datetime.fromisoformat(moment).astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S")


def _same(text: str) -> Text:
    return Text(text, text)


def _months(months: tuple[Month, ...]) -> str:
    return ", ".join(map(str, months)) or "-"
