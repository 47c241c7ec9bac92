"""The names that ``kioskd.txt`` may use, and what each may be. ``docs/provisioning.md`` lists them.

Beside these, any dotted key of the configuration is taken (``pin_pad.baud = 9600``), but for those
that the image decides.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from kioskd.domain.enrolment_code import read_code
from kioskd.domain.text import Text

USED: Final = "(used)"
KEPT: Final = "(kept)"
"""What stands in the place of a secret that was taken. No secret is shorter than these."""
OUTLET_MAX: Final = 40
SSID_BYTES_MAX: Final = 32
FREE_TEXT: Final = ("outlet", "outlet_en", "wifi", "retire")
"""What may be written in any characters."""
_FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_PANEL = re.compile(r"(?:(\d{3,4})x(\d{3,4}))?\s*(?:(\d{2,4})\s*mm)?")

Check = Callable[[str], Text | None]
"""Returns why a value cannot be, or None."""


@dataclass(frozen=True, slots=True)
class Key:
    """One name of the file."""

    check: Check
    required: bool = False
    mark: str = ""
    """Of a secret: what stands in its place once it was taken."""


def _matches(pattern: str, zh: str, en: str) -> Check:
    def check(value: str) -> Text | None:
        return None if re.fullmatch(pattern, value) else Text(zh, en)

    return check


def _outlet(value: str) -> Text | None:
    if 1 <= len(value) <= OUTLET_MAX and value.isprintable():
        return None
    return Text(f"1 到 {OUTLET_MAX} 个字。", f"1 to {OUTLET_MAX} characters.")


def centre_url(value: str) -> str | None:
    """Return the address with its scheme, or None if it is none: ``centre.example:8470``."""
    address = value if "://" in value else f"https://{value}"
    parts = urlsplit(address)
    try:
        _ = parts.port
    except ValueError:
        return None
    host = parts.netloc.rpartition(":")[0] if _has_port(parts.netloc) else parts.netloc
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return address if parts.scheme == "https" and plain and _HOST.fullmatch(host) else None


def _has_port(place: str) -> bool:
    return re.search(r":\d+$", place) is not None


def _centre(value: str) -> Text | None:
    if value.startswith("http://"):
        return Text(
            "不能用 http，写 https:// 或只写地址。", "Not http: write https:// or the bare address."
        )
    if centre_url(value) is None:
        return Text(
            "写中心的地址，例如 centre.example:8470。", "An address, such as centre.example:8470."
        )
    return None


def _code(value: str) -> Text | None:
    if read_code(value) is None:
        return Text(
            "入网码抄错了：请对照中心给的入网码（5 组，最后一组 2 个字符）。",
            "Mistyped: compare with the code from the centre (5 groups, the last of 2 characters).",
        )
    return None


def _address(value: str) -> Text | None:
    try:
        found = ipaddress.ip_interface(value)
    except ValueError:
        found = None
    if found is None or "/" not in value:
        return Text(
            "写地址和前缀长度，例如 10.0.0.20/24。", "An address with its prefix: 10.0.0.20/24."
        )
    ends = (found.network.network_address, found.network.broadcast_address)
    if found.version == 4 and found.network.prefixlen < 31 and found.ip in ends:
        return Text("这是网络本身的地址，不能给设备。", "That is the network's own address.")
    return None


def _gateway(value: str) -> Text | None:
    return None if _is_ip(value) else Text("写一个 IP 地址。", "An IP address.")


def addresses_in(value: str) -> tuple[str, ...]:
    """Return the addresses of a list separated by commas or spaces."""
    return tuple(re.split(r"[,\s]+", value.strip(", ")))


def _dns(value: str) -> Text | None:
    if all(map(_is_ip, addresses_in(value))):
        return None
    return Text("写一个或几个 IP 地址，用逗号分开。", "IP addresses, separated by commas.")


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _wifi(value: str) -> Text | None:
    if 1 <= len(value.encode()) <= SSID_BYTES_MAX and value.isprintable():
        return None
    return Text(f"1 到 {SSID_BYTES_MAX} 个字节。", f"1 to {SSID_BYTES_MAX} bytes.")


def _printer(value: str) -> Text | None:
    parts = urlsplit(value)
    if parts.scheme in ("ipp", "ipps") and parts.hostname:
        return None
    return Text("例如 ipp://10.0.0.30/ipp/print。", "Such as ipp://10.0.0.30/ipp/print.")


def panel_size(value: str) -> tuple[int, int, int] | None:
    """Return width and height in pixels and width in mm, 0 for what is not said; None if wrong."""
    found = _PANEL.fullmatch(value)
    if not found or not value:
        return None
    width, height, mm = (int(part or 0) for part in found.groups())
    return width, height, mm


def _panel(value: str) -> Text | None:
    if value == "auto" or panel_size(value):
        return None
    return Text(
        "auto，或像素和画面宽度，例如 1280x800 217 mm。",
        "auto, or pixels and the picture's width: 1280x800 217 mm.",
    )


_port = _matches(
    r"usb-\d+(\.\d+)*|/dev/[A-Za-z0-9/_.:+-]+",
    "USB 插口（例如 usb-1.2）或设备路径（例如 /dev/ttyAMA0）。",
    "A USB socket such as usb-1.2, or a device such as /dev/ttyAMA0.",
)

KEYS: Final[dict[str, Key]] = {
    "kiosk": Key(
        _matches(
            r"[A-Za-z0-9-]{1,20}",
            "终端编号是 1 到 20 个字母、数字或连字符。",
            "A kiosk's number is 1 to 20 letters, digits and hyphens.",
        ),
        required=True,
    ),
    "outlet": Key(_outlet, required=True),
    "outlet_en": Key(_outlet),
    "outlet_id": Key(
        _matches(r"[a-z0-9-]{1,40}", "小写字母、数字和连字符。", "Small letters, digits, hyphens.")
    ),
    "centre": Key(_centre, required=True),
    "code": Key(_code, mark=USED),
    "network": Key(_matches("dhcp|static", "dhcp 或 static。", "dhcp or static.")),
    "address": Key(_address),
    "gateway": Key(_gateway),
    "dns": Key(_dns),
    "wifi": Key(_wifi),
    "wifi_password": Key(
        _matches(
            r"[ -~]{8,63}|[0-9A-Fa-f]{64}",
            "8 到 63 个英文半角字符。",
            "8 to 63 plain characters.",
        ),
        mark=KEPT,
    ),
    "wifi_country": Key(
        _matches("[A-Z]{2}", "两个大写字母，例如 CN。", "Two capital letters, such as CN.")
    ),
    "printer": Key(_printer),
    "panel": Key(_panel),
    "pin_pad": Key(_port, required=True),
    "id_reader": Key(_port, required=True),
    "receipt_printer": Key(_port, required=True),
    "retire": Key(_outlet),
    "pin_pad_password": Key(_matches(r"\d{6}", "6 位数字。", "6 digits."), mark=KEPT),
}
SECRETS: Final = tuple(name for name, key in KEYS.items() if key.mark)

NOT_HERE: Final[dict[str, Text]] = {
    "kiosk.id": Text("请用 kiosk =。", "Write kiosk = instead."),
    "kiosk.outlet": Text("请用 outlet =。", "Write outlet = instead."),
    "kiosk.outlet_id": Text("请用 outlet_id =。", "Write outlet_id = instead."),
    "central.url": Text("请用 centre =。", "Write centre = instead."),
    "pin_pad.port": Text("请用 pin_pad =。", "Write pin_pad = instead."),
    "pin_pad.password": Text("请用 pin_pad_password =。", "Write pin_pad_password = instead."),
    "id_reader.port": Text("请用 id_reader =。", "Write id_reader = instead."),
    "receipt_printer.port": Text("请用 receipt_printer =。", "Write receipt_printer = instead."),
    "document_printer.uri": Text("请用 printer =。", "Write printer = instead."),
    "document_printer.seal_ca": Text("由镜像决定。", "The image decides this."),
    "central.ca": Text("由镜像决定。", "The image decides this."),
    "central.identity": Text("由镜像决定。", "The image decides this."),
    "kiosk.state_dir": Text("由镜像决定。", "The image decides this."),
    "kiosk.production": Text("终端总是正式运行。", "A kiosk is always in production."),
    "screen.console": Text("终端上没有。", "Not on a kiosk."),
}
"""Dotted keys of the configuration that the file may not set."""


def why_not(key: str, value: str) -> Text | None:
    """Return why ``value`` cannot be that of the name ``key``, or None."""
    found = None if key in FREE_TEXT else _FULL_WIDTH.search(value)
    if found:
        return Text(
            "有全角字符，请换成英文半角。",
            "It has full-width characters; type them with English input.",
        )
    if not value:
        return Text("等号后面没有值。", "There is no value after the =.")
    return KEYS[key].check(value)
