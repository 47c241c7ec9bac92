"""The public page where anybody checks a paper: plain HTML, no script, nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from kiosk_central.verify import Checked, CheckedDocument, KnownReceipt
from kiosk_central.verify_words import (
    NO_PROOF,
    NUMBER_KNOWN,
    REVERSED,
    facts_of,
    local_time,
    verdict_of,
)
from kioskd.domain.text import Text

STYLE = (
    'body{font:17px/1.6 "Noto Sans CJK SC","WenQuanYi Micro Hei","Microsoft YaHei",sans-serif;'
    "max-width:42rem;margin:0 auto;padding:1.2rem;background:#f4f6f9;color:#1d2733}"
    "h1{font-size:1.5rem;line-height:1.3}[lang=en]{color:#566475;font-size:.92em}"
    "form,table,.good,.bad{background:#fff;border:1px solid #d5dce4;border-radius:.6rem;"
    "padding:1rem 1.2rem;margin:0 0 1rem}"
    "table{width:100%;border-spacing:0;table-layout:fixed}"
    "th,td{text-align:left;padding:.35rem .8rem .35rem 0;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:36%;font-weight:400;color:#566475}"
    ".good,.bad{font-size:1.2rem;font-weight:600;border-left-width:.5rem}"
    ".good{border-color:#0a6b2d;background:#e4f3e8}.bad{border-color:#a01010;background:#fbe6e6}"
    "textarea{width:100%;box-sizing:border-box;font:16px monospace;padding:.5rem;"
    "border:1px solid #8a97a6;border-radius:.4rem}"
    "button{min-height:2.75rem;padding:.4rem 1.4rem;font:inherit;color:#fff;background:#1557a0;"
    "border:0;border-radius:.45rem;cursor:pointer}"
    "button [lang=en]{color:#fff}:focus-visible{outline:3px solid #f0a020}"
)
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TITLE = Text("核验凭条和证明", "Check a receipt or certificate")
ASK = Text(
    "请扫描凭条或证明上的二维码，或输入证明上的编号。",
    "Scan the QR code on the paper, or type the number printed on a certificate.",
)
CHECK = Text("核验", "Check")
REVERSED_AT = Text("退回时间", "Given back at")
REVOKED_AT = Text("撤销时间", "Revoked at")
TOO_OFTEN = Text(
    "查询次数过多，请稍候再试。", "Too many checks; please try again in a few minutes."
)
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{heading}</h1>
{content}
<form method="get" action="/r">
<p><label for="code">{ask}</label></p>
<p><textarea id="code" name="code" rows="6" maxlength="2048" required></textarea></p>
<p><button type="submit">{check}</button></p>
</form>
</body>
</html>
"""


def form_page() -> str:
    """Return the page that asks for a code."""
    return _page("")


def no_proof_page() -> str:
    """Return the page for a text that is no proof; it does not repeat the text."""
    return _page(_verdict(NO_PROOF, good=False))


def checked_page(checked: Checked | CheckedDocument) -> str:
    """Return what is known of a paper. Facts are shown only where it is in the books."""
    content = _verdict(verdict_of(checked), checked.good)
    if checked.in_books:
        rows = facts_of(checked.facts)
        if checked.ended_at:
            moment = local_time(checked.ended_at)
            name = REVOKED_AT if isinstance(checked, CheckedDocument) else REVERSED_AT
            rows.append((name, Text(moment, moment)))
        content += "\n<table>\n" + "\n".join(map(_row, rows)) + "\n</table>"
    return _page(content)


def too_often_page() -> str:
    """Return the page for who has looked up too many papers in a while."""
    return _page(_verdict(TOO_OFTEN, good=False))


def receipt_page(known: KnownReceipt) -> str:
    """Return what may be said to who typed a receipt's number: that there is one, no more."""
    said = REVERSED if known.reversed_at else NUMBER_KNOWN
    return _page(_verdict(said, good=not known.reversed_at))


def _page(content: str) -> str:
    return _PAGE.format(
        title=escape(f"{TITLE.zh} {TITLE.en}"),
        style=STYLE,
        heading=_both(TITLE),
        content=content,
        ask=_both(ASK),
        check=_both(CHECK),
    )


def _verdict(said: Text, good: bool) -> str:
    return f'<p class="{"good" if good else "bad"}" role="status">{_both(said)}</p>'


def _row(row: tuple[Text, Text]) -> str:
    name, value = row
    shown = escape(value.zh) if value.zh == value.en else _both(value)
    return f"<tr><th>{_both(name)}</th><td>{shown}</td></tr>"


def _both(text: Text) -> str:
    return f'{escape(text.zh)} <span lang="en">{escape(text.en)}</span>'
