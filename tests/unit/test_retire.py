"""The end of a kiosk: nothing is wiped that the centre lacks, wherever the power goes."""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kioskd.config import Config, load
from kioskd.errors import JournalDamaged, ServerError, ServerRefused, ServerUnreachable
from kioskd.protocols.central_books import ChainHead
from kioskd.protocols.central_retire import Retired, Retirement
from kioskd.provision import retirement, retiring, wiping
from kioskd.provision.last_word import LastWord
from kioskd.provision.reporting import tell
from kioskd.provision.retirement import Refusal, Retiring, Stage
from kioskd.provision.retiring import retire
from kioskd.relay.line import CentralLine
from tests.unit.provision_world import CODE, GOOD, Card

HEAD = ChainHead("7KQ4", 6, b"h" * 32)
PERSONAL = b"what nobody else may read"


class PowerCut(BaseException):
    """Raised where a test cuts the power."""


@dataclass
class FakeCentre:
    """What the kiosk's last word meets."""

    word: LastWord = field(default_factory=lambda: LastWord(HEAD))
    answers: list[ServerError] = field(default_factory=list)
    """Raised instead of an answer, after it was put on record unless it is a refusal."""
    on_record: dict[str, Retirement] = field(default_factory=dict)
    asked: int = 0

    async def last_word(self, config: Config, within_s: float) -> LastWord:
        return self.word

    async def tell(self, line: CentralLine, kiosk_id: str, told: Retirement) -> Retired:
        error = self.answers.pop(0) if self.answers else None
        if isinstance(error, ServerRefused):
            raise error
        self.on_record[told.ref] = told
        if error is not None:
            raise error
        return Retired(told.ref, "2026-11-27T02:00:00Z")

    async def find(self, line: CentralLine, kiosk_id: str, ref: str) -> Retired | None:
        self.asked += 1
        if self.answers:
            raise self.answers.pop(0)
        return Retired(ref, "2026-11-27T02:00:00Z") if ref in self.on_record else None


@dataclass
class Scene:
    """A kiosk that served for a while."""

    card: Card
    centre: FakeCentre
    config: Config

    def retire(self, reason: str = "") -> Retiring | Refusal:
        return retire(self.card.places, self.card.machine, self.config, "Li", reason)

    @property
    def journal(self) -> Path:
        return self.card.places.state / "journal.db"

    def left(self) -> list[str]:
        """Return the files of the data partition."""
        data = self.card.places.data
        return sorted(str(one.relative_to(data)) for one in data.rglob("*") if one.is_file())


def scene_in(folder: Path, patch: pytest.MonkeyPatch) -> Scene:
    card, centre = Card(folder), FakeCentre()
    card.machine.free = 5 << 20  # so much is written over
    card.write(GOOD)
    card.boot()
    card.enrol()
    with open(card.places.config, "a", encoding="utf-8") as more:
        more.write(f'kiosk.state_dir = "{card.places.state}"\n')
    config = load(card.places.config)
    (card.places.state / "journal.db").write_bytes(PERSONAL * 1000)
    (card.places.state / "identity" / "next-key.pem").write_bytes(PERSONAL)
    card.machine.done.clear()
    patch.setattr(retiring, "last_word", centre.last_word)
    patch.setattr(retiring, "tell_retirement", centre.tell)
    patch.setattr(retiring, "find_retirement", centre.find)
    return Scene(card, centre, config)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return scene_in(tmp_path, monkeypatch)


def test_a_kiosk_that_owes_nothing_is_wiped(scene: Scene) -> None:
    """Stopped, told, written over, and only the note of it is left; it is not started again."""
    found = scene.retire()
    assert isinstance(found, Retiring) and (found.stage, found.at[:10]) == (
        Stage.WIPED,
        "2026-11-27",
    )
    (told,) = scene.centre.on_record.values()
    assert (told.by, told.reason, told.seq, told.head) == ("Li", "", 6, HEAD.head)
    assert scene.left() == ["kioskd/retirement.json"]
    assert scene.card.machine.done == ["stop", "discard data"]


def test_the_report_says_that_it_may_be_unscrewed(scene: Scene) -> None:
    """At every boot from then on, and on the panel; it serves nobody."""
    scene.retire()
    tell(scene.card.places, scene.card.machine, scene.card.boot())
    report = scene.card.places.report.read_text(encoding="utf-8-sig")
    assert "(I-19)" in report and "may be unscrewed" in report
    assert "I-19" in scene.card.places.notice.read_text(encoding="utf-8")
    assert not scene.card.places.config.exists()


def test_a_wiped_card_becomes_a_kiosk_again_by_a_new_code(scene: Scene) -> None:
    """And by nothing else: the file of the old one has no code any more."""
    scene.retire()
    assert "I-19" in scene.card.codes()
    scene.card.write(GOOD.replace("K0123", "K0124"))
    assert scene.card.codes() == ["I-08"]
    assert load(scene.card.places.config).kiosk.id == "K0124"
    assert (scene.card.places.vault / "code").read_text() == CODE


@pytest.mark.parametrize(
    ("word", "reason", "final"),
    [
        (LastWord(HEAD, ("K0123-7KQ4-000002 900.00 yuan in doubt",)), "", True),
        (LastWord(HEAD, ("K0123-7KQ4-000002 900.00 yuan in doubt",)), "sold", True),
        (LastWord(HEAD, (), ("2 prints are not reported",)), "", False),
        (LastWord(HEAD, (), ("the centre is not reached (S-01)",), reached=False), "", False),
    ],
    ids=["unknown", "unknown though forced", "open", "not reached"],
)
def test_what_is_in_the_way_is_listed_and_the_kiosk_goes_on(
    scene: Scene, word: LastWord, reason: str, final: bool
) -> None:
    """No reason wipes what nobody knows; the rest wants one that is written down."""
    before, scene.centre.word = scene.left(), word
    found = scene.retire(reason)
    assert found == Refusal((*word.unknown, *word.open), final)
    assert scene.left() == before and not scene.centre.on_record
    assert scene.card.machine.done == ["stop", "start"]


def test_what_is_merely_open_goes_with_a_reason_that_the_centre_keeps(scene: Scene) -> None:
    """It is on record there with the name."""
    scene.centre.word = LastWord(HEAD, (), ("2 prints are not reported",))
    found = scene.retire("printer burnt")
    assert isinstance(found, Retiring) and found.stage is Stage.WIPED
    (told,) = scene.centre.on_record.values()
    assert (told.by, told.reason) == ("Li", "printer burnt")


def test_forced_without_the_centre_the_report_says_what_to_tell_it(scene: Scene) -> None:
    """The reference and the command stand in the report; nothing claims that it knows."""
    scene.centre.word = LastWord(HEAD, (), ("the centre is not reached (S-01)",), reached=False)
    found = scene.retire("hall is closed")
    assert isinstance(found, Retiring) and not found.at
    tell(scene.card.places, scene.card.machine, scene.card.boot())
    report = scene.card.places.report.read_text(encoding="utf-8-sig")
    assert f"kiosk-central kiosk retire K0123 --by Li --note {found.ref}" in report
    assert "does not know of it" in report


def test_a_centre_that_refuses(scene: Scene) -> None:
    """It knows of an open payment that this journal does not: nothing is wiped."""
    before = scene.left()
    scene.centre.answers = [ServerRefused(409, "state_conflict", "payments 1")]
    assert scene.retire() == Refusal(("the centre refuses: payments 1",), final=True)
    assert scene.left() == before
    assert "I-18" not in scene.card.codes()


def test_a_lost_answer_is_asked_for(scene: Scene) -> None:
    """By then the certificate has ended: the reference is what the centre knows."""
    scene.centre.answers = [ServerUnreachable("cut")]
    found = scene.retire()
    assert isinstance(found, Retiring) and found.stage is Stage.WIPED and scene.centre.asked == 1


def test_a_lost_answer_and_a_lost_line(scene: Scene) -> None:
    """Nobody knows: nothing is wiped, it is told so, and the next try ends it."""
    scene.centre.answers = [ServerUnreachable("cut"), ServerUnreachable("away")]
    found = scene.retire()
    assert isinstance(found, Refusal) and "may have it on record" in found.left[0]
    assert scene.journal.read_bytes() == PERSONAL * 1000
    assert "I-18" in scene.card.codes() and scene.card.places.config.exists()
    again = scene.retire()
    assert isinstance(again, Retiring) and again.stage is Stage.WIPED
    assert list(scene.centre.on_record) == [again.ref]


def test_a_journal_in_use_is_left_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong before the end, the kiosk is started again."""

    async def in_use(config: Config, within_s: float) -> LastWord:
        raise JournalDamaged("another program is using it")

    monkeypatch.setattr(retiring, "last_word", in_use)
    with pytest.raises(JournalDamaged):
        scene.retire()
    assert scene.card.machine.done == ["stop", "start"] and scene.journal.exists()


@dataclass
class Power:
    """Counts every call that changes the disk, and cuts before the n-th."""

    cut_at: int
    calls: int = 0

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        for owner, name in (
            (os, "fsync"),
            (os, "replace"),
            (Path, "unlink"),
            (Path, "rmdir"),
            (wiping, "_fill"),
        ):
            patch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, real: Any) -> Any:
        def call(*words: Any, **more: Any) -> Any:
            self.calls += 1
            if self.calls > self.cut_at:
                raise PowerCut
            return real(*words, **more)

        return call


def test_the_power_goes_at_every_step(tmp_path: Path) -> None:
    """Nothing of the journal is gone before the centre has the kiosk's end on record.

    And wherever it was cut, doing it again, or the next boot, ends it.
    """
    cut = 0
    while True:
        (tmp_path / str(cut)).mkdir()
        with pytest.MonkeyPatch.context() as patch:
            scene = scene_in(tmp_path / str(cut), patch)
            with pytest.MonkeyPatch.context() as cutting:
                power = Power(cut)
                power.watch(cutting)
                try:
                    scene.retire()
                    ended = True
                except PowerCut:
                    ended = False
            whole = scene.journal.exists() and scene.journal.read_bytes() == PERSONAL * 1000
            assert whole or scene.centre.on_record
            if ended:
                break
            scene.card.boot()
            begun = retirement.saved(scene.card.places)
            if begun is None or begun.stage is not Stage.WIPED:
                found = scene.retire()
                assert isinstance(found, Retiring) and found.stage is Stage.WIPED
            assert scene.card.codes()[-1] == "I-19"
            assert not scene.journal.exists() and len(scene.centre.on_record) == 1
        cut += 1
    assert cut > 20


def test_a_card_that_refuses_to_be_wiped(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said so, with what to do; the kiosk does not start; the next start tries again."""
    scene.card.machine.root = False
    scene.retire()
    scene.card.machine.root = True
    with monkeypatch.context() as failing:

        def broken(file: Path) -> None:
            raise OSError(errno.EIO, "Input/output error")

        failing.setattr(wiping, "_wipe_file", broken)
        step = scene.card.boot()[-1]
    assert (step.code, step.stops) == ("I-18", True) and "destroy" in step.next_step.en
    assert not scene.card.places.config.exists()
    assert scene.card.codes()[-1] == "I-19" and not scene.journal.exists()


def test_wiped_means_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a file is removed there are zeros in it; keys go first; links are only removed."""
    card = Card(tmp_path)
    card.boot()
    identity = card.places.state / "identity"
    identity.mkdir(parents=True)
    (identity / "identity.pem").write_bytes(b"key")
    (card.places.state / "journal.db").write_bytes(b"x" * 3_000_000)
    outside = tmp_path / "outside"
    outside.write_bytes(b"not ours")
    (card.places.state / "link").symlink_to(outside)
    (card.places.state / "folder").symlink_to(tmp_path)
    seen: list[tuple[str, bool]] = []
    unlink = Path.unlink

    def look(self: Path, missing_ok: bool = False) -> None:
        if self.exists() and not self.is_symlink():
            seen.append((self.name, not any(self.read_bytes())))
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", look)
    card.machine.free = 2 << 20
    wiping.wipe(card.places, card.machine, keep=card.places.state / "retirement.json")
    assert seen[0] == ("identity.pem", True) and all(zeros for _, zeros in seen)
    assert ("journal.db", True) in seen and outside.read_bytes() == b"not ours"


def test_as_the_kiosks_account_the_next_boot_wipes(scene: Scene) -> None:
    """The unit that speaks with the centre has no rights of root: it stops and wipes nothing."""
    scene.card.machine.root = False
    found = scene.retire()
    assert isinstance(found, Retiring) and found.stage is Stage.ACKNOWLEDGED
    assert scene.card.machine.done == [] and scene.journal.exists()
    scene.card.machine.root = True
    assert scene.card.codes()[-1] == "I-19"
    assert scene.left() == ["kioskd/retirement.json"]
    assert not scene.card.places.to_retire.exists()


def test_why_it_goes_on_comes_to_the_report(scene: Scene) -> None:
    """Each open thing on a line of its own, and what to do; the kiosk serves meanwhile."""
    scene.centre.word = LastWord(HEAD, ("K0123-7KQ4-000002 900.00 yuan in doubt",))
    found = scene.retire()
    assert isinstance(found, Refusal)
    retirement.tell_refusal(scene.card.places, found)
    tell(scene.card.places, scene.card.machine, scene.card.boot())
    lines = scene.card.places.report.read_text(encoding="utf-8-sig").splitlines()
    assert "    K0123-7KQ4-000002 900.00 yuan in doubt" in lines
    assert any("(I-18)" in line for line in lines)
    assert scene.card.places.config.exists()


def test_a_name_in_the_file_asks_for_it(scene: Scene) -> None:
    """A kiosk that nobody can type on is retired by ``retire = NAME``, once a boot at most."""
    scene.card.boot()
    assert not scene.card.places.to_retire.exists()
    scene.card.write(scene.card.text() + "retire = 李工\n")
    scene.card.boot()
    assert scene.card.places.to_retire.read_text(encoding="utf-8") == "李工"
