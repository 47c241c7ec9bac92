"""A city with one clerk, and what she does there for Li unless told otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from kiosk_central.applications import find_application
from kiosk_central.card_books import MadeCard, finish, take_up
from kiosk_central.card_rows import present_card
from kiosk_central.card_states import ApplicationState
from kiosk_central.clock import local_date
from kiosk_central.counter.acts import Agent, Channel, CounterAct, Form
from kiosk_central.counter.cards import (
    activate_by_hand,
    exchange,
    hand_over,
    lose_for_good,
    pre_report,
)
from kiosk_central.counter.fees import Fee, Settled
from kiosk_central.loss import terms_of
from kiosk_central.sample_people import LI, ZHAO, chip_history, code_for
from kiosk_central.store.counter import counter_acts
from kiosk_central.store.engine import read
from kiosk_central.store.web import web_accounts
from kiosk_central.web.roles import Role
from kiosk_central.web.who import Who
from kioskd.domain.card import CardStatus
from kioskd.domain.money import Money
from tests.databases import Template
from tests.unit.central_world import World, open_world

LI_ID, WANG_ID, ZHAO_ID, CHEN_ID, SUN_ID = 2, 3, 4, 5, 6
OUTLET, OTHER = "东区社会保障服务大厅", "湖滨社区服务站"
WHO = Who(1, "王芳", frozenset({Role.CLERK}), OUTLET, "")
AGENT = Agent("钱样本", "000000198503120028")
MADE = MadeCard(
    code_for("000000", chip_history(0x110800000999)),
    "T00000060",
    chip_history(0x110800000999),
    date(2026, 12, 1),
    date(2036, 12, 1),
)


MADE_FOR_ZHAO = replace(
    MADE, code=code_for("999999", chip_history(0x110800000998)), number="Z00000061"
)
PAID = Fee(Money(2000), Settled.CASH, "PJ-0001")
ZHAO_ASKS = {"person_id": ZHAO_ID, "holder_id_number": ZHAO.id_number}
"""Her card has expired."""


@contextmanager
def open_counter(template: Template, folder: Path) -> Iterator[World]:
    """Give a city with one clerk on a fresh copy of the template."""
    with open_world(template, folder) as made:
        texts = ("password_hash", "totp_secret", "setup_until", "blocked_until", "disabled_at")
        row: dict[str, Any] = dict.fromkeys(texts, "")
        row |= {"id": 1, "name": "wangfang", "shown": "王芳", "roles": "clerk", "outlet": OUTLET}
        row |= {"totp_last": 0, "setup_hash": b"", "failures": 0, "made_at": "2026"}
        made.at_desk(lambda desk: desk.connection.execute(insert(web_accounts).values(row)))
        yield made


def form(act: CounterAct, ref: str = "F1", **other: Any) -> Form:
    """A form about Li, whose ID number the clerk typed."""
    return replace(Form(ref, act, WHO, Channel.DESK, LI_ID, LI.id_number), **other)


def terms(world: World) -> Any:
    return terms_of(world.region, local_date(world.clock()))


def lose(world: World, ref: str = "F1", outlet: str = OUTLET, **other: Any) -> str:
    asked = form(CounterAct.FORMAL, ref, **other)
    return world.at_desk(lambda desk: lose_for_good(desk, terms(world), asked, outlet))


def stop(world: World, ref: str = "P1", **other: Any) -> str:
    asked = form(CounterAct.PRE_REPORT, ref, **other)
    return world.at_desk(lambda desk: pre_report(desk, terms(world), asked))


def hand(world: World, number: str, fee: Fee = PAID, **other: Any) -> str:
    asked = replace(form(CounterAct.HAND_OUT, "H1"), **other)
    return world.at_desk(lambda desk: hand_over(desk, asked, number, fee))


def activate(world: World, number: str, **other: Any) -> str:
    asked = form(CounterAct.ACTIVATE, "X1", **other)
    return world.at_desk(lambda desk: activate_by_hand(desk, asked, number))


def made_ready(world: World, number: str, card: MadeCard = MADE) -> None:
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    world.at_desk(lambda desk: finish(desk, number, "factory", card))


def status(world: World, person: int = LI_ID) -> CardStatus:
    today = local_date(world.clock())
    card = read(world.engine, lambda at: present_card(at, person, today))
    assert card is not None
    return card.status_on(today)


def state(world: World, number: str) -> ApplicationState:
    return read(world.engine, lambda at: find_application(at, number)).state


def kept(world: World) -> list[Any]:
    return read(world.engine, lambda at: list(at.execute(select(counter_acts)).all()))


def swap(world: World, number: str = ZHAO.card_number, **other: Any) -> str:
    asked = form(CounterAct.EXCHANGE, "E1", **(ZHAO_ASKS | other))
    return world.at_desk(lambda desk: exchange(desk, terms(world), asked, OUTLET, number))
