"""Acceptance sheets: signed at the kiosk, read back off the paper, checked at the centre."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import zxingcpp
from central_world import KIOSK, NOW, OTHER_KIOSK, World
from click.testing import CliRunner

from kiosk_central.acceptance import check_sheet, list_sheets, take_sheet
from kiosk_central.cli import main
from kiosk_central.problems import Refused
from kiosk_central.signing import Verdict
from kiosk_central.store.engine import read, write
from kiosk_central.trust.enrolment import revoke
from kioskd.domain.selftest import Finding, Result
from kioskd.drivers.pdf_file import moved
from kioskd.errors import NoIdentity
from kioskd.protocols.acceptance import Acceptance, NotASheet, message_of, qr_text, read_qr
from kioskd.relay.identity import Identity
from kioskd.technician import sheet as sheets
from kioskd.technician.sheet import PrintedSheet, composed
from tests.sheets import FINDINGS, OCCASION
from tests.trust import Trust


@pytest.fixture
def trust(world: World, tmp_path: Path) -> Trust:
    """A CA, and two kiosks of the sample that are enrolled."""
    made = Trust(tmp_path / "trust")
    write(world.engine, lambda at: made.enrol(at, KIOSK, OTHER_KIOSK))
    return made


def signed(trust: Trust, findings: Any = FINDINGS, by: str = KIOSK) -> PrintedSheet:
    return composed(OCCASION, findings, Identity(Path(trust.identity(by))))


def taken(world: World, sheet: Acceptance, kiosk: str = KIOSK, ref: str = OCCASION.ref) -> None:
    world.at_desk(lambda desk: take_sheet(desk, kiosk, ref, sheet))


def refused(world: World, sheet: Acceptance, **more: str) -> str:
    with pytest.raises(Refused) as refusal:
        taken(world, sheet, **more)
    return refusal.value.code.value


def test_the_verdict_is_that_of_the_worst_part() -> None:
    """One failed deed fails the kiosk; what was not tried is not passed; what is absent is fine."""
    tried = MappingProxyType({"print_slip": Result.PASS})
    well = Finding("receipt_printer", deeds=("print_slip",), done=tried)
    assert well.result is Result.PASS
    assert replace(well, trouble="D-11").result is Result.FAIL
    assert replace(well, done={"print_slip": Result.FAIL}).result is Result.FAIL
    assert replace(well, done={}).result is Result.UNKNOWN
    assert replace(well, fitted=False, trouble="D-29").result is Result.ABSENT


def test_the_code_on_the_page_is_the_signed_sheet(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn, looked at by another program's eyes, and read back byte for byte."""
    drawn: list[tuple[int, int, bytes]] = []
    real = sheets.picture_page

    def keep(*picture: Any) -> bytes:
        drawn.append(picture)
        return real(*picture)

    monkeypatch.setattr(sheets, "picture_page", keep)
    sheet = signed(trust)
    width, height, grey = drawn[0]
    image = memoryview(grey).cast("B", (height, width))
    (found,) = zxingcpp.read_barcodes(image)
    assert read_qr(found.text) == sheet.acceptance
    facts = sheet.acceptance.facts
    assert (facts.result, facts.technician, facts.kiosk_id) == (Result.FAIL, "测试甲", KIOSK)
    assert [part.code for part in facts.parts if part.code] == ["D-21"]


def test_the_page_is_a_pdf_that_the_printers_driver_takes(trust: Trust) -> None:
    """One page, moved by the printer's offset as every other; small enough for a printer's line."""
    pages = signed(trust).pages
    assert pages.pages == 1
    assert moved(pages.pdf, 5, -5).startswith(b"%PDF")
    assert len(pages.pdf) < 500_000


def test_the_slip_says_the_same(trust: Trust) -> None:
    """For a kiosk without an A4 printer: the parts with their codes, and the same QR code."""
    sheet = signed(trust)
    said = {line.left: line.right for line in sheet.slip.lines}
    assert said["终端编号"] == KIOSK
    assert said["A4 打印机"] == "不合格 D-21"
    assert sheet.slip.qr == qr_text(sheet.acceptance)


def test_a_sheet_is_kept_once_and_verified(world: World, trust: Trust) -> None:
    """Brought twice it is one row; whoever holds the paper sees when the centre got it."""
    sheet = signed(trust).acceptance
    taken(world, sheet)
    taken(world, sheet)
    rows = read(world.engine, lambda at: list_sheets(at, KIOSK, 10))
    assert [(row.result, row.technician) for row in rows] == [("fail", "测试甲")]
    checked = read(world.engine, lambda at: check_sheet(at, sheet))
    assert checked.verdict is Verdict.GENUINE
    assert checked.received_at
    other = signed(trust, FINDINGS[:3]).acceptance
    assert refused(world, other) == "reference_reused"


def test_a_changed_sheet_is_found_out(world: World, trust: Trust) -> None:
    """A failure turned into a pass: its form is right, the signature is not."""
    sheet = signed(trust).acceptance
    better = replace(sheet.facts, result=Result.PASS)
    forged = Acceptance(message_of(better), sheet.signature)
    assert read(world.engine, lambda at: check_sheet(at, forged)).verdict is Verdict.NOT_GENUINE
    assert refused(world, forged) == "sheet_not_accepted"


def test_no_kiosk_signs_for_another(world: World, trust: Trust) -> None:
    """Signed by the neighbour's key: the certificate named is not this kiosk's."""
    forged = signed(trust, by=OTHER_KIOSK).acceptance
    assert read(world.engine, lambda at: check_sheet(at, forged)).verdict is Verdict.UNKNOWN_KEY
    assert refused(world, forged) == "sheet_not_accepted"
    assert refused(world, signed(trust).acceptance, kiosk=OTHER_KIOSK) == "sheet_not_accepted"


@pytest.mark.parametrize("cut", ["", "KR1:AAAA", "KA1:", "KA1:" + "A" * 500])
def test_what_is_no_sheet_is_called_so(cut: str) -> None:
    """A receipt's code, a cut one, noise."""
    with pytest.raises(NotASheet):
        assert read_qr(cut).facts


def test_the_command_verifies_what_was_scanned(world: World, trust: Trust) -> None:
    """It says whose, how and when; that the certificate was revoked since is said too."""
    text = qr_text(signed(trust).acceptance).decode("ascii").lower()
    write(world.engine, lambda at: revoke(at, NOW, KIOSK, "stolen"))
    command = ["acceptance", "verify", "--db", str(world.engine.url)]
    found = CliRunner().invoke(main, [*command, text])
    assert found.exit_code == 0
    assert "genuine" in found.output and "received: no" in found.output
    assert "revoked 2026" in found.output
    assert "document_printer: fail D-21" in found.output
    assert CliRunner().invoke(main, [*command, text[:-9]]).exit_code == 1


def test_a_kiosk_without_an_identity_signs_nothing(tmp_path: Path) -> None:
    """There is no sheet without a key that the centre knows."""
    with pytest.raises(NoIdentity):
        composed(OCCASION, FINDINGS, Identity(tmp_path))
