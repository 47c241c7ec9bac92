"""A synthetic city of any size: the same seed and day always give the same people.

Nobody real can be in it: ID numbers are of areas that do not exist, names are put together from a
short list, card keys come from a master key that calls itself fake.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from kiosk_central.cards import card_key
from kiosk_central.documents.seal_key import SAMPLE_SEAL_SETTING
from kiosk_central.sample_accounts import (
    EMPLOYED_PERSONAS,
    Holder,
    fill_fund_accounts,
    fill_medical,
    fill_rates,
)
from kiosk_central.sample_arrears import make_arrears
from kiosk_central.sample_cards import barcode_of, fill_cards
from kiosk_central.sample_people import (
    PERSONAS,
    SAMPLE_CARD_VERSION,
    SAMPLE_MASTER_KEY,
    SAMPLE_SEAL_SEED,
    SAMPLE_SIGNING_SEED,
    Persona,
    chip_history,
    code_for,
)
from kiosk_central.sample_profiles import profile_row
from kiosk_central.signing import SIGNING_KEY_SETTING
from kiosk_central.store.profiles import profiles
from kiosk_central.store.revisions import migrate
from kiosk_central.store.schema import cards, contributions, enrolments, kiosks, people, settings
from kioskd.domain.card import CardStatus
from kioskd.domain.contribution import Month, Scheme, grade_of_average
from kioskd.domain.person import id_check_character
from kioskd.domain.region import RegionPack
from kioskd.errors import KioskError

MASTER_KEY_SETTING = "sample_card_master"
SAMPLE_KIOSKS = ("K0123", "K0124")
AREAS = ("000000", "999999", "111111")
SURNAMES = (*"赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "欧阳", "司马", "上官", "诸葛")
GIVEN = ("一", "小明", "样本", "示例", "三", "文", "𠮷", "建国", "秀英", "德", "丽华", "志强", "㛃")
LONG_NAME = "示例甲乙丙丁戊己庚辛壬癸子丑寅"
"""15 characters, 30 bytes of GBK: all that a card's name item holds."""
LONG_NAME_EVERY = 97
CHUNK = 2000
MONTHS_BEHIND = 2
"""Everybody has paid up to two months ago at the latest: there is always something to pay."""
YEARS_PAID_BEFORE = 2
FLEXIBLE_SHARE = 0.7
MISHAP_SHARE = 0.02


class CityExists(KioskError):
    """The database already holds people: a sample is never mixed with them."""


@dataclass(frozen=True, slots=True)
class _Resident:
    """A person of the sample and what she has paid."""

    persona: Persona
    flexible: bool
    schemes: tuple[Scheme, ...]
    since: Month
    paid_until: Month
    percent: int


def fill(
    connection: Connection,
    region: RegionPack,
    count: int,
    seed: int,
    today: date,
    city: str | None = None,
    kiosk_ids: Iterable[str] = SAMPLE_KIOSKS,
) -> None:
    """Make tables and a city of ``count`` people (personas first). Raises CityExists."""
    migrate(connection)
    if connection.execute(select(func.count()).select_from(people)).scalar_one():
        raise CityExists("the database already holds people")
    master = {"name": MASTER_KEY_SETTING, "value": SAMPLE_MASTER_KEY.hex()}
    signing = {"name": SIGNING_KEY_SETTING, "value": SAMPLE_SIGNING_SEED.hex()}
    seal = {"name": SAMPLE_SEAL_SETTING, "value": SAMPLE_SEAL_SEED.hex()}
    connection.execute(insert(settings), [master, signing, seal])
    fill_fund_accounts(connection)
    for kiosk_id in kiosk_ids:
        row = {"id": kiosk_id, "outlet": region.outlets[0].name.zh, "sam_id": "", "active": True}
        connection.execute(insert(kiosks).values(row))
    numbered = enumerate(residents(count, seed, today), start=1)
    while chunk := list(islice(numbered, CHUNK)):
        _insert_chunk(connection, region, city or region.city.zh, chunk)
        holders = (Holder(key, one.persona.key, one.flexible) for key, one in chunk)
        fill_medical(connection, holders, seed, today)
    fill_rates(connection, today)
    fill_cards(connection, today)
    make_arrears(connection, today)


def residents(count: int, seed: int, today: date) -> Iterator[_Resident]:
    """Yield ``count`` residents: the personas, then made-up ones (at least the personas)."""
    for persona in PERSONAS:
        yield _known(persona, today)
    chance = random.Random(seed)
    taken = {persona.id_number for persona in PERSONAS}
    for index in range(len(PERSONAS), count):
        yield _made_up(chance, index, taken, today)


def _known(persona: Persona, today: date) -> _Resident:
    both = (Scheme.PENSION, Scheme.MEDICAL)
    until = Month(today.year, today.month).plus(-MONTHS_BEHIND)
    flexible = persona.key not in EMPLOYED_PERSONAS
    return _Resident(persona, flexible, both, Month(today.year - 4, 1), until, 100)


def _made_up(chance: random.Random, index: int, taken: set[str], today: date) -> _Resident:
    id_number = _id_number(chance, index, taken)
    long = index % LONG_NAME_EVERY == 0
    name = LONG_NAME if long else chance.choice(SURNAMES) + chance.choice(GIVEN)
    history = chip_history(0x110910000000 + index)
    expired = chance.random() < MISHAP_SHARE
    persona = Persona(
        f"s{index}",
        name,
        id_number,
        f"S{index:08d}",
        code_for(id_number[:6], history),
        history.hex().upper(),
        f"{chance.randrange(10**6):06d}",
        issued="2016-01-01",
        expires="2020-12-31" if expired else "2099-12-31",
        status=CardStatus.LOST if chance.random() < MISHAP_SHARE else CardStatus.ACTIVE,
    )
    schemes = chance.choice([(Scheme.PENSION,), (Scheme.PENSION, Scheme.MEDICAL)])
    since = Month(today.year - chance.randrange(5), chance.randrange(12) + 1)
    until = Month(today.year, today.month).plus(-MONTHS_BEHIND - chance.randrange(4))
    percent = chance.choice((60, 80, 100))
    return _Resident(persona, chance.random() < FLEXIBLE_SHARE, schemes, since, until, percent)


def _id_number(chance: random.Random, index: int, taken: set[str]) -> str:
    while True:
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
        body = f"{AREAS[index % len(AREAS)]}{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
        number = body + id_check_character(body)
        if number not in taken:
            taken.add(number)
            return number


def _insert_chunk(
    connection: Connection, region: RegionPack, city: str, chunk: list[tuple[int, _Resident]]
) -> None:
    for table, rows in (
        (people, [_person_row(key, one, city) for key, one in chunk]),
        (profiles, [profile_row(key, one.persona) for key, one in chunk]),
        (cards, [_card_row(key, one.persona, region) for key, one in chunk]),
        (enrolments, [row for key, one in chunk for row in _enrolment_rows(key, one)]),
        (contributions, [row for key, one in chunk for row in _paid_rows(key, one, region)]),
    ):
        _insert(connection, table, rows)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _person_row(key: int, one: _Resident, city: str) -> dict[str, Any]:
    return {
        "id": key,
        "id_number": one.persona.id_number,
        "name": one.persona.name,
        "city": city,
        "flexible_employment": one.flexible,
    }


def _card_row(key: int, persona: Persona, region: RegionPack) -> dict[str, Any]:
    return {
        "code": persona.card_code,
        "number": persona.card_number,
        "person_id": key,
        "atr_history": persona.history,
        "issued": persona.issued,
        "expires": persona.expires,
        "status": persona.status.value,
        "until": "",
        "barcode": barcode_of(key),
        "bank": region.card.banks[0].id if region.card is not None else "",
    }


def _enrolment_rows(key: int, one: _Resident) -> Iterator[dict[str, Any]]:
    for scheme in one.schemes:
        yield {"person_id": key, "scheme": scheme.value, "since": str(one.since), "active": True}


def _paid_rows(key: int, one: _Resident, region: RegionPack) -> Iterator[dict[str, Any]]:
    """Give every month from enrolment (at most two years before) to the last one paid."""
    first = max(one.since, Month(one.paid_until.year - YEARS_PAID_BEFORE, 1))
    for scheme in one.schemes:
        rules = region.rules(scheme)
        grade = grade_of_average(one.percent, region.average_wage, rules.rates)
        month = first
        while month <= one.paid_until:
            yield {
                "person_id": key,
                "scheme": scheme.value,
                "month": str(month),
                "percent": grade.percent,
                "base_fen": grade.base.fen,
                "amount_fen": grade.monthly.fen,
                "personal_fen": grade.personal.fen,
                "pool_fen": grade.pool.fen,
            }
            month = month.plus(1)


def card_dump() -> list[dict[str, object]]:
    """Return the personas' cards with their fake keys, for whoever makes the virtual cards."""
    return [
        {
            "key": one.key,
            "name": one.name,
            "id_number": one.id_number,
            "card_number": one.card_number,
            "card_code": one.card_code,
            "card_version": SAMPLE_CARD_VERSION,
            "atr_history": one.atr_history,
            "pin": one.pin,
            "issued": one.issued,
            "expires": one.expires,
            "status": one.status.value,
            "internal_key": card_key(SAMPLE_MASTER_KEY, one.code, one.history).hex().upper(),
        }
        for one in PERSONAS
    ]
