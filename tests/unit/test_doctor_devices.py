"""What the doctor finds of the devices and the money: files, other programs, the kiosk's word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kioskd.domain.diagnosis import State
from kioskd.drivers.ipp_line import Answer
from kioskd.errors import DeviceUnavailable
from kioskd.payments.audit import Fault
from kioskd.protocols.central_fleet import PaperLevel
from kioskd.protocols.central_pack import PACK_MODULE
from kioskd.relay.region_copy import RegionCopy, SeenPack
from kioskd.technician.doctor import devices, money
from kioskd.technician.doctor.visit import CHECKS
from kioskd.transports import pcsc
from tests.journals import Books, lent
from tests.packs import PackOffice
from tests.unit.doctor_world import KIOSK_PID, STATUS, Kiosk
from tests.unit.flow_world import REGION as PACK

PORT = "/dev/kiosk/pinpad"


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    return Kiosk(tmp_path)


@pytest.fixture
def books(kiosk: Kiosk) -> Iterator[Books]:
    with lent(kiosk.state) as books:
        yield books


def test_a_device_that_is_unplugged_is_told(kiosk: Kiosk) -> None:
    """Its port is gone, whatever the kiosk says."""
    kiosk.take_away(PORT)
    assert devices.pin_pad(kiosk.view).cause == "port_missing"


def test_what_the_kiosk_says_of_a_device_is_told(kiosk: Kiosk) -> None:
    """By its operator's code."""
    kiosk.ail("pin_pad", "D-02")
    kiosk.hold(KIOSK_PID, "kioskd", PORT)
    found = devices.pin_pad(kiosk.view)
    assert (found.state, found.code) == (State.WRONG, "D-02")
    assert found.facts["held_by"] == f"kioskd ({KIOSK_PID})"


def test_a_port_in_other_hands_is_told(kiosk: Kiosk) -> None:
    """Two programs on one line steal each other's bytes; a modem prober is named."""
    kiosk.hold(77, "ModemManager", PORT)
    found = devices.pin_pad(kiosk.view)
    assert (found.cause, found.facts["held_by"]) == ("port_held", "ModemManager (77)")


def test_a_port_is_followed_to_the_line_behind_it(kiosk: Kiosk) -> None:
    """The role's name is a link; who holds the line holds the port."""
    kiosk.take_away(PORT)
    kiosk.put("/dev/ttyUSB0", "")
    kiosk.machine.at(PORT).symlink_to("../ttyUSB0")
    kiosk.hold(77, "cat", "/dev/ttyUSB0")
    assert devices.pin_pad(kiosk.view).facts["held_by"] == "cat (77)"


def test_nobody_knows_a_device_that_nobody_asked(kiosk: Kiosk) -> None:
    """Without a kiosk a port that is there says nothing of the device behind it."""
    kiosk.stop()
    found = devices.id_reader(kiosk.view)
    assert (found.state, found.cause) == (State.UNKNOWN, "nobody_asked_it")
    assert devices.receipt_paper(kiosk.view).state is State.UNKNOWN
    assert devices.other_parts(kiosk.view).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (PaperLevel.LOW, State.WRONG),
        (PaperLevel.OUT, State.WRONG),
        (PaperLevel.UNKNOWN, State.UNKNOWN),
    ],
)
def test_paper_that_is_short_or_untold_is_not_good(
    kiosk: Kiosk, level: PaperLevel, state: State
) -> None:
    """A sensor that says nothing is unknown."""
    kiosk.tell(replace(STATUS, receipt_paper=level))
    assert devices.receipt_paper(kiosk.view).state is state


def test_the_other_parts_are_named_with_code_and_ticket(kiosk: Kiosk) -> None:
    """A door, a voice, a hold: what has no check of its own is not lost."""
    kiosk.ail("door", "B-01")
    found = devices.other_parts(kiosk.view)
    assert (found.code, found.facts["roles"]) == ("B-01", "door B-01")


@pytest.mark.parametrize(
    ("names", "state", "cause"),
    [
        (["Reader 00 00"], State.GOOD, ""),
        ([], State.WRONG, "no_card_reader"),
        (DeviceUnavailable("card", "PC/SC 8010001D"), State.WRONG, "card_service_gone"),
        (DeviceUnavailable("card", pcsc.NOT_ALLOWED), State.UNKNOWN, "may_not_ask_card_service"),
    ],
)
def test_card_readers_are_listed(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, names: Any, state: State, cause: str
) -> None:
    """None there, no service, and a service that does not serve who asks are told apart."""

    def listed() -> list[str]:
        if isinstance(names, DeviceUnavailable):
            raise names
        return list(names)

    monkeypatch.setattr(devices, "reader_names", listed)
    found = devices.card_reader(kiosk.view)
    assert (found.state, found.cause) == (state, cause)


def test_another_reader_than_the_configured_one_is_none(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration names a part of the reader's name."""
    monkeypatch.setattr(devices, "reader_names", lambda: ["Maker A 00"])
    kiosk.configure("https://127.0.0.1:9", '[card_reader]\nreader = "Maker B"\n')
    assert devices.card_reader(kiosk.view).cause == "no_card_reader"


def test_a_service_that_is_not_there_is_told(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number that PC/SC itself gives for it."""
    monkeypatch.setattr(pcsc, "_establish", lambda: (0x8010001D, None))
    found = devices.card_reader(kiosk.view)
    assert (found.cause, found.facts["reason"]) == ("card_service_gone", "PC/SC 8010001D")


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"printer-state": 3, "printer-state-reasons": "none"}, ""),
        ({"printer-state": 5, "printer-state-reasons": ["media-empty-error", "x"]}, "D-21"),
        ({"printer-state": 5, "printer-state-reasons": "media-jam"}, "D-22"),
        ({}, "D-20"),
    ],
)
def test_the_a4_printers_own_reasons_are_told(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, attributes: dict[str, Any], code: str
) -> None:
    """By the codes that the kiosk uses too; an answer without a state is none."""
    kiosk.configure("https://127.0.0.1:9", '[document_printer]\nuri = "ipp://127.0.0.1:9/x"\n')
    monkeypatch.setattr(devices, "ask", lambda *words: Answer(0, (), attributes))
    assert devices.document_printer(kiosk.view).code == code


def test_a_printer_that_does_not_listen_is_told(kiosk: Kiosk) -> None:
    """The real exchange, with nobody at the address; and without a seal's CA none is printed."""
    kiosk.configure("https://127.0.0.1:9", '[document_printer]\nuri = "ipp://127.0.0.1:9/x"\n')
    found = devices.document_printer(kiosk.view)
    assert (found.code, found.facts["reasons"]) == ("D-20", "ConnectionRefusedError")
    assert devices.seal(kiosk.view).cause == "seal_ca_missing"


def test_a_sound_journal_is_good(kiosk: Kiosk, books: Books) -> None:
    """With the number of its payments; money that is told to the centre waits for nobody."""
    books.confirmed()
    books.deliver_all()
    assert money.journal(kiosk.view).facts["payments"] == 1
    assert money.journal(kiosk.view).state is State.GOOD


def test_money_that_waits_is_told(kiosk: Kiosk, books: Books) -> None:
    """A report that the centre has not answered stands in the way of wiping this kiosk."""
    books.confirmed()
    found = money.money(kiosk.view)
    assert found.cause == "money_not_told" and found.facts["waiting"]


def test_money_for_people_is_told_with_its_reference(kiosk: Kiosk, books: Books) -> None:
    """What the PIN pad cannot say is listed first."""
    ref = books.unresolved().ref
    found = money.money(kiosk.view)
    assert (found.cause, found.facts["refs"]) == ("money_to_settle", ref)


def test_a_journal_that_was_tampered_with_is_told(kiosk: Kiosk, books: Books) -> None:
    """With the first place that cannot be so."""
    books.confirmed()
    books.tamper("UPDATE payment SET fen = 1")
    found = money.journal(kiosk.view)
    assert found.cause == "journal_not_sound" and "payment K0123" in str(found.facts["first"])


def test_a_journal_that_cannot_be_opened_for_want_of_room_is_not_called_damaged(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite writes beside the file to read it: on a full partition nobody knows how it is."""
    (kiosk.state / "journal.db").write_bytes(b"")
    no_room = (Fault("file", "disk I/O error"),)
    monkeypatch.setattr(money, "faults_in", lambda _: no_room)
    assert money.journal(kiosk.view).cause == "journal_not_sound"
    kiosk.machine.free = replace(kiosk.machine.free, free=0)
    found = money.journal(kiosk.view)
    assert (found.state, found.cause) == (State.UNKNOWN, "no_room_to_look")


def test_a_kiosk_that_never_ran_has_no_journal(kiosk: Kiosk) -> None:
    """Unknown, not good: a journal that is gone looks the same."""
    assert money.journal(kiosk.view).cause == money.money(kiosk.view).cause == "no_journal"


@pytest.mark.parametrize(
    ("days", "state", "cause"), [(0, State.GOOD, ""), (10, State.WRONG, "region_pack_old")]
)
def test_a_region_pack_is_told_by_its_age(
    kiosk: Kiosk, days: int, state: State, cause: str
) -> None:
    """Signed, for this kiosk, and confirmed by the centre not long ago."""
    office = PackOffice(kiosk.trust)
    day = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    RegionCopy(kiosk.state / "region.json", office.checker()).keep(
        SeenPack(office.believed(PACK), day)
    )
    found = money.region_pack(kiosk.view)
    assert (found.state, found.cause) == (state, cause)


def test_a_region_pack_that_is_not_believed_is_told(kiosk: Kiosk) -> None:
    """Also while the kiosk runs, by the code of what was wrong with the centre's answer."""
    assert money.region_pack(kiosk.view).cause == "no_region_pack"
    (kiosk.state / "region.json").write_bytes(b"{}\n{}")
    assert money.region_pack(kiosk.view).cause == "region_pack_not_believed"
    kiosk.ail(PACK_MODULE, "G-03")
    assert money.region_pack(kiosk.view).code == "G-03"


def test_fonts_that_are_missing_are_told_by_their_code(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst of them, as the kiosk says it."""
    kiosk.configure("https://127.0.0.1:9", '[screen]\nfont = "/no/such.ttc"\n')
    assert CHECKS["fonts"](kiosk.view).code == "K-04"
