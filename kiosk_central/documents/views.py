"""How each paper reads: the words and rows that its template sets, as plain texts.

Templates only place what they are given. Papers are official and in Chinese.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from kiosk_central.clock import CHINA_TIME
from kiosk_central.documents.capitals import in_capitals
from kiosk_central.documents.facts import (
    CardCertificate,
    ContributionReceipt,
    EnrolledIn,
    EnrolmentCertificate,
    Holder,
    PaidMonth,
    Paper,
    RightsRecord,
)
from kioskd.domain.contribution import Month
from kioskd.domain.money import total
from kioskd.protocols.central_documents import DocumentKind

View = dict[str, Any]
PAID_BY = ["缴费方式", "银行卡"]
CERTIFIED = "特此证明。"
TITLES = {
    DocumentKind.RIGHTS_RECORD: "社会保险个人权益记录单",
    DocumentKind.ENROLMENT_CERTIFICATE: "社会保险参保证明",
    DocumentKind.CONTRIBUTION_RECEIPT: "社会保险费缴费凭证",
    DocumentKind.CARD_CERTIFICATE: "社会保障卡领卡证明",
}
ENROLMENT_HEAD = ["险种", "参保状态", "首次参保", "累计缴费", "最近缴费"]
MONTHS_HEAD = ["险种", "缴费年月", "缴费基数", "缴费金额", "记入个人账户", "记入统筹基金"]
ACCOUNT_HEAD = ["年度", "缴费月数", "当年记入", "累计记入（不含利息）"]


def view_of(paper: Paper) -> View:
    """Return everything that the template of ``paper`` sets, but for the QR code."""
    content, head = paper.content, paper.letterhead
    issued = datetime.fromisoformat(paper.issued_at)
    local = issued.astimezone(CHINA_TIME)
    view = _VIEWS[type(content)](content)
    if head.validity:
        view["notes"].append(head.validity)
    return {
        "title": TITLES[paper.kind],
        "subtitle": "",
        "number": paper.number,
        "issued_on": chinese_date(local.date()),
        "moment": {  # UTC, as the metadata of a PDF have it
            "year": issued.year,
            "month": issued.month,
            "day": issued.day,
            "hour": issued.hour,
            "minute": issued.minute,
            "second": issued.second,
        },
        "letterhead": {
            "agency": head.agency,
            "seal_label": head.seal_label,
            "seal_note": head.seal_note,
        },
        "checking": _checking(head.verify_url, head.hotline),
        **view,
    }


def _checking(verify_url: str, hotline: str) -> list[str]:
    address = verify_url.rstrip("/")
    said = ["扫描左侧二维码，或在自助服务终端、经办网点输入编号，可以核验本件真伪。"]
    if address:
        said.append(f"网上核验：{address}")
    if hotline:
        said.append(f"咨询电话：{hotline}")
    return said


def _rights_record(record: RightsRecord) -> View:
    years = _years(record.years)
    rows, sums = _month_rows(record.months)
    return {
        "subtitle": f"记录年度：{years}",
        "holder": [*_holder(record.holder), ["参保地", record.holder.city], ["记录年度", years]],
        "enrolments": _enrolments(record.enrolments),
        "months": {
            "head": MONTHS_HEAD,
            "rows": rows or [["—", "无缴费记录", "—", "—", "—", "—"]],
            "sums": sums,
        },
        "account": {
            "head": ACCOUNT_HEAD,
            "rows": [
                [str(one.year), f"{one.months} 个月", str(one.personal), str(one.balance)]
                for one in record.account
            ],
        },
        "notes": [
            "本记录单所列为打印时社会保险经办系统中的记录；个人账户累计数为缴费本金，不含利息。",
            "打印权益记录单不收取任何费用。对记录有疑问的，可以拨打服务热线或到经办网点核对。",
        ],
    }


def _month_rows(months: Iterable[PaidMonth]) -> tuple[list[list[str]], list[int]]:
    """Return the rows, each scheme and year with its sum below, and which rows are sums."""
    rows: list[list[str]] = []
    sums: list[int] = []
    for (year, _scheme), group in groupby(months, lambda one: (one.month.year, one.scheme)):
        paid = list(group)
        rows += [
            [
                one.scheme,
                str(one.month),
                str(one.base),
                str(one.amount),
                str(one.personal),
                str(one.pool),
            ]
            for one in paid
        ]
        sums.append(len(rows))
        amounts = (
            total([one.amount for one in paid]),
            total([one.personal for one in paid]),
            total([one.pool for one in paid]),
        )
        rows.append([f"{year} 年小计", f"{len(paid)} 个月", "", *map(str, amounts)])
    return rows, sums


def _enrolment_certificate(certificate: EnrolmentCertificate) -> View:
    holder, day = certificate.holder, chinese_date(certificate.as_of)
    active = [one.scheme for one in certificate.enrolments if one.active]
    if active:
        state = f"目前在我机构参加{'、'.join(active)}，参保状态正常。"
    else:
        state = "曾在我机构参加社会保险，目前各险种均为暂停参保状态。"
    return {
        "statement": [f"{_certified(holder)}{state}截至{day}，参保情况如下："],
        "closing": CERTIFIED,
        "enrolments": _enrolments(certificate.enrolments),
        "notes": [
            f"本证明反映截至 {day} 社会保险经办系统中的记录，此后发生的变动以系统记录为准。",
        ],
    }


def _contribution_receipt(receipt: ContributionReceipt) -> View:
    posted = datetime.fromisoformat(receipt.posted_at).astimezone(CHINA_TIME)
    months = _spans(receipt.months)
    return {
        "holder": [
            *_holder(receipt.holder),
            ["参保地", receipt.holder.city],
            ["缴费方式", "银行卡"],
        ],
        "payment": [
            ["票据号", receipt.receipt_number],
            ["入账时间", posted.strftime("%Y-%m-%d %H:%M:%S")],
            ["险种", receipt.scheme],
            ["缴费档次", f"{receipt.percent}%（月缴费基数 {receipt.base} 元）"],
            ["费款所属期", f"{months}（共 {len(receipt.months)} 个月）"],
            ["每月金额", f"{receipt.monthly} 元"],
            ["记入个人账户", f"{receipt.personal} 元"],
            ["记入统筹基金", f"{receipt.pool} 元"],
            ["缴款编号", receipt.payment_ref],
            ["终端号、凭证号", f"{receipt.terminal_id}　{receipt.pin_pad_receipt:06d}"],
        ],
        "amount": str(receipt.amount),
        "amount_words": in_capitals(receipt.amount),
        "notes": [
            "本凭证依据已入账的缴费记录开具，可以重复打印；重复打印不代表重复缴费。",
        ],
    }


def _card_certificate(certificate: CardCertificate) -> View:
    done, ended = (
        ("到期换卡", "已经交回") if certificate.handed_in else ("正式挂失和补领", "已经停用")
    )
    stated = (
        f"在我机构办理社会保障卡{done}手续，"
        f"原卡（尾号 {certificate.old_card_tail}）{ended}，新卡正在制作，领取办法如下："
    )
    first, last = chinese_date(certificate.collect_from), chinese_date(certificate.collect_to)
    return {
        "statement": [
            f"{_certified(certificate.holder)}已于{chinese_date(certificate.applied_on)}{stated}"
        ],
        "closing": CERTIFIED,
        "collecting": [
            ["申请编号", certificate.application],
            ["领卡时间", f"{first}至{last}"],
            ["领卡网点", certificate.outlet],
            ["网点地址", certificate.outlet_address],
        ],
        "notes": list(certificate.entitles),
    }


_VIEWS: dict[type, Callable[[Any], View]] = {
    RightsRecord: _rights_record,
    EnrolmentCertificate: _enrolment_certificate,
    ContributionReceipt: _contribution_receipt,
    CardCertificate: _card_certificate,
}


def _holder(holder: Holder) -> list[list[str]]:
    return [["姓名", holder.name.reveal()], ["公民身份号码", holder.id_number.reveal()]]


def _certified(holder: Holder) -> str:
    return f"兹证明{holder.name.reveal()}（公民身份号码：{holder.id_number.reveal()}）"


def _enrolments(enrolments: Iterable[EnrolledIn]) -> View:
    rows = [
        [
            one.scheme,
            "正常参保" if one.active else "暂停参保",
            str(one.since),
            f"{one.months_paid} 个月",
            str(one.last_paid) if one.last_paid else "—",
        ]
        for one in enrolments
    ]
    return {"head": ENROLMENT_HEAD, "rows": rows}


def _years(years: tuple[int, ...]) -> str:
    return "、".join(f"{year} 年" for year in years)


def _spans(months: tuple[Month, ...]) -> str:
    """Write months that follow each other as one span: 2026年01月至2026年12月."""
    spans: list[list[Month]] = []
    for month in months:
        if spans and spans[-1][-1].plus(1) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    ends = [(_month(span[0]), _month(span[-1])) for span in spans]
    return "、".join(first if first == last else f"{first}至{last}" for first, last in ends)


def _month(month: Month) -> str:
    return f"{month.year}年{month.month:02d}月"


def chinese_date(day: date) -> str:
    """Write a day as papers do: 2026年11月26日."""
    return f"{day.year}年{day.month}月{day.day}日"
