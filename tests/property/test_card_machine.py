"""Any order of reports, cancels, losses, activations and days: one card, one truth, one trail."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection, Engine, insert

from kiosk_central.applications import applications_of
from kiosk_central.card_acts import Asked, CardAct
from kiosk_central.card_books import card_books
from kiosk_central.clock import CHINA_TIME, local_date
from kiosk_central.desk import Desk
from kiosk_central.loss import cancel_loss, my_card, report_loss, request_reissue, terms_of
from kiosk_central.problems import Refused
from kiosk_central.region import load_region
from kiosk_central.sample_people import SAMPLE_SIGNING_SEED
from kiosk_central.signing import signer_of_seed
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.revisions import migrate
from kiosk_central.store.schema import cards, kiosks, people
from kioskd.domain.card import Application, ApplicationKind, CardStatus
from kioskd.domain.person import Assurance
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cards import ReissueRequest
from tests.fakes import NOW as NOW_TEXT

REGION = load_region()
SIGNER = signer_of_seed(SAMPLE_SIGNING_SEED)
OUTLET = "示例市社会保险经办中心"
REFS = st.sampled_from("abcdefghijkl")
Job = Callable[[Desk, Asked], Application]


def make_city(folder: str) -> Engine:
    """Make a database with one person, one active card and two kiosks."""
    engine = open_engine(f"sqlite:///{Path(folder) / 'cards.db'}")

    def fill(at: Any) -> None:
        migrate(at)
        for id in ("K1", "K2"):
            at.execute(insert(kiosks).values(id=id, outlet="", sam_id="", active=True))
        person = {"id": 1, "id_number": "000000190001010017", "name": "张三", "city": "示例市"}
        at.execute(insert(people).values(**person, flexible_employment=True))
        card = {
            "code": "0" * 32, "number": "X00000019", "person_id": 1, "atr_history": bytes(13),
            "issued": "2016-01-01", "expires": "2099-12-31", "status": "active", "until": "",
            "barcode": "000099000001", "bank": "",
        }  # fmt: skip
        at.execute(insert(cards).values(card))

    write(engine, fill)
    return engine


class CardMachine(RuleBasedStateMachine):
    """The centre against four lines of model: status, last day, and what each reference got."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = make_city(self.folder.name)
        self.now = datetime.fromisoformat(NOW_TEXT)
        self.status, self.until = CardStatus.ACTIVE, date.min
        self.given: dict[tuple[str, str], tuple[CardAct, Application]] = {}
        """By kiosk and reference: a reference is the kiosk's own."""

    def teardown(self) -> None:
        self.engine.dispose()
        self.folder.cleanup()

    @property
    def today(self) -> date:
        return local_date(self.now)

    def expected(self) -> CardStatus:
        """Return the status by the model."""
        lapsed = self.status is CardStatus.PRE_REPORTED and self.today > self.until
        return CardStatus.ACTIVE if lapsed else self.status

    def answer(self, job: Callable[[Connection], Application]) -> Application | ProblemCode:
        """Do a job as the writer does."""
        try:
            return write(self.engine, job)
        except Refused as refused:
            return refused.code

    def ask(self, act: CardAct, ref: str, kiosk: str, allowed: bool, job: Job) -> bool:
        """Do an act and hold its answer against the model; True if it was done just now."""
        asked = Asked(ref, act, kiosk, 1, Assurance.ID_CARD)
        answer = self.answer(lambda at: job(Desk(at, self.now, SIGNER), asked))
        known = self.given.get((kiosk, ref))
        if isinstance(answer, ProblemCode):
            assert answer is (ProblemCode.REFERENCE_REUSED if known else ProblemCode.CARD_STATE)
            assert known[0] is not act if known else not allowed
            return False
        if known:
            assert known == (act, answer)
            return False
        assert allowed
        self.given[kiosk, ref] = (act, answer)
        return True

    @rule(ref=REFS, kiosk=st.sampled_from(("K1", "K2")))
    def report(self, ref: str, kiosk: str) -> None:
        before, terms = self.expected(), terms_of(REGION, self.today)
        allowed = before in (CardStatus.ACTIVE, CardStatus.PRE_REPORTED)
        done = self.ask(
            CardAct.REPORT_LOSS, ref, kiosk, allowed, lambda d, a: report_loss(d, terms, a)
        )
        if done and before is CardStatus.ACTIVE:
            self.status = CardStatus.PRE_REPORTED
            self.until = self.today + timedelta(days=10)

    @rule(ref=REFS, kiosk=st.sampled_from(("K1", "K2")))
    def cancel(self, ref: str, kiosk: str) -> None:
        terms, allowed = terms_of(REGION, self.today), self.expected() is CardStatus.PRE_REPORTED
        if self.ask(
            CardAct.CANCEL_LOSS, ref, kiosk, allowed, lambda d, a: cancel_loss(d, terms, a)
        ):
            self.status = CardStatus.ACTIVE

    @rule(ref=REFS, kiosk=st.sampled_from(("K1", "K2")), seldom=st.integers(0, 4))
    def lose(self, ref: str, kiosk: str, seldom: int) -> None:
        if seldom:
            return
        terms, allowed = terms_of(REGION, self.today), self.expected() is not CardStatus.LOST
        wanted = ReissueRequest(OUTLET)
        if self.ask(
            CardAct.REISSUE, ref, kiosk, allowed, lambda d, a: request_reissue(d, terms, a, wanted)
        ):
            self.status = CardStatus.LOST

    @rule(hours=st.integers(1, 300))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(seconds=st.sampled_from((-1, 0)))
    def the_report_is_about_to_end(self, seconds: int) -> None:
        """To the last second of its last day in China, or the first after it."""
        if self.expected() is CardStatus.PRE_REPORTED:
            midnight = datetime.combine(self.until + timedelta(days=1), time(), CHINA_TIME)
            self.now = max(self.now, midnight.astimezone(UTC) + timedelta(seconds=seconds))

    @invariant()
    def she_is_shown_the_truth(self) -> None:
        terms = terms_of(REGION, self.today)
        shown = read(self.engine, lambda at: my_card(at, terms, 1))
        assert shown.card is not None and shown.card.status is self.expected()
        assert (shown.card.until == self.until) is (self.expected() is CardStatus.PRE_REPORTED)
        assert shown.may_cancel is (self.expected() is CardStatus.PRE_REPORTED)

    @invariant()
    def the_trail_is_whole(self) -> None:
        """Each move begins where the last ended; a card and its open applications agree."""
        found = read(self.engine, lambda at: card_books(at, self.today))
        status = "active"
        for move in found["moves"]:
            assert move["before"] == status
            status = move["after"]
        known = read(self.engine, lambda at: applications_of(at, 1))
        standing = [one for one in known if one.on(self.today).is_open]
        kinds = {
            CardStatus.ACTIVE: [],
            CardStatus.PRE_REPORTED: [ApplicationKind.LOSS],
            CardStatus.LOST: [ApplicationKind.REISSUE],
        }
        assert [one.kind for one in standing] == kinds[self.expected()]
        assert len(found["acts"]) == len(self.given)


TestCards = CardMachine.TestCase
TestCards.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
