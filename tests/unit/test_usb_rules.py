"""Which USB devices the kiosk lets in, read from the very rules that udev reads."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

RULES = Path(__file__).parents[2] / "systemd" / "71-kioskd-usb.rules"
TERM = re.compile(r'(?P<key>[A-Z]+(?:\{\w+\})?)(?P<op>==|!=|=)"(?P<value>[^"]*)"')


def is_let_in(usb_id: str, *interfaces: str, listed: bool = False) -> bool:
    """Follow the rules for a device that was just plugged in; ``interfaces`` as ``080650``."""
    vendor, product = usb_id.split(":")
    device = {
        "ACTION": "add",
        "SUBSYSTEM": "usb",
        "ENV{DEVTYPE}": "usb_device",
        "ENV{KIOSKD_USB}": "listed" if listed else "",
        "ENV{ID_USB_INTERFACES}": f":{':'.join(interfaces)}:" if interfaces else "",
        "ATTR{authorized}": "0",
        "ATTR{idVendor}": vendor,
        "ATTR{idProduct}": product,
    }
    going_to = ""
    for line in RULES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        terms = list(TERM.finditer(line))
        if going_to and not any(t["key"] == "LABEL" and t["value"] == going_to for t in terms):
            continue
        going_to = ""
        if not all(_matches(device, term) for term in terms if term["op"] != "="):
            continue
        for term in terms:
            if term["op"] == "=" and term["key"] == "GOTO":
                going_to = term["value"]
            elif term["op"] == "=" and term["key"] != "LABEL":
                device[term["key"]] = term["value"]
    assert not going_to, f"no label {going_to}"
    return device["ATTR{authorized}"] == "1"


def _matches(device: dict[str, str], term: "re.Match[str]") -> bool:
    """As udev does: shell patterns, several with a bar between."""
    patterns = term["value"].split("|")
    found = any(fnmatchcase(device[term["key"]], pattern) for pattern in patterns)
    return found is (term["op"] == "==")


@pytest.mark.parametrize(
    ("what", "usb_id", "interfaces"),
    [
        ("FTDI adapter", "0403:6001", ["ffffff"]),
        ("CP2102 adapter", "10c4:ea60", ["ff0000"]),
        ("CH340 adapter", "1a86:7523", ["ff0102"]),
        ("CH9102 adapter", "1a86:55d4", ["020201", "0a0000"]),
        ("PL2303GC adapter", "067b:23a3", ["ff0000"]),
        ("Ethernet of a Pi 3", "0424:ec00", ["ff00ff"]),
        ("PIN pad with a line of its own", "1234:0001", ["020201", "0a0000"]),
        ("card reader", "08e6:3437", ["0b0000"]),
        ("card reader with a keypad", "076b:6622", ["0b0000", "030000"]),
        ("hub", "2109:3431", ["090000"]),
        ("touch panel", "0eef:0001", ["030000"]),
        ("12-key pad", "1a2c:0e24", ["030101", "030000"]),
        ("receipt printer by USB", "04b8:0e15", ["070102"]),
    ],
)
def test_what_a_kiosk_needs_is_let_in(what: str, usb_id: str, interfaces: list[str]) -> None:
    """Serial lines, card readers, hubs, touch panels, pads and printers, of any make."""
    assert is_let_in(usb_id, *interfaces), what


@pytest.mark.parametrize(
    ("what", "usb_id", "interfaces"),
    [
        ("stick", "0781:5567", ["080650"]),
        ("stick that is a keyboard too", "0781:5567", ["030101", "080650"]),
        ("keyboard with a network card", "1234:0002", ["030101", "020600", "0a0000"]),
        ("RNDIS network card", "1234:0003", ["e00103", "0a0000"]),
        ("modem with AT line and network", "12d1:1506", ["020201", "020d00", "0a0000"]),
        ("camera", "046d:0825", ["0e0100", "0e0200"]),
        ("microphone", "046d:0a02", ["010100", "010200"]),
        ("Bluetooth", "0a12:0001", ["e00101"]),
        ("telephone", "18d1:4ee1", ["060101"]),
        ("update mode of some chip", "0483:df11", ["fe0102"]),
        ("unknown make with a driver of its own", "dead:0001", ["ff0000"]),
        ("FTDI that is no adapter", "0403:dead", ["ffffff"]),
        ("device that says nothing", "1234:0004", []),
        ("audio and serial", "1234:0005", ["010100", "020201", "0a0000"]),
    ],
)
def test_everything_else_is_refused(what: str, usb_id: str, interfaces: list[str]) -> None:
    """One interface of another class refuses the whole device."""
    assert not is_let_in(usb_id, *interfaces), what


def test_a_site_may_list_one_more() -> None:
    """By a rule before these, with one property."""
    assert is_let_in("dead:0001", "ff0000", listed=True)
