"""One boot: from a card that a technician filled in to all that the kiosk reads, or the reason."""

import json
import os
from pathlib import Path

import pytest

from kioskd.config import load
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.provision.findings import Verdict
from kioskd.provision.machine import LinuxMachine
from kioskd.provision.report import facts_of
from kioskd.provision.reporting import tell
from kioskd.update.state import Stage, State, keep
from tests.unit.provision_world import CODE, GOOD, Card, ca_of


@pytest.fixture
def card(tmp_path: Path) -> Card:
    made = Card(tmp_path)
    made.write(GOOD)
    return made


def test_a_good_card_becomes_a_configuration(card: Card) -> None:
    """``kioskd.config.load`` takes it, with the names of sockets and the kept password."""
    steps = card.boot()
    assert [step.code for step in steps if step.verdict is not Verdict.GOOD] == ["I-08"]
    config = load(card.places.config)
    assert (config.kiosk.id, config.kiosk.production) == ("K0123", True)
    assert config.kiosk.outlet.en == "Sample Street Health Centre"
    assert config.central.url == "https://centre.example:8470"
    assert Path(config.central.ca).read_bytes().startswith(b"-----BEGIN CERTIFICATE")
    assert (config.pin_pad.port, config.pin_pad.password) == ("/dev/kiosk/pinpad", "123456")
    assert config.receipt_printer.port == "/dev/ttyAMA0"
    assert card.places.config.stat().st_mode & 0o777 == 0o640
    assert "host k0123" in card.machine.done and "udev" in card.machine.done


def test_the_next_boots_say_the_same_without_the_secrets_in_the_file(card: Card) -> None:
    """They are taken from where they are kept; the technician's words and their order stay."""
    card.boot()
    first = card.places.config.read_bytes()
    text = card.text()
    assert CODE not in text and "123456" not in text
    assert "code = (used)" in text and "pin_pad_password = (kept)" in text
    assert text.splitlines()[0] == "# 安装 / site" and len(text.encode()) == len(GOOD.encode())
    card.boot()
    assert card.places.config.read_bytes() == first
    assert (card.places.vault / "code").read_text() == CODE
    assert (card.places.vault / "code").stat().st_mode & 0o777 == 0o600


def test_the_boot_partition_is_read_only_again(card: Card) -> None:
    """It is writable only while something is written."""
    card.boot()
    assert card.machine.read_only == {card.places.boot}


def test_wrong_lines_leave_no_configuration_behind(card: Card) -> None:
    """The kiosk does not start on half a file, nor on the one of the last boot."""
    card.boot()
    card.write(GOOD.replace("usb-1.3", "COM3"))
    (step,) = (step for step in card.boot() if step.code == "I-02")
    assert step.stops and [fault.line for fault in step.lines] == [8]
    assert not card.places.config.exists()


def test_what_the_configuration_refuses_is_told_with_its_line(card: Card) -> None:
    """Any dotted key, tried by the configuration itself, all of them at once."""
    card.write(GOOD + "pin_pad.baud = fast\nscreen.idle_limit_s = 90000\nlog.level = info\n")
    (step,) = (step for step in card.boot() if step.code == "I-02")
    assert [fault.line for fault in step.lines] == [11, 12]
    assert "(pin_pad.baud: " in step.lines[0].what.en, "the name is told as it is written"
    card.write(GOOD + "payments.day_end = 23:30:00\ncabinet.lamps.card = 17\nvoice.command = say\n")
    assert "I-02" not in card.codes()
    config = load(card.places.config)
    assert (config.cabinet.lamps, config.voice.command) == ({"card": 17}, "say")


@pytest.mark.parametrize(("near", "words"), [("", "filled-in"), ("kioskd.txt.txt", "Rename")])
def test_no_site_file(card: Card, near: str, words: str) -> None:
    """It is said so; one that Windows named kioskd.txt.txt is pointed out."""
    card.places.site_file.unlink()
    if near:
        (card.places.boot / near).write_text(GOOD, encoding="utf-8")
    (step,) = (step for step in card.boot() if step.code == "I-01")
    assert words in step.next_step.en and step.stops


def test_a_kept_password_of_another_card(card: Card) -> None:
    """The file of an old card on a new one: what was kept there is not here."""
    card.write(GOOD.replace("123456", "(kept)"))
    (step,) = (step for step in card.boot() if step.code == "I-02")
    assert step.lines[0].line == 10 and "write it again" in step.lines[0].what.en


def test_a_new_password_takes_the_place_of_the_kept_one(card: Card) -> None:
    """And one whose line is gone is forgotten."""
    card.boot()
    card.write(GOOD.replace("123456", "654321"))
    card.boot()
    assert load(card.places.config).pin_pad.password == "654321"
    card.write(GOOD.replace("pin_pad_password = 123456\n", ""))
    card.boot()
    assert not (card.places.vault / "pin_pad_password").exists()


def test_a_centre_without_its_certificate(card: Card, tmp_path: Path) -> None:
    """Missing, or something else under its name: the kiosk cannot know whom to believe."""
    ca = card.places.boot / "centre-ca.pem"
    ca.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n")
    assert "I-03" in card.codes()
    ca.unlink()
    assert "I-03" in card.codes()


def test_a_printer_needs_the_certificate_of_the_seal(card: Card, tmp_path: Path) -> None:
    """Without it no paper is believed; with it the kiosk reads it under /etc/kioskd."""
    card.write(GOOD + "printer = ipp://10.0.0.30/ipp/print\n")
    assert "I-04" in card.codes()
    seal = ca_of(tmp_path / "seal")
    (card.places.boot / "seal-ca.pem").write_bytes(seal)
    assert "I-04" not in card.codes()
    assert Path(load(card.places.config).document_printer.seal_ca).read_bytes() == seal


def test_networks_and_names_of_devices(card: Card) -> None:
    """A fixed address, Wi-Fi whose key is not its password, rules by socket."""
    card.write(
        GOOD
        + "network = static\naddress = 10.0.0.20/24\ngateway = 10.0.0.1\ndns = 10.0.0.1, 10.0.0.2\n"
    )
    card.boot()
    wired = (card.places.networks / "50-kiosk-wired.network").read_text()
    assert "DHCP=no" in wired and "Gateway=10.0.0.1" in wired and "DNS=10.0.0.2" in wired
    assert "RequiredForOnline" not in wired, "wait-online --any looks at required ones only"
    rules = (card.places.rules / "71-kioskd-site.rules").read_text()
    assert 'ENV{KIOSK_PORT}=="usb-1.2", SYMLINK+="kiosk/pinpad"' in rules
    assert 'KERNEL=="ttyAMA0", SYMLINK+="kiosk/receipt-printer"' in rules
    assert not card.places.wifi.exists()
    card.write(GOOD + "wifi = IEEE\nwifi_password = password\n")
    card.boot()
    wifi = card.places.wifi.read_text()
    # IEEE 802.11i-2004, annex H.4.3, test case 1.
    assert "psk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e" in wifi
    assert f"ssid={b'IEEE'.hex()}" in wifi and card.places.wifi.stat().st_mode & 0o777 == 0o600
    assert "wifi_password = (kept)" in card.text()


def test_report_and_notice_say_it_all_and_no_secret(card: Card) -> None:
    """In both languages, with the line, the next step and the machine; Notepad can show it."""
    card.write(GOOD.replace("usb-1.3", "COM3"))
    tell(card.places, card.machine, card.boot())
    raw = card.places.report.read_bytes()
    report = raw.decode("utf-8-sig")
    assert raw.startswith(b"\xef\xbb\xbf") and "\n" not in report.replace("\r\n", "")
    for words in ("(I-02)", "Line 8", "第 8 行", "K0123", "02:00:00:00:00:01", "10000000abcdef01"):
        assert words in report
    notice = json.loads(card.places.notice.read_text(encoding="utf-8"))
    assert notice["code"] == "I-02" and "Line 8" in notice["reason"]["en"]
    assert "kioskd.txt" in notice["next_step"]["zh_CN"] and notice["facts"]["kiosk"] == "K0123"
    for secret in (CODE, "123456"):
        assert secret not in report + card.places.notice.read_text(encoding="utf-8")


def test_a_report_that_says_nothing_new_is_not_written_again(card: Card) -> None:
    """A card wears out: the time alone is no news."""
    tell(card.places, card.machine, card.boot())
    before = card.places.report.stat().st_ino
    card.machine.time += 86400
    tell(card.places, card.machine, card.boot())
    assert card.places.report.stat().st_ino == before
    card.write(GOOD.replace("usb-1.3", "COM3"))
    tell(card.places, card.machine, card.boot())
    assert "I-02" in card.places.report.read_text(encoding="utf-8-sig")


def test_a_kiosk_that_can_go_on_shows_no_notice(card: Card) -> None:
    """What was put right is not told any more."""
    card.write("")
    card.enrol()
    tell(card.places, card.machine, card.boot())
    assert card.places.notice.exists()
    card.write(GOOD)
    tell(card.places, card.machine, card.boot())
    assert not card.places.notice.exists()


def test_each_may_read_what_is_for_him_whatever_the_umask(card: Card) -> None:
    """The unit's umask is 0077; networkd, the kiosk and the notice have accounts of their own."""
    card.write(GOOD + "wifi = Hall\nwifi_password = 12345678\n")
    before = os.umask(0o077)
    try:
        tell(card.places, card.machine, card.boot())
    finally:
        os.umask(before)
    places = card.places
    modes = {
        places.site: 0o755,
        places.config: 0o640,
        places.site / "centre-ca.pem": 0o644,
        places.networks: 0o755,
        places.networks / "50-kiosk-wifi.network": 0o644,
        places.rules / "71-kioskd-site.rules": 0o644,
        places.wifi: 0o600,
        places.vault: 0o700,
        places.vault / "code": 0o600,
        places.state: 0o700,
    }
    assert {path: path.stat().st_mode & 0o777 for path in modes} == modes
    card.write("")
    tell(card.places, card.machine, card.boot())
    assert places.notice.stat().st_mode & 0o777 == 0o644


def test_this_machine_tells_of_itself() -> None:
    """The real one: what it says is only read, and where there is nothing it says nothing."""
    machine = LinuxMachine()
    assert machine.is_mounted(Path("/")) and machine.free_bytes(Path("/")) > 0
    assert all(len(link.mac.split(":")) == 6 for link in machine.links())
    assert machine.slot() == "" and isinstance(machine.serial_number(), str)
    assert machine.partition_of(Path("/proc")) is None


def test_a_machine_that_takes_no_name_is_a_kiosk_all_the_same(card: Card) -> None:
    """A name in the network, and names of devices that udev gives at their next start."""
    card.machine.refuses = {"host": "not permitted", "udev": "too slow"}
    assert card.codes() == ["I-08"] and card.places.config.exists()


def test_the_report_says_why_the_newest_software_was_not_taken(card: Card) -> None:
    """Version, code, cause and what to do, in both languages; gone once it was taken."""
    refused = UpdateRefused(UpdateFault.NOT_WELL, "pin_pad D-01")
    keep(card.places.update_state, State(Stage.TRYING, "0.2.0").failed(refused))
    tell(card.places, card.machine, card.boot())
    report = card.places.report.read_text(encoding="utf-8-sig")
    for words in ("U-10", "0.2.0: the new software found itself not well", "pin_pad D-01"):
        assert words in report
    assert "软件更新" in report and "kioskd doctor" in report
    keep(card.places.update_state, State(version="0.2.0"))
    tell(card.places, card.machine, card.boot())
    assert "U-10" not in card.places.report.read_text(encoding="utf-8-sig")


def test_the_report_says_what_is_in_each_socket(card: Card) -> None:
    """Whoever has no console reads there what to write into kioskd.txt, and what is refused."""
    told = dict(facts_of(card.machine, "K0123").lines)
    assert told["插口 usb-1.2"] == "serial 0403:6001 FT232R"
    assert told["插口 1.4"].startswith("storage 0781:5567") and told["插口 1.4"].endswith("refused")
    assert "插口 1" not in told, "a hub is no device to write about"
