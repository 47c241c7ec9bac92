"""The checks of the noise bite: each fault planted here is found by the very same run."""

from dataclasses import replace

import pytest

from kioskd.domain.payment import Outcome
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.payments import recovery
from kioskd.payments.evidence import Verdict, judge
from kioskd.payments.journal import Journal
from kioskd.payments.states import PaymentEvent
from tests.noise.centre import NoisyCentre
from tests.noise.line import Rates
from tests.noise.world import Scenario, World

ROUGH = Scenario("planted", Rates(1e-2, cut=0.05), auto_reverse=False, outages=0.4, loses=0.2)
MUTE = "pinpad.silent_after_approval"
"""It charges and does not say so: the silence that tempts to ask again."""
PAYMENTS = 24
SEED = 5


class Impatient(ZvtPinPad):
    """Sends 06 01 again after silence."""

    async def authorise(self, *args, **kwargs):
        result = await super().authorise(*args, **kwargs)
        if result.outcome is Outcome.UNKNOWN:
            return await super().authorise(*args, **kwargs)
        return result


class Optimist(ZvtPinPad):
    """Takes silence for a decline."""

    async def authorise(self, *args, **kwargs):
        result = await super().authorise(*args, **kwargs)
        unknown = result.outcome is Outcome.UNKNOWN
        return replace(result, outcome=Outcome.DECLINED) if unknown else result


class Forgetful(Journal):
    """Mentions a reference and then has never heard of it, when it is not known how it ended."""

    def get(self, ref):
        payment = super().get(ref)
        if payment.reason == "forgotten":
            raise KeyError(ref)
        return payment

    def close(self, ref, event, at, record=None, reason=""):
        if event is PaymentEvent.DOUBT:
            super().close(ref, event, at, record, reason)
            return super().close(ref, PaymentEvent.DECLINE, at, record, "forgotten")
        return super().close(ref, event, at, record, reason)


class Twice(NoisyCentre):
    """Books a report again when it comes again."""

    def _take(self, report):
        known = self.accounts.get(report.ref)
        posting = super()._take(report)
        if known and known.heard.count(report.state) > 1 and posting.receipt_number:
            known.posted += 1
        return posting


def in_a_world(folder, *, pad=None, journal=None, centre=None, faults=(MUTE,)):
    """Run payments in a world with one part exchanged; return what the checks say."""

    class Planted(World):
        def make_pad(self):
            made = super().make_pad()
            made.__class__ = pad or made.__class__
            return made

        def make_journal(self, store):
            return (journal or Journal)(store)

    world = Planted(folder, ROUGH, SEED)
    world.faults.update(faults)
    world.centre.__class__ = centre or NoisyCentre
    return "\n".join(world.play(PAYMENTS))


@pytest.mark.parametrize("faults", [(), (MUTE,)], ids=["", "mute"])
def test_without_a_planted_fault_nothing_is_found(tmp_path, faults):
    """The worlds that the faults are planted in are in order."""
    assert in_a_world(tmp_path, faults=faults) == ""


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"pad": Impatient}, "charges stand"),
        ({"pad": Optimist}, "declined, and a charge stands"),
        ({"journal": Forgetful}, "forgotten by the journal"),
        ({"centre": Twice, "faults": ()}, "posted 2 times"),
    ],
    ids=["charges again", "silence is a no", "forgets", "posts twice"],
)
def test_a_planted_fault_is_found(tmp_path, part, found):
    """A second 06 01, a guessed decline, a lost reference and a second posting are all noticed."""
    assert found in in_a_world(tmp_path, **part)


def test_a_guess_in_recovery_is_found(tmp_path, monkeypatch):
    """To take what the books leave open for "not charged" loses payments, and that is noticed."""

    def guess(payment, evidence):
        verdict = judge(payment, evidence)
        return Verdict.NOT_CHARGED if verdict is Verdict.CHARGED else verdict

    monkeypatch.setattr(recovery, "judge", guess)
    assert "a charge stands" in in_a_world(tmp_path)
