"""Writing the other slot: what is fetched, what is left alone, what is refused."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.commands import update as command
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.release_signature import Read
from kioskd.protocols.software_bundle import PIECE_BYTES
from kioskd.update.bundle_source import from_file
from kioskd.update.install import install
from kioskd.update.release import acceptable
from kioskd.update.slots import PARTITIONS, Machine, Slot
from tests.updates import NEW, OLD, SLOT_BYTES, Card, a_bundle, a_card


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return a_card(tmp_path / "card")


class Counted:
    """A reader that counts, and that can be cut off."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.reads, self.cut_after = 0, 10**6

    def __call__(self, offset: int, size: int) -> bytes:
        self.reads += 1
        if self.reads > self.cut_after:
            raise CutOff
        return self._read(offset, size)


class CutOff(Exception):
    """The power or the line went."""


def put_in(card: Card, file: Path, read: Read | None = None) -> Slot:
    source = read or from_file(file)
    bundle = acceptable(source, card.machine)
    return install(bundle, source, card.machine, lambda done, whole: None)


def refusal(card: Card, file: Path) -> UpdateFault:
    with pytest.raises(UpdateRefused) as refused:
        put_in(card, file)
    return refused.value.fault


def test_the_other_slot_gets_it_all(card: Card, bundle: Path) -> None:
    """Root, boot files, its own command line; the firmware starts it once, if asked."""
    config = (card.machine.firmware / "config.txt").read_bytes()
    assert put_in(card, bundle) is Slot.B
    assert card.holds(Slot.B, NEW) and card.holds(Slot.A, OLD)
    assert (card.machine.firmware / "config.txt").read_bytes() == config
    tryboot = (card.machine.firmware / "tryboot.txt").read_bytes()
    assert tryboot == config.replace(b"os_prefix=a/", b"os_prefix=b/")


def test_the_first_slot_is_written_from_the_second(card: Card, bundle: Path) -> None:
    """It is always the one that does not run."""
    put_in(card, bundle)
    card.machine.choose(Slot.B)
    card.start(Slot.B, NEW)
    newer = a_bundle(card.folder, "0.3.0")
    assert put_in(card, newer) is Slot.A
    assert card.holds(Slot.A, "0.3.0") and card.holds(Slot.B, NEW)


def test_what_is_there_is_not_fetched(card: Card, bundle: Path) -> None:
    """Half of the root and one boot file are the running slot's too: the rest is read once."""
    counted = Counted(from_file(bundle))
    put_in(card, bundle, counted)
    assert counted.reads == 2 + 2 + 3
    again = Counted(from_file(bundle))
    put_in(card, bundle, again)
    assert again.reads == 2


def test_a_download_goes_on_where_it_was_cut(card: Card, bundle: Path) -> None:
    """Started anew after every two pieces it gets there; only a boot file is fetched whole."""
    reads = []
    for _ in range(4):
        counted = Counted(from_file(bundle))
        counted.cut_after = 4
        with suppress(CutOff):
            put_in(card, bundle, counted)
        reads.append(min(counted.reads, counted.cut_after) - 2)
    assert card.holds(Slot.B, NEW)
    assert reads == [2, 2, 2, 0]


def test_a_damaged_piece_is_not_written(card: Card, bundle: Path) -> None:
    """What stands in the slot at its place stays, and no trial is offered of it."""
    before = (card.folder / "partitions" / PARTITIONS["b"]).read_bytes()
    source = from_file(bundle)

    def lying(offset: int, size: int) -> bytes:
        data = source(offset, size)
        return data[:-1] + bytes([data[-1] ^ 1]) if size > PIECE_BYTES // 2 else data

    with pytest.raises(UpdateRefused) as refused:
        put_in(card, bundle, lying)
    assert refused.value.fault is UpdateFault.DAMAGED
    after = (card.folder / "partitions" / PARTITIONS["b"]).read_bytes()
    assert after[SLOT_BYTES // 2 :] == before[SLOT_BYTES // 2 :]


def test_files_of_an_older_version_go(card: Card, bundle: Path) -> None:
    """The slot's boot folder holds what the bundle has and nothing else."""
    (card.machine.boot_folder(Slot.B) / "old.dtb").write_bytes(b"old")
    put_in(card, bundle)
    assert card.holds(Slot.B, NEW)


def test_what_was_written_is_read_back(
    card: Card, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that keeps something else than it was given is found out."""

    def forgetful(handle: int, data: bytes, start: int) -> None:
        """Lose the write."""

    monkeypatch.setattr("kioskd.update.install._write", forgetful)
    assert refusal(card, bundle) is UpdateFault.NOT_WRITTEN


def test_a_slot_that_is_too_small(card: Card, tmp_path: Path) -> None:
    """Nothing of it is written."""
    large = a_bundle(tmp_path, size=SLOT_BYTES + PIECE_BYTES)
    assert refusal(card, large) is UpdateFault.NO_ROOM


@pytest.mark.parametrize("version", [OLD, "0.0.9", "0.1.0"])
def test_nothing_that_is_not_newer(card: Card, tmp_path: Path, version: str) -> None:
    """An old release with old holes is no update, however well it is signed."""
    assert refusal(card, a_bundle(tmp_path, version)) is UpdateFault.OLDER


def test_the_way_back_can_be_signed(card: Card, tmp_path: Path) -> None:
    """A bundle that says which newer version it may replace is taken over that one only."""
    back = a_bundle(tmp_path, "0.0.9", may_replace=(OLD,))
    put_in(card, back)
    assert card.holds(Slot.B, "0.0.9")
    other = a_bundle(tmp_path, "0.0.8", may_replace=("0.0.9",))
    assert refusal(card, other) is UpdateFault.OLDER


def test_another_kind_of_machine(card: Card, tmp_path: Path) -> None:
    """A release for other hardware is refused by name."""
    foreign = a_bundle(tmp_path, compatible="kioskd-other")
    assert refusal(card, foreign) is UpdateFault.OTHER_MACHINE


def test_what_is_on_trial_keeps_its_way_back(card: Card, bundle: Path, tmp_path: Path) -> None:
    """Nothing is written beside a slot that may yet be left."""
    put_in(card, bundle)
    card.start(Slot.B, NEW)
    newer = a_bundle(tmp_path, "0.3.0")
    assert refusal(card, newer) is UpdateFault.ON_TRIAL
    assert card.holds(Slot.A, OLD)


@pytest.mark.parametrize(
    "config", ["", "os_prefix=c/\n", "os_prefix=a/\nos_prefix=b/\n", "#os_prefix=a/\n"]
)
def test_a_config_that_names_no_slot(card: Card, bundle: Path, config: str) -> None:
    """It is not guessed: the machine stays as it is."""
    (card.machine.firmware / "config.txt").write_text(config)
    assert refusal(card, bundle) is UpdateFault.NO_SLOTS


@pytest.mark.parametrize("line", ["", "quiet", "kioskd.slot=c", "kioskd.slot=a kioskd.slot=b"])
def test_a_kernel_that_was_told_no_slot(card: Card, bundle: Path, line: str) -> None:
    """A development machine has no slots; nothing is written there."""
    (card.memory / "cmdline").write_text(line)
    assert refusal(card, bundle) is UpdateFault.NO_SLOTS


def test_the_choice_is_one_byte(card: Card) -> None:
    """Nothing else of the file is touched, whatever ends its lines."""
    config = card.machine.firmware / "config.txt"
    config.write_bytes(b"arm_64bit=1\r\nos_prefix=a/\r\n# os_prefix=a/\r\n")
    card.machine.choose(Slot.B)
    assert config.read_bytes() == b"arm_64bit=1\r\nos_prefix=b/\r\n# os_prefix=a/\r\n"
    assert card.machine.chosen() is Slot.B


@pytest.fixture
def here(card: Card, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(command, "Machine", lambda: card.machine)
    return card.machine


def test_a_technician_looks_and_installs(
    card: Card, bundle: Path, here: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """``inspect`` writes nothing; ``install`` says where it went; ``status`` says what is next."""
    assert main(["update", "inspect", str(bundle)]) == 0
    assert "may be installed here" in capsys.readouterr().out
    assert not card.holds(Slot.B, NEW)
    assert main(["update", "install", str(bundle)]) == 0
    assert "slot b" in capsys.readouterr().out
    assert main(["update", "status"]) == 0
    told = capsys.readouterr().out
    assert "slot a runs 0.1.0" in told and "slot a is started next" in told
    assert "ready 0.2.0" in told


def test_a_refusal_is_told_with_its_code(
    card: Card, here: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is no bundle, one for other hardware, one that is not there."""
    (tmp_path / "nonsense").write_bytes(b"nonsense")
    foreign = a_bundle(tmp_path, compatible="kioskd-other")
    for file, code in (
        (tmp_path / "nonsense", "U-02"),
        (foreign, "U-04"),
        (tmp_path / "-", "U-02"),
    ):
        assert main(["update", "inspect", str(file)]) == 1
        assert code in capsys.readouterr().err
