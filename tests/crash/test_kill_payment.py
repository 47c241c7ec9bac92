"""SIGKILL before and after every call of a payment, and again in the recovery that follows."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from kioskd.domain.payment import Decision, Outcome, PaymentState, TransactionRecord
from kioskd.payments import evidence
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Verdict
from kioskd.payments.pay import pay
from tests.crash.kill_points import FilePinPad, Kiosk, Pay, Points, lost_or_doubled, pay_once
from tests.fakes import an_assessment


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that is possible: SIGKILL loses no page cache, so no disk is needed."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


def points_of(kiosk: Kiosk, what: str, copy_to: Path) -> int:
    """Count the points of one whole life on a copy of the kiosk's disk."""
    shutil.copytree(kiosk.folder, copy_to)
    return Kiosk(copy_to, kiosk.pad_reverses, kiosk.paying).live(what, None)


def finish(kiosk: Kiosk) -> list[str]:
    """Boot undisturbed; the citizen tries once more, as she would; then check."""
    kiosk.live_in_a_child("recover", None)
    after_recovery = lost_or_doubled(kiosk.folder)
    kiosk.live_in_a_child("pay", None)
    charges = FilePinPad(kiosk.folder, Points(None), reverses=False).standing()
    unpaid = [] if charges else ["lost: she cannot pay any more"]
    return after_recovery + unpaid + lost_or_doubled(kiosk.folder)


def matrix(
    folder: Path, pad_reverses: bool, paying: Pay, firsts: int, step: int, enough: bool = False
) -> tuple[int, list[str]]:
    """Kill once at every ``firsts``-th point and, for each, again at every ``step``-th after it.

    With ``enough`` it ends at the first finding.
    """
    folder.mkdir(exist_ok=True)
    start = folder / "start"
    start.mkdir()
    points = points_of(Kiosk(start, pad_reverses, paying), "pay", folder / "dry")
    runs, broken = 0, []
    for first in range(0, points, firsts):
        crashed = Kiosk(folder / f"{first}", pad_reverses, paying)
        crashed.folder.mkdir()
        assert crashed.live_in_a_child("pay", first)
        more = points_of(crashed, "recover", folder / f"{first}-dry")
        for second in [None, *range(0, more, step)]:
            again = Kiosk(folder / f"{first}-{second}", pad_reverses, paying)
            shutil.copytree(crashed.folder, again.folder)
            if second is not None:
                assert again.live_in_a_child("recover", second)
            runs += 1
            broken += [f"killed at {first}, {second}: {what}" for what in finish(again)]
            shutil.rmtree(again.folder)
            if enough and broken:
                return runs, broken
    return runs, broken


@pytest.mark.parametrize("pad_reverses", [True, False])
def test_no_kill_loses_or_doubles_money(folder: Path, pad_reverses: bool, in_full: bool) -> None:
    """Killed anywhere, once or twice: charged at most once, posted if and only if charged."""
    firsts, step = (1, 1) if in_full else (3, 8)  # odd: points before and after calls alternate
    runs, broken = matrix(folder, pad_reverses, pay_once, firsts, step)
    assert runs > (50 if in_full else 20)
    assert broken == []


async def pays_again_when_unsure(desk: PaymentDesk) -> Payment:
    """A planted fault: what public advice calls starting the payment again."""
    payment = await pay(desk, an_assessment(), lambda ref, step: None)
    if payment.state is not PaymentState.CONFIRMED:
        return payment
    again = await desk.pin_pad.authorise(payment.amount, lambda step: None, _accept)
    assert again.outcome is Outcome.APPROVED
    return payment


async def _accept(record: TransactionRecord) -> Decision:
    return Decision.ACCEPT


def _everything_is_uncharged(monkeypatch: pytest.MonkeyPatch) -> Pay:
    rows = dict.fromkeys(evidence.RESOLVES, Verdict.NOT_CHARGED)
    monkeypatch.setattr(evidence, "RESOLVES", MappingProxyType(rows))
    return pay_once


def _retries(monkeypatch: pytest.MonkeyPatch) -> Pay:
    return pays_again_when_unsure


@pytest.mark.parametrize("plant", [_everything_is_uncharged, _retries])
def test_the_check_catches_planted_faults(
    folder: Path, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], Pay]
) -> None:
    """A recovery that takes doubt for a decline, and a retry, are both found as doubled money."""
    _, broken = matrix(folder, False, plant(monkeypatch), firsts=1, step=1000, enough=True)
    assert any("doubled" in what for what in broken)
