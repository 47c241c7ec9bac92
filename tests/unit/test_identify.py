"""Which socket holds which device: read from a tree as the kernel makes it below /sys."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kioskd.commands import identify
from kioskd.technician.sockets import Kind, Plugged, interface_classes, plugged_in, refused
from kioskd.technician.watch_sockets import LOOK_AGAIN_S, SETTLE_S, wait_for

DEVICE = bytes.fromhex("12010002000000400304016001000102 0301".replace(" ", ""))
CONFIGURATION = bytes.fromhex("090220000101 00a032".replace(" ", ""))


def _interface(number: int, kind: int) -> bytes:
    return bytes((9, 4, number, 0, 2, kind, 0, 0, 0))


def plug(
    root: Path,
    name: str,
    usb_id: str,
    product: str,
    *classes: int,
    let_in: bool = True,
    lines: tuple[str, ...] = (),
) -> Path:
    """Plug a device in: ``name`` is the kernel's, ``1-1.2``."""
    path = root / "sys/bus/usb/devices" / name
    path.mkdir(parents=True)
    vendor, number = usb_id.split(":")
    facts = {
        "devpath": name.partition("-")[2],
        "idVendor": vendor,
        "idProduct": number,
        "product": product,
        "serial": "A1",
        "authorized": str(int(let_in)),
    }
    for fact, value in facts.items():
        (path / fact).write_text(f"{value}\n")
    interfaces = b"".join(_interface(index, kind) for index, kind in enumerate(classes))
    (path / "descriptors").write_bytes(DEVICE + CONFIGURATION + interfaces)
    for index, line in enumerate(lines):
        interface = path / f"{name}:1.{index}"
        where = f"{line}/tty/{line}" if line.startswith("ttyUSB") else f"tty/{line}"
        (interface / where).mkdir(parents=True)
        (interface / "bInterfaceNumber").write_text(f"{index:02x}\n")
    return path


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A Pi with a hub of its own, a PIN pad, a two-line adapter, a card reader and a stick."""
    controller = tmp_path / "sys/bus/usb/devices/usb1"
    controller.mkdir(parents=True)
    (controller / "devpath").write_text("0\n")
    (tmp_path / "sys/bus/usb/devices/1-1:1.0").mkdir()
    plug(tmp_path, "1-1", "2109:3431", "USB2.0 Hub", 0x09)
    plug(tmp_path, "1-1.2", "0403:6001", "FT232R", 0xFF, lines=("ttyUSB0",))
    plug(tmp_path, "1-1.3", "0403:6010", "FT2232", 0xFF, 0xFF, lines=("ttyUSB1", "ttyUSB2"))
    plug(tmp_path, "1-1.10", "08e6:3437", "CCID", 0x0B)
    plug(tmp_path, "1-1.4", "0781:5567", "Stick", 0x08, let_in=False)
    links = tmp_path / "dev/kiosk"
    links.mkdir(parents=True)
    (links / "usb-1.2").symlink_to("../ttyUSB0")
    (links / "pinpad").symlink_to("../ttyUSB0")
    return tmp_path


def _options(root: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    identify.arguments(parser)
    return parser.parse_args(["--root", str(root), *words])


def test_sockets_in_their_order(machine: Path) -> None:
    """Controllers and interfaces are no devices; port 10 comes after port 4."""
    found = plugged_in(machine)
    assert [one.port for one in found] == ["1", "1.2", "1.3", "1.4", "1.10"]
    kinds = [Kind.HUB, Kind.SERIAL, Kind.SERIAL, Kind.STORAGE, Kind.CARD_READER]
    assert [one.kind for one in found] == kinds
    assert [one.port for one in refused(found)] == ["1.4"]


def test_each_line_of_a_device_has_its_name(machine: Path) -> None:
    """The first line goes by the socket alone, the second with its number, as the udev rules do."""
    two = plugged_in(machine)[2]
    assert [line.port_name(two.port) for line in two.lines] == ["usb-1.3", "usb-1.3-01"]


def test_the_list_says_role_and_refusal(
    machine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is the PIN pad, which has no role yet, which is refused; exit code 1 for that."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert identify.run(_options(machine)) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("usb-1.2 ") and said[1].endswith("= pinpad")
    assert "not in kioskd.txt" in said[2] and "usb-1.3, usb-1.3-01" in said[2]
    assert "not among the devices" in said[3] and "0781:5567" in said[3]
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    identify.run(_options(machine))
    assert "读卡器" in capsys.readouterr().out


def test_programs_read_json(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to write into kioskd.txt for each."""
    identify.run(_options(machine, "--json"))
    found = json.loads(capsys.readouterr().out)
    assert found[1]["write"] == ["usb-1.2"] and found[1]["roles"] == ["pinpad"]
    assert found[3]["let_in"] is False and found[3]["kind"] == "storage"


def test_a_machine_without_usb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is plugged in, and that is said."""
    assert identify.run(_options(tmp_path)) == 0
    assert capsys.readouterr().out.strip()


def test_classes_of_a_refused_device_are_known() -> None:
    """The descriptors are read as they lie there; half a descriptor ends the reading."""
    whole = DEVICE + CONFIGURATION + _interface(0, 0x03) + _interface(1, 0x08)
    assert list(interface_classes(whole)) == [0x03, 0x08]
    assert list(interface_classes(whole[:-5])) == [0x03]
    assert list(interface_classes(b"\x00\x04" * 4)) == []


def _looks(*states: tuple[Plugged, ...]) -> Iterator[tuple[Plugged, ...]]:
    yield from states
    while True:
        yield states[-1]


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds


def _wait(*states: tuple[Plugged, ...], limit_s: float = 30.0) -> tuple[Plugged | None, float]:
    looks, clock = _looks(*states), _Clock()
    return wait_for(lambda: next(looks), lambda: clock.now, clock.pause, limit_s), clock.now


def test_what_comes_is_what_was_not_there(machine: Path) -> None:
    """A device counts when it comes with its line, not before its driver has made it."""
    _, pad, two, stick, _ = plugged_in(machine)
    bare = Plugged(pad.port, pad.usb_id, pad.name, pad.serial, Kind.OTHER, let_in=True)
    came, at = _wait((two,), (two,), (two, bare), (two, pad))
    assert came == pad and at == pytest.approx(3 * LOOK_AGAIN_S)
    came, at = _wait((two,), (two, stick))
    assert came == stick and at >= SETTLE_S


def test_what_is_in_already_may_be_plugged_in_anew(machine: Path) -> None:
    """Pulled out and plugged in again, it is the one that was asked for."""
    pad = plugged_in(machine)[1]
    assert _wait((pad,), (), (pad,))[0] == pad
    assert _wait((pad,), limit_s=5.0) == (None, pytest.approx(5.0, abs=LOOK_AGAIN_S))


def test_watching_says_the_line_to_write(
    machine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--watch`` prints the very line of kioskd.txt."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    pad, clock = plugged_in(machine)[1], _Clock()
    monkeypatch.setattr(identify.time, "sleep", clock.pause)
    monkeypatch.setattr(identify.time, "monotonic", lambda: clock.now)
    looks = _looks((), (pad,))
    words = identify.Words("en")
    assert identify.ask_for_each(words, ("pin_pad",), lambda: next(looks)) == 0
    assert "  pin_pad = usb-1.2\n" in capsys.readouterr().out
    assert identify.ask_for_each(words, ("id_reader",), lambda: next(looks)) == 1
