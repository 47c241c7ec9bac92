"""``kioskd.txt`` as technicians and their editors write it: read, or told with line and reason."""

import pytest

from kioskd.provision.site_file import Site, read_site
from kioskd.provision.site_lines import Fault, NotReadable
from tests.unit.provision_world import GOOD


def read(text: str) -> tuple[Site, tuple[Fault, ...]]:
    return read_site(text.encode("utf-8"))


def told(text: str) -> list[tuple[int, str]]:
    """Return the faults of a file, in English."""
    return [(fault.line, fault.what.en) for fault in read(text)[1]]


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_a_good_file_is_all_values() -> None:
    """Values by their names, remarks and empty lines left out, no fault."""
    site, faults = read(GOOD + "\n\npin_pad.baud = 19200\n")
    assert not faults
    assert site.value("outlet") == "示例街道卫生院"
    assert site.settings["pin_pad.baud"].value == "19200"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whatever_notepad_saves_is_read(mark: bytes, encoding: str, end: str) -> None:
    """Every encoding that Notepad calls Unicode, with every line end: the same values."""
    data = mark + GOOD.replace("\n", end).encode(encoding)
    site, faults = read_site(data)
    assert not faults and site.value("kiosk") == "K0123"
    entry = site.values["outlet"]
    assert data[slice(*entry.at)].decode(encoding) == entry.value


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (GOOD.encode("gb18030"), 1),
        ("kiosk = K0123\r\noutlet = 卫生院\r\n".encode("gb18030"), 2),
        (b"kiosk = K0123\n\0\0", 2),
    ],
)
def test_another_encoding_is_told_with_the_way_out(data: bytes, line: int) -> None:
    """A file saved as ANSI in China is GBK: nobody guesses, the line and the menu are named."""
    with pytest.raises(NotReadable) as caught:
        read_site(data)
    assert f"Line {line}" in caught.value.what.en and "UTF-8" in caught.value.what.zh


def test_a_huge_file_is_not_read() -> None:
    """Somebody copied another file over it."""
    with pytest.raises(NotReadable):
        read_site(b"#" * 100_000)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("kiosk = K0123", "kiosk ＝ K0123", "full-width"),
        ("kiosk = K0123", "kiosk: K0123", "colon"),
        ("kiosk = K0123", "kiosk：K0123", "colon"),
        ("kiosk = K0123", "kiosk K0123", "no ="),
        ("kiosk = K0123", "= K0123", "no name before"),
        ("kiosk = K0123", "ｋiosk = K0123", "no name"),
        ("kiosk = K0123", "kiosk = Ｋ0123", "full-width"),
        ("kiosk = K0123", "kiosk = “K0123”", "quotation"),
        ("kiosk = K0123", "kiosk = ", "no value"),
        ("kiosk = K0123", "kiosk = K 0123", "letters, digits"),
        ("outlet_en =", "outled_en =", "Did you mean outlet_en?"),
        ("outlet_en = ", "pin_pad.buad = 9600 #", "Did you mean pin_pad.baud?"),
        ("centre = centre.example", "centre = http://centre.example", "Not http"),
        ("centre = centre.example", "centre = https://a b", "An address"),
        ("centre = centre.example:8470", "centre = centre.example:99999", "An address"),
        ("-0005-05", "-0005-06", "Mistyped"),
        ("pin_pad = usb-1.2", "pin_pad = usb1.2", "USB socket"),
        ("id_reader = usb-1.3", "id_reader = usb-1.2", "same socket"),
        ("123456", "12345", "6 digits"),
        ("outlet_en = ", "central.ca = ", "image decides"),
        ("outlet_en = ", "kiosk.production = false #", "always in production"),
        ("outlet_en = ", "printer = lp0 #", "Such as ipp://"),
        ("outlet_en = ", "retire = Li #", "cannot stand together"),
        ("outlet_en = ", "panel = large #", "217 mm"),
        ("outlet_en = ", "wifi_password = 12345678 #", "goes with wifi"),
        ("outlet_en = ", "gateway = 10.0.0.1\n#", "network = static"),
        ("outlet_en = ", "network = static #", "dhcp or static"),
        ("outlet_en = ", "network = static\n#", "needs the line address"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(right: str, wrong: str, words: str) -> None:
    """Number and reason, and nothing else is complained of."""
    text = GOOD.replace(right, wrong, 1)
    assert [number for number, what in told(text) if words in what] == [line_of(text, wrong)]


def test_all_wrong_lines_are_told_at_once() -> None:
    """A technician makes one way, not five: every line in its order, what is missing at the end."""
    text = GOOD.replace("kiosk =", "kiosc =").replace("usb-1.3", "COM3").replace("123456", "x")
    found = told(text + "colour = red\n")
    assert [line for line, _ in found] == [2, 8, 10, 11, 0]
    assert found[0][1].endswith("Did you mean kiosk?") and found[-1][1].startswith("The line kiosk")


def test_a_name_that_stands_twice() -> None:
    """Nobody guesses which one is meant: both lines are named."""
    assert told(GOOD + "kiosk = K0124\n") == [
        (11, "kiosk stands in line 2 already; delete one of them.")
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("address = 10.0.0.20", "with its prefix"),
        ("address = 10.0.0.0/24", "own address"),
        ("address = 10.0.0.255/24", "own address"),
        ("address = 10.0.0.20/24\ngateway = 10.0.1.1", "not in the network 10.0.0.0/24"),
        ("address = 10.0.0.20/24\ngateway = router", "An IP address"),
        ("address = 10.0.0.20/24\ndns = 10.0.0.1; 10.0.0.2", "separated by commas"),
    ],
)
def test_a_fixed_address_that_cannot_work(lines: str, words: str) -> None:
    """What would leave the kiosk without a network is told before it is tried."""
    ((_, found),) = told(f"{GOOD}network = static\n{lines}\n")
    assert words in found


def test_what_need_not_be_filled_in_may_be_left_empty() -> None:
    """As in the template; what must be filled in is told."""
    site, faults = read(GOOD.replace(" 123456", "").replace("K0123", ""))
    assert [fault.line for fault in faults] == [2] and "pin_pad_password" not in site.values


def test_a_value_may_stand_in_quotes_and_a_name_in_capitals() -> None:
    """Two habits that leave no doubt."""
    site, faults = read(GOOD.replace("kiosk = K0123", 'Kiosk = "K0123"'))
    assert not faults and site.value("kiosk") == "K0123"


def test_a_wrong_line_is_told_in_chinese_too() -> None:
    """Every reason has both languages."""
    faults = read(GOOD.replace("kiosk = K0123", "kiosk ＝ K0123"))[1]
    assert all(fault.what.zh and fault.what.en for fault in faults)
    assert "全角" in faults[0].what.zh
