"""New cards on their way to an outlet: ready is what a clerk there has before her."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_central.card_books import arrived, made, take_up
from kiosk_central.card_states import ApplicationState
from kiosk_central.counter.cards import waiting_at
from kiosk_central.counter.receive import Line, Received, numbers_in, on_the_way, receive
from kiosk_central.store.engine import read
from kioskd.domain.card import CardStatus
from kioskd.protocols.central import ProblemCode
from tests.databases import KINDS, Template, cluster_of
from tests.unit.central_world import World, make_city, refused
from tests.unit.counter_world import (
    MADE,
    OTHER,
    OUTLET,
    WHO,
    activate,
    hand,
    lose,
    open_counter,
    state,
    status,
)


@pytest.fixture(params=KINDS, scope="module")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    """A city with one clerk."""
    with open_counter(template, tmp_path) as made_world:
        yield made_world


def sent(world: World) -> str:
    """Have Li's new card made and sent to the outlet; return the application's number."""
    number = lose(world)
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    world.at_desk(lambda desk: made(desk, number, MADE))
    return number


def take_in(world: World, *numbers: str, outlet: str = OUTLET) -> list[Line]:
    clerk = replace(WHO, outlet=outlet)
    return world.at_desk(lambda desk: receive(desk, clerk, list(numbers)))


def test_a_card_is_ready_when_it_has_been_taken_in(world: World) -> None:
    """Made is not there: it can be neither handed out nor lost before it has come."""
    number = sent(world)
    assert state(world, number) is ApplicationState.MAKING
    assert status(world) is CardStatus.INACTIVE
    for early in (lambda: hand(world, number), lambda: activate(world, MADE.number)):
        with refused(ProblemCode.CARD_STATE):
            early()
    with refused(ProblemCode.CARD_STATE):
        lose(world, "F2")
    assert [row.number for row in read(world.engine, lambda at: on_the_way(at, OUTLET))] == [number]
    assert take_in(world, MADE.number) == [Line(MADE.number, Received.TAKEN_IN, number)]
    assert state(world, number) is ApplicationState.READY
    assert read(world.engine, lambda at: on_the_way(at, OUTLET)) == []
    assert [one.number for one in read(world.engine, lambda at: waiting_at(at, OUTLET))] == [number]


def test_each_number_of_a_batch_is_told_what_became_of_it(world: World) -> None:
    """One of another outlet and one that nobody made stay as they are; the rest comes in."""
    number = sent(world)
    assert take_in(world, MADE.number, outlet=OTHER) == [
        Line(MADE.number, Received.OTHER_OUTLET, number, OUTLET)
    ]
    assert state(world, number) is ApplicationState.MAKING
    came = [one.came for one in take_in(world, "T99999999", MADE.number)]
    assert came == [Received.UNKNOWN, Received.TAKEN_IN]
    again = take_in(world, MADE.number)
    assert [one.came for one in again] == [Received.HERE_ALREADY]
    hand(world, number)
    assert [one.came for one in take_in(world, MADE.number)] == [Received.UNKNOWN]


def test_a_card_is_made_once_and_comes_only_when_it_was_made(world: World) -> None:
    """Neither a second card for one application, nor one that is ready without a card."""
    number = lose(world)
    with refused(ProblemCode.CARD_STATE):
        world.at_desk(lambda desk: made(desk, number, MADE))
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    with refused(ProblemCode.CARD_STATE):
        world.at_desk(lambda desk: arrived(desk, number, "王芳"))
    world.at_desk(lambda desk: made(desk, number, MADE))
    with refused(ProblemCode.CARD_STATE):
        world.at_desk(lambda desk: made(desk, number, replace(MADE, code="0" * 32)))


def test_numbers_are_read_as_scanners_write_them() -> None:
    """One a line or with blanks and commas, in any case, each once, in their order."""
    assert numbers_in("t00000060\r\nX1, X2 x1\n\n") == ["T00000060", "X1", "X2"]
    assert numbers_in(" \n") == []
