"""The counter's acts about cards: each transition, each refusal, each form once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kiosk_central.card_states import ApplicationState
from kiosk_central.clock import local_date
from kiosk_central.counter.acts import Agent, Channel, CounterAct, journal_of
from kiosk_central.counter.cards import Caller, caller_of, cancel, reissue, waiting_at
from kiosk_central.counter.ivr import make_token, menu_of, status_of
from kiosk_central.counter.query_codes import (
    TRIES,
    begin_try,
    code_fault,
    end_try,
    set_code,
    state_of_code,
)
from kiosk_central.problems import Refused
from kiosk_central.sample_people import CHEN, LI, SUN, WANG, ZHAO
from kiosk_central.store.engine import read
from kiosk_central.store.web import web_acts
from kioskd.domain.card import CardStatus
from kioskd.domain.money import ZERO
from kioskd.protocols.central import ProblemCode
from tests.databases import KINDS, Template, cluster_of
from tests.unit.central_world import World, make_city, refused
from tests.unit.counter_world import (
    AGENT,
    CHEN_ID,
    LI_ID,
    MADE,
    OTHER,
    OUTLET,
    PAID,
    SUN_ID,
    WANG_ID,
    WHO,
    ZHAO_ID,
    activate,
    form,
    hand,
    kept,
    lose,
    made_ready,
    open_counter,
    state,
    status,
    stop,
    swap,
    terms,
)


@pytest.fixture(params=KINDS, scope="module")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    """A city with one clerk."""
    with open_counter(template, tmp_path) as made:
        yield made


def test_a_lost_card_is_replaced_from_the_call_to_the_new_card(world: World) -> None:
    """Stopped by telephone, ended at the desk, handed to her agent, activated by herself."""
    stop(world, channel=Channel.HOTLINE)
    assert status(world) is CardStatus.PRE_REPORTED
    number = lose(world)
    assert status(world) is CardStatus.LOST
    made_ready(world, number)
    waiting = read(world.engine, lambda at: waiting_at(at, OUTLET))
    assert [one.number for one in waiting] == [number]
    hand(world, number, channel=Channel.AGENT, agent=AGENT, reason="住院")
    assert state(world, number) is ApplicationState.COLLECTED
    assert activate(world, MADE.number) == number
    assert status(world) is CardStatus.ACTIVE
    acts = [(row.act, row.channel, row.agent_id_number) for row in kept(world)]
    assert ("card.hand-out", "agent", AGENT.id_number) in acts
    assert len(acts) == 4
    audit = read(world.engine, lambda at: list(at.execute(select(web_acts)).all()))
    assert {(row.account_id, row.outlet, row.person_id) for row in audit} == {(1, OUTLET, LI_ID)}
    assert len(read(world.engine, lambda at: journal_of(at, 1, "2026"))) == 5


def test_a_form_pressed_twice_is_done_once(world: World) -> None:
    """The answer is the same, and neither application nor audit has a second line."""
    assert lose(world) == lose(world)
    assert len(kept(world)) == 1
    with refused(ProblemCode.REFERENCE_REUSED):
        lose(world, reason="another")
    with refused(ProblemCode.CARD_STATE):
        lose(world, "F2")


def test_of_two_clerks_at_once_one_is_refused(world: World) -> None:
    """Both end the same card, each by her own form: there is one application."""

    def try_one(ref: str) -> str:
        try:
            return lose(world, ref)
        except Refused as error:
            return error.code.value

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(try_one, ("F1", "F2")))
    assert found[1] == ProblemCode.CARD_STATE.value
    assert len(kept(world)) == 1


def test_a_report_is_taken_back_at_the_desk_and_lapses_by_the_clock(world: World) -> None:
    """Nobody takes it back by telephone; after its last day there is nothing to take back."""
    asked = form(CounterAct.CANCEL, "C1", person_id=CHEN_ID, holder_id_number=CHEN.id_number)
    with refused(ProblemCode.BAD_REQUEST):
        world.at_desk(lambda desk: cancel(desk, replace(asked, channel=Channel.HOTLINE)))
    world.at_desk(lambda desk: cancel(desk, asked))
    assert status(world, CHEN_ID) is CardStatus.ACTIVE
    stop(world)
    world.clock.advance(days=11)
    assert status(world) is CardStatus.ACTIVE
    with refused(ProblemCode.CARD_STATE):
        world.at_desk(lambda desk: cancel(desk, form(CounterAct.CANCEL, "C2")))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"holder_id_number": CHEN.id_number}, ProblemCode.PERSON_UNKNOWN),
        ({"channel": Channel.HOTLINE}, ProblemCode.BAD_REQUEST),
        ({"channel": Channel.AGENT}, ProblemCode.BAD_REQUEST),
        ({"agent": AGENT}, ProblemCode.BAD_REQUEST),
        ({"channel": Channel.AGENT, "agent": AGENT}, ProblemCode.BAD_REQUEST),
        (
            {"channel": Channel.AGENT, "agent": Agent("钱", "000000198503120029"), "reason": "x"},
            ProblemCode.BAD_REQUEST,
        ),
        (
            {"channel": Channel.AGENT, "agent": Agent("李", LI.id_number), "reason": "x"},
            ProblemCode.BAD_REQUEST,
        ),
        ({"outlet": "某处"}, ProblemCode.BAD_REQUEST),
    ],
)
def test_a_card_is_not_ended_for_the_wrong_people(
    world: World, other: dict[str, Any], code: ProblemCode
) -> None:
    """Another's ID number, a call, an agent without name, reason or right number, no outlet."""
    with refused(code):
        lose(world, **other)
    assert status(world) is CardStatus.ACTIVE
    assert kept(world) == []


def test_a_card_lost_before_it_was_activated_is_replaced(world: World) -> None:
    """The application it came from is closed, and another is opened."""
    before = read(world.engine, lambda at: status_of(at, SUN_ID, local_date(world.clock())))
    assert (before.card, before.next) == ("inactive", "activate")
    number = lose(world, person_id=SUN_ID, holder_id_number=SUN.id_number)
    assert status(world, SUN_ID) is CardStatus.LOST
    assert state(world, number) is ApplicationState.ACCEPTED
    after = read(world.engine, lambda at: status_of(at, SUN_ID, local_date(world.clock())))
    assert (after.card, after.application, after.next) == ("lost", "accepted", "wait")


def test_a_card_lost_long_ago_is_applied_for_once(world: World) -> None:
    """Only where no new one is on its way, and never for a card that still works."""
    asked = form(CounterAct.REISSUE, "R1", person_id=WANG_ID, holder_id_number=WANG.id_number)
    world.at_desk(lambda desk: reissue(desk, terms(world), asked, OUTLET))
    with refused(ProblemCode.CARD_STATE):
        again = replace(asked, ref="R2")
        world.at_desk(lambda desk: reissue(desk, terms(world), again, OUTLET))
    with refused(ProblemCode.CARD_STATE):
        other = form(CounterAct.REISSUE, "R3")
        world.at_desk(lambda desk: reissue(desk, terms(world), other, OUTLET))


def test_an_expired_card_is_exchanged_and_ends_at_once(world: World) -> None:
    """Handed in, replaced on the same way as any, and nothing brings the old one back."""
    before = read(world.engine, lambda at: status_of(at, ZHAO_ID, local_date(world.clock())))
    assert (before.card, before.next) == ("expired", "exchange")
    number = swap(world)
    assert status(world, ZHAO_ID) is CardStatus.RETURNED
    after = read(world.engine, lambda at: status_of(at, ZHAO_ID, local_date(world.clock())))
    assert (after.card, after.application, after.next) == ("returned", "accepted", "wait")
    with refused(ProblemCode.CARD_STATE):
        stop(world, person_id=ZHAO_ID, holder_id_number=ZHAO.id_number)
    made_ready(world, number)
    zhao = {"person_id": ZHAO_ID, "holder_id_number": ZHAO.id_number}
    hand(world, number, **zhao)
    assert activate(world, MADE.number, **zhao) == number
    assert status(world, ZHAO_ID) is CardStatus.ACTIVE
    assert state(world, number) is ApplicationState.ACTIVATED


def test_only_an_expiring_card_that_is_shown_is_exchanged(world: World) -> None:
    """The number typed is its own, it is in use, and its last day is near by the region's rule."""
    with refused(ProblemCode.CARD_UNKNOWN):
        swap(world, LI.card_number)
    with refused(ProblemCode.BAD_REQUEST):
        swap(world, channel=Channel.HOTLINE)
    li = {"person_id": LI_ID, "holder_id_number": LI.id_number}
    with refused(ProblemCode.CARD_STATE):
        swap(world, LI.card_number, **li)
    stop(world, person_id=ZHAO_ID, holder_id_number=ZHAO.id_number)
    with refused(ProblemCode.CARD_STATE):
        swap(world)


@pytest.mark.parametrize(("days", "may"), [(91, False), (90, True), (0, True), (-1, True)])
def test_a_card_is_exchanged_from_the_regions_day_on(world: World, days: int, may: bool) -> None:
    """Ninety days before its last day, on it, and after it."""
    assert terms(world).may_renew(local_date(world.clock()) + timedelta(days=days)) is may


def test_a_card_is_handed_out_ready_here_and_paid(world: World) -> None:
    """Not before it is there, not at another outlet, not for another fee, not of another person."""
    number = lose(world)
    with refused(ProblemCode.CARD_STATE):
        hand(world, number)
    made_ready(world, number)
    with refused(ProblemCode.CARD_STATE):
        hand(world, number, who=replace(WHO, outlet=OTHER))
    with refused(ProblemCode.BAD_REQUEST):
        hand(world, number, replace(PAID, amount=ZERO))
    with refused(ProblemCode.NOT_FOUND):
        hand(world, number, person_id=CHEN_ID, holder_id_number=CHEN.id_number)
    with refused(ProblemCode.CARD_STATE):
        activate(world, MADE.number)
    assert hand(world, number) == number


def test_a_card_is_activated_by_its_holder_with_its_number(world: World) -> None:
    """No agent activates, and the number must be the one on the card."""
    sun = {"person_id": SUN_ID, "holder_id_number": SUN.id_number}
    with refused(ProblemCode.BAD_REQUEST):
        activate(world, SUN.card_number, channel=Channel.AGENT, agent=AGENT, reason="x", **sun)
    with refused(ProblemCode.CARD_UNKNOWN):
        activate(world, "T00000052", **sun)
    activate(world, SUN.card_number, **sun)
    assert status(world, SUN_ID) is CardStatus.ACTIVE


@pytest.mark.parametrize(
    ("caller", "right"),
    [
        (Caller(LI.name, LI.id_number, card_tail="001x"), True),
        (Caller(LI.name, LI.id_number, card_tail="0019"), False),
        (Caller(LI.name, LI.id_number), False),
        (Caller(LI.name, LI.id_number, phone_tail="0000"), False),
        (Caller("李四", LI.id_number, card_tail="001X"), False),
        (Caller(LI.name, CHEN.id_number, card_tail="001X"), False),
    ],
)
def test_a_caller_knows_name_number_and_a_fact(world: World, caller: Caller, right: bool) -> None:
    """Who gets one of them wrong is not told which."""
    if right:
        assert read(world.engine, lambda at: caller_of(at, caller)) == LI_ID
    else:
        with refused(ProblemCode.PERSON_UNKNOWN):
            read(world.engine, lambda at: caller_of(at, caller))


def test_a_query_code_takes_five_wrong_tries(world: World) -> None:
    """Then it is locked, whatever is tried, until she sets another at the desk."""
    asked = form(CounterAct.QUERY_CODE, "Q1")
    world.at_desk(lambda desk: set_code(desk, asked, "hash"))
    for _ in range(TRIES - 1):
        assert world.at_desk(lambda desk: begin_try(desk, LI.id_number)) == (LI_ID, "hash")
    world.at_desk(lambda desk: end_try(desk, LI_ID, "hash"))
    for _ in range(TRIES):
        assert world.at_desk(lambda desk: begin_try(desk, LI.id_number)) == (LI_ID, "hash")
    assert world.at_desk(lambda desk: begin_try(desk, LI.id_number)) == (LI_ID, "")
    assert read(world.engine, lambda at: state_of_code(at, LI_ID)) == "locked"
    world.at_desk(lambda desk: set_code(desk, replace(asked, ref="Q2"), "other"))
    assert read(world.engine, lambda at: state_of_code(at, LI_ID)) == "set"
    assert world.at_desk(lambda desk: begin_try(desk, "000000190001010000")) == (None, "")


@pytest.mark.parametrize("code", ["12345", "111111", "123456", "987654", "200002", "１２３４５８"])
def test_a_code_that_is_easily_guessed_is_not_taken(code: str) -> None:
    """Equal or consecutive digits, a part of her ID number, anything but six digits."""
    assert code_fault(code, LI.id_number)
    assert not code_fault("271828", LI.id_number)


def test_a_menu_is_known_by_its_token(world: World) -> None:
    """Only its hash is kept."""
    token = world.at_desk(lambda desk: make_token(desk.connection, "city", desk.stamp))
    assert read(world.engine, lambda at: menu_of(at, token)) == "city"
    with refused(ProblemCode.SESSION_UNKNOWN):
        read(world.engine, lambda at: menu_of(at, token + "x"))
