"""The rig's own parts: its file, its allow-list, its operator, what it may charge."""

import os
import pty
import tty
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import trio

from kiosk_bench.benches.beyond import is_of_the_centre
from kiosk_bench.needs import MARKERS, Need, NotOffered, OfferedFaults
from kiosk_bench.rig.charges import Allowance, ChargeRefused
from kiosk_bench.rig.commands import CommandFailed, KioskShell, json_of, run
from kiosk_bench.rig.file import OperatorTable, PinPadTable, Rig, RigFileWrong, read_rig
from kiosk_bench.rig.operator import Operator, OperatorFailed
from kiosk_bench.rig.serials import WrongRig, check_serials
from kiosk_bench.timeline.timeline import Timeline
from tests.patience import PATIENCE_S

T = TypeVar("T")
SAMPLE = Path(__file__).parents[2] / "docs" / "rig.toml"
PAD = PinPadTable(usb="1-1.2", serial="PAD-1", port="/dev/kiosk/pinpad", max_fen=300000)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("max_fen = 600000", 'max_fen = "much"'), "pin_pad.max_fen: expected `int`, got `str`"),
        (("max_fen = 600000", "# 600000"), "pin_pad: this key is missing: `max_fen`"),
        (("[pin_pad]", "[pinpad]"), "the file: there is no key `pinpad`"),
        (("answer_s = 120", "answers = 120"), "operator: there is no key `answers`"),
        (("[kiosk]", "[kiosk"), "line"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    """An unknown key, a wrong type, a missing key: file, key and reason, nothing is driven."""
    file = tmp_path / "rig.toml"
    text = SAMPLE.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(RigFileWrong) as wrong:
        read_rig(file)
    assert str(wrong.value).startswith(f"{file}: ") and said in str(wrong.value)


def test_a_missing_file_points_at_the_sample(tmp_path: Path) -> None:
    """Who names no file that there is learns where one to copy is."""
    with pytest.raises(RigFileWrong, match=r"docs/rig\.toml"):
        read_rig(tmp_path / "rig.toml")


def test_the_sample_has_everything() -> None:
    """The sample in the documentation is a rig that lacks nothing; without a table it says so."""
    rig = read_rig(SAMPLE)
    assert [rig.lacks(need) for need in Need] == [""] * len(Need)
    bare = msgspec.structs.replace(rig, a4=None)
    assert bare.lacks(Need.A4) == "the rig has no A4 printer: [a4] is missing in rig.toml"


def test_every_need_has_a_marker(pytestconfig: pytest.Config) -> None:
    """Pytest knows a marker for each kind of device, so that ``-m`` can select it."""
    known = {line.split(":")[0] for line in pytestconfig.getini("markers")}
    assert {MARKERS[need] for need in Need} <= known


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A rig whose kiosk is this machine, with the sample's serial numbers in files of its own."""
    sample = read_rig(SAMPLE)
    for table in (sample.card, sample.id_reader, sample.pin_pad, sample.receipt_printer):
        assert table is not None
        (tmp_path / table.usb).mkdir()
        (tmp_path / table.usb / "serial").write_text(f"{table.serial}\n", encoding="ascii")
    (tmp_path / "board").write_text(f"{sample.kiosk.serial}\0", encoding="ascii")
    kiosk = msgspec.structs.replace(
        sample.kiosk,
        shell=("sh", "-c"),
        usb=str(tmp_path),
        serial_file=str(tmp_path / "board"),
    )
    return msgspec.structs.replace(sample, kiosk=kiosk)


async def test_the_right_rig_is_driven(rig: Rig) -> None:
    """Board and devices with the serial numbers of the file pass."""
    await check_serials(rig, KioskShell(rig.kiosk))


async def test_a_wrong_serial_number_is_refused_naming_both(rig: Rig, tmp_path: Path) -> None:
    """Another PIN pad and no card reader: both are told, with what is allowed and what is there."""
    assert rig.pin_pad is not None and rig.card is not None
    (tmp_path / rig.pin_pad.usb / "serial").write_text("LIVE-4711\n", encoding="ascii")
    (tmp_path / rig.card.usb / "serial").unlink()
    with pytest.raises(WrongRig) as wrong:
        await check_serials(rig, KioskShell(rig.kiosk))
    card, pad = str(wrong.value).splitlines()
    assert rig.pin_pad.serial in pad and "LIVE-4711" in pad and rig.pin_pad.usb in pad
    assert rig.card.serial in card and "nothing is there" in card


async def test_a_command_that_fails_is_told_with_its_words() -> None:
    """What it said, its exit code, one that is not there, and one that takes too long."""
    with pytest.raises(CommandFailed, match=r"ended with 3: no paper"):
        await run(("sh", "-c", "echo no paper >&2; exit 3"))
    with pytest.raises(CommandFailed, match="no-such-relay"):
        await run(("no-such-relay", "off"))
    with pytest.raises(CommandFailed, match="not done within"):
        await run(("sleep", "600"), within_s=0.1)
    with pytest.raises(CommandFailed, match="printed something else"):
        json_of(("count",), b"three", int)


class Person:
    """Whoever sits at the other end of a terminal: answers a question when it is asked."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.path = os.ttyname(self.slave)

    async def answers(self, answer: str) -> str:
        """Answer the next question; return it."""
        asked = b""
        while not asked.endswith(b": "):
            await trio.lowlevel.wait_readable(self.master)
            asked += os.read(self.master, 4096)
        os.write(self.master, f"{answer}\n".encode())
        return asked.decode()

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def person() -> Iterator[Person]:
    """Somebody at a terminal."""
    somebody = Person()
    yield somebody
    somebody.close()


async def asked(person: Person, answer: str, ask: Callable[[], Awaitable[T]]) -> tuple[str, T]:
    """Ask while the person answers; return the question and what came of it."""
    questions: list[str] = []

    async def listen() -> None:
        questions.append(await person.answers(answer))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen)
        told = await ask()
    return questions[0], told


async def test_the_operator_is_asked_and_waited_for(person: Person) -> None:
    """Enter says done, n says that it cannot be, a number is a number."""
    operator = Operator(OperatorTable(tty=person.path, answer_s=PATIENCE_S))
    put = partial(operator.do, "Put the white card into the slot")
    question, _ = await asked(person, "", put)
    assert "Put the white card into the slot, then press Enter" in question
    _, count = await asked(person, "2", partial(operator.number, "How many receipts came out?"))
    assert count == 2
    with pytest.raises(ExceptionGroup) as failed:
        await asked(person, "n", put)
    assert failed.group_contains(OperatorFailed, match="could not: Put the white card")


async def test_an_operator_who_is_away_has_a_named_result(person: Person) -> None:
    """Nobody answers in time: the story fails with what was asked, and nothing hangs."""
    operator = Operator(OperatorTable(tty=person.path, answer_s=0.05))
    with pytest.raises(OperatorFailed, match=r"nobody answered within 0.05 s: Take the card"):
        await operator.do("Take the card out of the slot")


async def test_without_a_terminal_nobody_can_be_asked(tmp_path: Path) -> None:
    """A run without a terminal skips what needs a hand, with the reason."""
    operator = Operator(OperatorTable(tty=str(tmp_path / "no-tty")))
    with pytest.raises(NotOffered, match="run the rig from a terminal"):
        await operator.do("Take the card out of the slot")


async def test_charges_are_agreed_to_by_the_pads_number(person: Person) -> None:
    """The consent is typed once, and only the PIN pad's own number is one."""
    operator = Operator(OperatorTable(tty=person.path, answer_s=PATIENCE_S))
    allowance = Allowance(PAD)
    agree = partial(allowance.agree, operator)
    with pytest.raises(ExceptionGroup) as refused:
        await asked(person, "yes", agree)
    assert refused.group_contains(NotOffered, match="nobody agreed")
    question, _ = await asked(person, PAD.serial, agree)
    assert "charges the test bank card" in question and "at most 3,000.00 yuan" in question
    await agree()  # asked no more in this run


async def test_without_consent_nothing_is_charged() -> None:
    """No operator and no accept_charges: the reason names both keys; with it, no question."""
    with pytest.raises(NotOffered, match=r"\[operator\].*accept_charges"):
        await Allowance(PAD).agree(None)
    await Allowance(msgspec.structs.replace(PAD, accept_charges=True)).agree(None)


def test_charges_are_counted_and_refused_beyond() -> None:
    """The run's sum counts, whatever became of each charge; what is refused is not counted."""
    with pytest.raises(ChargeRefused, match="nobody has agreed"):
        Allowance(PAD).take(1)
    allowance = Allowance(msgspec.structs.replace(PAD, accept_charges=True))
    allowance.take(280000)
    with pytest.raises(ChargeRefused, match=r"200\.01 yuan.*2,800\.00 yuan of 3,000\.00 yuan"):
        allowance.take(20001)
    allowance.take(20000)
    assert allowance.charged_fen == PAD.max_fen


def test_a_fault_that_a_bench_cannot_have_is_not_offered() -> None:
    """It is named with the reason; one that it can have begins."""
    timeline = Timeline()
    faults = OfferedFaults(timeline, is_of_the_centre, "it is of a simulated device")
    faults.add("central.lost_reply")
    with pytest.raises(NotOffered, match=r"printer\.paper_out: it is of a simulated device"):
        faults.add("printer.paper_out")
    assert faults == {"central.lost_reply"}
    assert [entry.text for entry in timeline.entries] == ["central.lost_reply begins"]
