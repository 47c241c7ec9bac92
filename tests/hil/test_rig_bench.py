"""The rig's bench, played on a rig that is made of the simulators."""

import os
import pty
import socket
import sys
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess, run

import msgspec
import pytest
import trio

from kiosk_bench.benches.rig import RigBench
from kiosk_bench.evidence import Summary
from kiosk_bench.needs import NotOffered
from kiosk_bench.programs import Programs
from kiosk_bench.rig.file import Rig
from kiosk_bench.runner import STORIES
from tests.hil.rig_double import BOARD, SERIALS, RigDouble, rig_of_simulators
from tests.patience import PATIENCE_S

SAMPLE = Path(__file__).parents[2] / "docs" / "rig.toml"
CUT = "power-cut-while-paying-approved"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@asynccontextmanager
async def rigged(
    folder: Path, programs: Programs, changes: dict[str, dict[str, object] | None]
) -> AsyncIterator[tuple[RigDouble, RigBench]]:
    """Have such a rig and its bench; ``changes`` are made to tables of its file, None removes."""
    async with rig_of_simulators(folder / "rig", programs) as double:
        tables = double.tables(folder / "evidence" / "centre" / "cards.json", free_port())
        for table, keys in changes.items():
            tables[table] = tables.get(table, {}) | (keys or {})
            if keys is None:
                del tables[table]
        bench = RigBench(msgspec.convert(tables, type=Rig), programs)
        with trio.fail_after(4 * PATIENCE_S):
            await bench.begin()
            yield double, bench


async def played(
    name: str, folder: Path, programs: Programs, **changes: dict[str, object] | None
) -> Summary:
    """Play a story on such a rig."""
    async with rigged(folder, programs, changes) as (_, bench):
        return await bench.play(STORIES[name], folder / "evidence")


def test_a_payment_is_made_on_the_rig(tmp_path: Path, programs: Programs) -> None:
    """The story of the simulators plays unchanged through shell, tunnel, relay and hands."""
    keep = {"keep": ["sh", "-c", "echo the board speaks; exec sleep 600"]}
    hdmi = {"picture": ["sh", "-c", "echo a picture > {file}"]}
    summary = trio.run(partial(played, "pay-by-card", tmp_path, programs, uart=keep, hdmi=hdmi))
    assert (summary.outcome, summary.problems) == ("paid", [])
    assert summary.receipt_printed
    assert [one["amount_fen"] for one in summary.ledger["postings"]] == [280000]
    kept = {file.name for file in (tmp_path / "evidence").rglob("*")}
    assert {"journal.db", "kioskd.log", "uart.log", "panel.png", "summary.json"} <= kept


async def by_operator(folder: Path, programs: Programs) -> tuple[Summary, list[str]]:
    """Play a power cut with a person for the cards; return what she was asked too."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    asked: list[str] = []

    async def obey(double: RigDouble) -> None:
        text = ""
        while True:
            await trio.lowlevel.wait_readable(master)
            text += os.read(master, 4096).decode()
            if not text.endswith(": "):
                continue
            asked.append(text)
            await (double.insert("zhang") if "white card into" in text else double.card.pull())
            os.write(master, b"\n")
            text = ""

    changes = {
        "operator": {"tty": os.ttyname(slave), "answer_s": PATIENCE_S},
        "card": {"insert": None, "pull": None},
    }
    async with rigged(folder, programs, changes) as (double, bench), trio.open_nursery() as nursery:
        nursery.start_soon(obey, double)
        summary = await bench.play(STORIES[CUT], folder / "evidence")
        nursery.cancel_scope.cancel()
    os.close(master)
    os.close(slave)
    return summary, asked


def test_power_is_cut_by_the_relay_and_cards_are_put_by_a_person(
    tmp_path: Path, programs: Programs
) -> None:
    """The relay cuts at the approval, told by the log; the charge is posted once."""
    summary, asked = trio.run(by_operator, tmp_path, programs)
    assert summary.problems == []
    assert any("receipts were not counted" in line for line in summary.unchecked)
    assert [one["amount_fen"] for one in summary.ledger["postings"]] == [280000]
    assert "Put zhang's white card into the social security card slot, then press Enter" in asked[0]


def test_a_charge_beyond_the_limit_is_never_made(tmp_path: Path, programs: Programs) -> None:
    """Nothing is put into the PIN pad, its red key is pressed, and the story says why it failed."""
    limit = {"max_fen": 279999}
    summary = trio.run(partial(played, "pay-by-card", tmp_path, programs, pin_pad=limit))
    assert not summary.ok
    assert "2,800.00 yuan more would be beyond pin_pad.max_fen" in summary.outcome
    assert summary.pin_pad["charges"] == [] and summary.ledger["postings"] == []


def test_a_name_on_the_boards_console_is_found(tmp_path: Path, programs: Programs) -> None:
    """What the rig keeps beside the kiosk's own files is searched for citizens too."""
    board = f"cat {tmp_path}/evidence/centre/cards.json; exec sleep 600"
    keep = {"uart": {"keep": ["sh", "-c", board]}, "pin_pad": None}
    summary = trio.run(partial(played, "foreign-card", tmp_path, programs, **keep))
    assert "uart.log: name of zhang" in summary.found_personal_data
    assert not summary.ok and "personal data" in " ".join(summary.problems)


def test_an_unsettled_journal_is_not_wiped(tmp_path: Path, programs: Programs) -> None:
    """What an earlier story left open on the kiosk stops the next one, naming the payment."""
    told = """echo '[{"ref": "K0123-AAAA-000001", "state": "approved"}]' #"""

    async def play() -> Summary:
        async with rigged(tmp_path, programs, {"kiosk": {"program": told}}) as (double, bench):
            state = double.lab / "state"
            state.mkdir()
            (state / "journal.db").write_bytes(b"money")
            summary = await bench.play(STORIES["pay-by-card"], tmp_path / "evidence")
            assert (state / "journal.db").read_bytes() == b"money"
            return summary

    summary = trio.run(play)
    assert "payment K0123-AAAA-000001 of an earlier story is approved" in summary.outcome


def test_a_pin_pad_that_is_swapped_between_stories_is_not_charged(
    tmp_path: Path, programs: Programs
) -> None:
    """Serial numbers are looked at before each story: nothing of this one is played."""

    async def play() -> Summary:
        async with rigged(tmp_path, programs, {}) as (double, bench):
            (double.run / "usb/1-1.2/serial").write_text("LIVE-4711", encoding="ascii")
            summary = await bench.play(STORIES["pay-by-card"], tmp_path / "evidence")
            assert not double.is_running and await double.charges() == []
            return summary

    summary = trio.run(play)
    assert "'PAD-0001'" in summary.outcome and "'LIVE-4711'" in summary.outcome


def test_a_device_that_is_missing_is_named(tmp_path: Path, programs: Programs) -> None:
    """A story that comes upon a device without a table is not played to its end: it says why."""

    async def play() -> None:
        async with rigged(tmp_path, programs, {"card": None}) as (_, bench):
            lacks = bench.lacks(STORIES["print-enrolment"])
            assert "no A4 printer: [a4] is missing" in lacks and "no card reader" in lacks
            with pytest.raises(NotOffered, match=r"no card reader: \[card\] is missing"):
                await bench.play(STORIES["pay-by-card"], tmp_path / "evidence")

    trio.run(play)


def suite_on(folder: Path, serials: dict[str, str], sample: str) -> CompletedProcess[str]:
    """Run ``--bench=rig`` with one story on a rig whose kiosk is a shell with serial numbers."""
    for usb, serial in serials.items():
        (folder / usb).mkdir()
        (folder / usb / "serial").write_text(serial, encoding="ascii")
    (folder / "board").write_text(BOARD, encoding="ascii")
    lines = (
        f'serial_file = "{folder}/board"\nusb = "{folder}"\nshell = ["sh", "-c"]\n'
        f'serial = "{BOARD}"'
    )
    text = sample.replace('serial = "100000000000abcd"', lines, 1)
    (folder / "rig.toml").write_text(text, encoding="utf-8")
    suite = ["-p", "no:cacheprovider", "tests/scenarios", "--bench=rig", "-k", "print-enrolment"]
    command = [sys.executable, "-m", "pytest", *suite, "--rig", str(folder / "rig.toml")]
    return run(command, cwd=SAMPLE.parents[1], capture_output=True, text=True, check=False)


def test_the_suite_does_not_begin_on_a_wrong_rig(tmp_path: Path) -> None:
    """With another PIN pad plugged in nothing is played, and both numbers are named."""
    wrong = {**SERIALS, "1-1.2": "LIVE-4711"}
    done = suite_on(tmp_path, wrong, SAMPLE.read_text(encoding="utf-8"))
    assert done.returncode == 2
    assert "this rig is not driven" in done.stdout
    assert "'PAD-0001'" in done.stdout and "'LIVE-4711'" in done.stdout


def test_what_the_rig_has_not_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """A rig without an A4 printer passes over what prints, and says which table is missing."""
    sample = SAMPLE.read_text(encoding="utf-8")
    without = sample.replace('[a4]\nuri = "ipp://192.0.2.20:631/ipp/print"\n', "")
    assert without != sample
    done = suite_on(tmp_path, SERIALS, without)
    assert done.returncode == 0 and "1 skipped" in done.stdout
    assert "the rig has no A4 printer: [a4] is missing in rig.toml" in done.stdout
