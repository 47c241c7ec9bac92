"""The wiring page: its pins are those of the configuration, its sums are right."""

import re
from decimal import Decimal

from kiosk_bench import config_file
from kioskd.drivers.settings import (
    CabinetSettings,
    IdReaderSettings,
    PinPadSettings,
    ReceiptPrinterSettings,
)
from tools import wiring
from tools import wiring_circuits as circuits

MARGIN = Decimal("1.25")
"""A supply gives at least so many times what hangs on it."""


def page() -> str:
    return wiring.PAGE.read_text(encoding="utf-8")


def test_the_page_has_the_pins_of_the_documented_configuration() -> None:
    """As ``python -m tools.wiring`` writes them: table and picture are never behind."""
    between = page().partition(wiring.BEGIN)[2].partition(wiring.END)[0]
    assert between.strip() == wiring.table().strip()
    assert wiring.PICTURE.read_text(encoding="utf-8") == wiring.picture()


def test_the_bench_wires_its_kiosk_alike() -> None:
    """The pins of the workbench are those of the page; it has no tamper contact."""
    pins = wiring.cabinet()
    assert pins.tamper is not None
    assert pins == CabinetSettings(
        lamps=config_file.LAMP_PINS,
        presence=config_file.PRESENCE_PIN,
        earphones=config_file.EARPHONES_PIN,
        door=config_file.DOOR_PIN,
        tamper=pins.tamper,
    )


def test_every_pin_is_free_and_used_once() -> None:
    """No pin twice, none of another use; each is where gpiozero says that it is on the board."""
    wires = wiring.wires()
    assert len({wire.bcm for wire in wires}) == len(wires) == 9
    assert not {wire.bcm for wire in wires} & wiring.RESERVED.keys()
    places = wiring.places()
    assert len(places) == 40
    assert all(places[wire.place] == f"GPIO{wire.bcm}" for wire in wires)


def test_grounds_and_supplies_are_where_the_page_says() -> None:
    """The places that it names for ground, 3.3 V and 5 V have them; the forbidden ones are ids."""
    places = wiring.places()
    grounds = re.search(r"Ground for them: ([\d, ]+)\.", page())
    assert grounds is not None
    assert all(places[int(one)] == "GND" for one in grounds[1].split(","))
    assert (places[17], places[1], places[4]) == ("3V3", "3V3", "5V")
    assert (places[27], places[28]) == ("GPIO0", "GPIO1")
    assert (places[8], places[10]) == ("GPIO14", "GPIO15")


def test_the_speeds_are_the_defaults() -> None:
    """Baud and stop bits of the three serial devices, as the kiosk has them if nobody says else."""
    pad, reader, printer = (
        made("/dev/null") for made in (PinPadSettings, IdReaderSettings, ReceiptPrinterSettings)
    )
    assert f"`pin_pad.baud` {pad.baud}, 8 data, no parity, {pad.stop_bits} stop" in page()
    assert f"`id_reader.baud` {reader.baud}, 8N1" in page()
    assert f"`receipt_printer.baud` {printer.baud}, 8N1" in page()


def test_the_budget_adds_up_and_the_supplies_suffice() -> None:
    """Each rail's sum is that of its rows, and its supply has a quarter to spare."""
    table = page().partition("<!-- budget")[2].partition("| rail | supply |")
    rows = [[cell.strip(" *") for cell in line.split("|")[1:4]] for line in _rows(table[0])]
    supplies = dict(re.findall(r"^\| ([\d.]+ V) \| ([\d.]+) A", table[2], re.MULTILINE))
    rails = {rail for _, rail, _ in rows}
    assert rails == supplies.keys() and len(rails) == 3
    for rail in rails:
        parts = [Decimal(a) for what, one, a in rows if one == rail and what != "sum"]
        (total,) = [Decimal(a) for what, one, a in rows if one == rail and what == "sum"]
        assert sum(parts) == total, rail
        assert Decimal(supplies[rail]) >= MARGIN * total, rail


def test_the_drawing_has_the_values_of_the_tables() -> None:
    """What is drawn is what is written, and the file is as the program draws it."""
    drawn = circuits.picture()
    assert circuits.PICTURE.read_text(encoding="utf-8") == drawn
    lamp, contacts, sensor = (
        page().partition(f"### {head}")[2].partition("###")[0]
        for head in ("Lamps", "Contacts", "Presence sensor")
    )
    for text, values in (
        (lamp, (circuits.LAMP_GATE, circuits.LAMP_DOWN)),
        (contacts, (circuits.CONTACT_SERIES, circuits.CONTACT_UP, circuits.CONTACT_ACROSS)),
        (sensor, (circuits.DIVIDER_SERIES, circuits.DIVIDER_DOWN)),
    ):
        assert all(value in text and value in drawn for value in values), values


def _rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r"\| .* \|.*\d", line)]
