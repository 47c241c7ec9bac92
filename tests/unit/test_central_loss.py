"""Losing a card at the centre: its states, its clock, its references, its audit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from central_world import KIOSK, LI, NOW, ZHANG, World, refused

from kiosk_central.activation import activate, check_card
from kiosk_central.applications import applications_of
from kiosk_central.card_acts import Asked, CardAct
from kiosk_central.card_books import MadeCard, card_books, finish, hand_out, take_up
from kiosk_central.card_certificate import card_certificate_data
from kiosk_central.card_diagram import SECTIONS, renewed
from kiosk_central.card_proof import Proof
from kiosk_central.card_states import (
    APPLICATION,
    CARD,
    CLOSED,
    EXPECTED,
    START,
    ApplicationEvent,
    ApplicationState,
    CardEvent,
    application_after,
    card_after,
)
from kiosk_central.cards import MasterKeyVerifier, card_answer, card_key
from kiosk_central.clock import local_date
from kiosk_central.loss import (
    cancel_loss,
    my_card,
    report_loss,
    request_reissue,
    terms_of,
)
from kiosk_central.people import find_card
from kiosk_central.sample_people import (
    CHEN,
    SAMPLE_MASTER_KEY,
    SUN,
    Persona,
    chip_history,
    code_for,
)
from kiosk_central.sample_people import (
    LI as LI_PERSONA,
)
from kiosk_central.store.engine import read
from kioskd.domain.calendar import Certainty
from kioskd.domain.card import Application, ApplicationKind, CardStatus, MyCard, StepState
from kioskd.domain.person import Assurance
from kioskd.domain.secret import CardCode, CardNumber, IdNumber, PersonName
from kioskd.protocols.central import CardLogin, ProblemCode
from kioskd.protocols.central_cards import Activation, ReissueRequest

CHEN_ID, SUN_ID = 5, 6
OUTLET = "示例市社会保险经办中心"
GIVEN = bytes(range(16))
VERIFIER = MasterKeyVerifier(SAMPLE_MASTER_KEY)
MADE = MadeCard(
    code_for("000000", chip_history(0x110800000999)),
    "T00000060",
    chip_history(0x110800000999),
    date(2026, 12, 1),
    date(2036, 12, 1),
)


def asked(act: CardAct, ref: str, person: int = LI, kiosk: str = KIOSK, body: bytes = b"") -> Asked:
    return Asked(ref, act, kiosk, person, Assurance.ID_CARD, body)


def terms(world: World, **other: Any) -> Any:
    found = terms_of(world.region, local_date(world.clock()))
    return replace(found, rules=replace(found.rules, **other))


def report(world: World, ref: str = "L1", person: int = LI, **other: Any) -> Application:
    act = asked(CardAct.REPORT_LOSS, ref, person, **other)
    return world.at_desk(lambda desk: report_loss(desk, terms(world), act))


def cancel(world: World, ref: str = "C1", person: int = LI) -> Application:
    act = asked(CardAct.CANCEL_LOSS, ref, person)
    return world.at_desk(lambda desk: cancel_loss(desk, terms(world), act))


def reissue(world: World, ref: str = "R1", person: int = LI, outlet: str = OUTLET) -> Application:
    act = asked(CardAct.REISSUE, ref, person, body=outlet.encode())
    wanted = ReissueRequest(outlet)
    return world.at_desk(lambda desk: request_reissue(desk, terms(world), act, wanted))


def mine(world: World, person: int = LI) -> MyCard:
    return read(world.engine, lambda at: my_card(at, terms(world), person))


def refusal(world: World, persona: Persona = LI_PERSONA) -> None:
    """Do what a log-in does with a card whose proof was right."""
    card = read(world.engine, lambda at: find_card(at, persona.card_code))
    card.refuse_if_not_valid(local_date(world.clock()))


def books(world: World) -> dict[str, list[dict[str, Any]]]:
    return read(world.engine, lambda at: card_books(at, local_date(world.clock())))


def proof_of(persona: Persona, key: bytes | None = None) -> Proof:
    """Let a card answer, or one with another key."""
    own = key or card_key(SAMPLE_MASTER_KEY, CardCode(persona.card_code), persona.history)
    shown = CardLogin(
        "c1",
        card_answer(own, GIVEN),
        persona.code,
        CardNumber(persona.card_number),
        "2.00",
        persona.history,
        IdNumber(persona.id_number),
        PersonName(persona.name),
    )
    return Proof(GIVEN, shown, persona.card_code)


def do_activate(world: World, proof: Proof, ref: str = "A1", person: int = SUN_ID) -> Activation:
    act = asked(CardAct.ACTIVATE, ref, person)
    return world.at_desk(lambda desk: activate(desk, VERIFIER, act, proof))


def test_the_diagrams_in_the_docs_are_those_of_the_tables() -> None:
    """docs/cards.md shows both lives exactly as the code has them."""
    text = Path(__file__).parents[2].joinpath("docs/cards.md").read_text(encoding="utf-8")
    assert renewed(text) == text
    assert all(make() in text for make in SECTIONS.values())


def test_the_tables_leave_nobody_in_between() -> None:
    """Every state can be reached; every open application can end; nothing leads out of an end."""
    assert {after for _, after in CARD.items()} | {CardStatus.INACTIVE} == set(CardStatus)
    assert not any(before in (CardStatus.LOST, CardStatus.RETURNED) for before, _ in CARD)
    reached = set(START.values()) | set(APPLICATION.values())
    assert reached == set(ApplicationState)
    assert not any(before in CLOSED for before, _ in APPLICATION)
    for state in set(ApplicationState) - CLOSED:
        assert any(before is state for before, _ in APPLICATION)
    for kind in START:
        assert EXPECTED[kind][0] is START[kind] and EXPECTED[kind][-1] in CLOSED


@pytest.mark.parametrize("status", CardStatus)
@pytest.mark.parametrize("event", CardEvent)
def test_what_the_table_lacks_is_refused(status: CardStatus, event: CardEvent) -> None:
    """A card is moved by the table or not at all."""
    if (status, event) in CARD:
        assert card_after(status, event) is CARD[status, event]
        return
    with refused(ProblemCode.CARD_STATE):
        card_after(status, event)


def test_a_reported_card_logs_nobody_in_until_it_is_cancelled(world: World) -> None:
    """One status for the report, for the log-in and for what she is shown."""
    refusal(world)
    told = report(world)
    assert (told.until, told.closed) == (date(2026, 12, 2), False)
    assert [step.name for step in told.steps] == ["in_force", "lapsed"]
    assert mine(world).card is not None and mine(world).card.status is CardStatus.PRE_REPORTED
    assert mine(world).may_cancel and mine(world).until_if_reported is None
    with refused(ProblemCode.CARD_LOST):
        refusal(world)
    ended = cancel(world)
    assert ended.closed and [step.name for step in ended.steps] == ["in_force", "cancelled"]
    refusal(world)
    assert not mine(world).may_cancel and mine(world).until_if_reported == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        (datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC), CardStatus.PRE_REPORTED),
        (datetime(2026, 12, 2, 16, 0, 0, tzinfo=UTC), CardStatus.ACTIVE),
    ],
)
def test_it_lapses_at_midnight_in_china(world: World, moment: datetime, status: CardStatus) -> None:
    """Reported on 22 November for 10 days: good to the last second of 2 December, UTC+8."""
    report(world)
    world.clock.now = moment
    assert mine(world).card is not None and mine(world).card.status is status
    [one] = read(world.engine, lambda at: applications_of(at, LI))
    shown = one.on(local_date(moment)).view()
    assert shown.closed is (status is CardStatus.ACTIVE)
    if status is CardStatus.ACTIVE:
        refusal(world)
        assert shown.steps[-1].on is not None and shown.steps[-1].on.day == date(2026, 12, 3)
    else:
        with refused(ProblemCode.CARD_LOST):
            refusal(world)


def test_cancelling_what_has_lapsed_is_refused_and_changes_nothing(world: World) -> None:
    """The card works already; the clock's own entry is not forged by a cancel."""
    report(world)
    world.clock.advance(days=11)
    with refused(ProblemCode.CARD_STATE):
        cancel(world)
    assert [move["event"] for move in books(world)["moves"]] == ["pre_report"]


def test_a_report_after_a_lapse_is_a_new_one(world: World) -> None:
    """The lapse is written down first, dated when it happened; then the new report begins."""
    first = report(world, "L1")
    world.clock.advance(days=20)
    second = report(world, "L2")
    assert second.number != first.number and second.until == date(2026, 12, 22)
    found = books(world)
    assert [(one["event"], one["by"]) for one in found["moves"]] == [
        ("pre_report", "L1"),
        ("lapse", "clock"),
        ("pre_report", "L2"),
    ]
    lapsed = [one for one in found["steps"] if one["state"] == "lapsed"]
    assert [(one["number"], one["day"]) for one in lapsed] == [(first.number, "2026-12-03")]


def test_a_second_report_keeps_the_first(world: World) -> None:
    """From another kiosk, under another reference: the days are not counted anew."""
    first = report(world, "L1")
    world.clock.advance(days=3)
    assert report(world, "L2", kiosk="K0124") == first
    assert len(read(world.engine, lambda at: applications_of(at, LI))) == 1


def test_the_same_reference_gives_the_same_answer(world: World) -> None:
    """Even when the world has moved on since."""
    first = report(world)
    cancel(world)
    assert report(world) == first
    assert mine(world).card is not None and mine(world).card.status is CardStatus.ACTIVE


def test_a_reference_is_good_for_one_act(world: World) -> None:
    """Whoever reuses one at a kiosk is told so, and nothing is done for her."""
    report(world)
    with refused(ProblemCode.REFERENCE_REUSED):
        report(world, person=ZHANG)
    with refused(ProblemCode.REFERENCE_REUSED):
        cancel(world, "L1")


def test_a_reference_is_its_kiosk_s(world: World) -> None:
    """Two kiosks that happen on the same one have asked for two things."""
    report(world)
    report(world, person=ZHANG, kiosk="K0124")
    stopped = (CardStatus.PRE_REPORTED, CardStatus.PRE_REPORTED)
    assert tuple(mine(world, one).card.status for one in (LI, ZHANG)) == stopped


def test_a_reissue_with_another_body_is_refused(world: World) -> None:
    """Another outlet under the same reference is another wish."""
    reissue(world, "R1")
    with refused(ProblemCode.REFERENCE_REUSED):
        reissue(world, "R1", outlet="东区社会保障服务大厅")


def test_formal_loss_is_for_good(world: World) -> None:
    """No report, no cancel, no second application leads out of it."""
    told = reissue(world)
    assert told.collect_on is not None
    assert (told.collect_on.day, told.collect_on.certainty) == (
        date(2026, 12, 11),
        Certainty.OFFICIAL,
    )
    assert (told.outlet, told.fee.fen, told.closed) == (OUTLET, 2000, False)
    states = [step.state for step in told.steps]
    assert states == [StepState.NOW, *[StepState.LATER] * 4]
    for again in (lambda: report(world), lambda: cancel(world), lambda: reissue(world, "R2")):
        with refused(ProblemCode.CARD_STATE):
            again()
    found = mine(world)
    assert found.card is not None and found.card.status is CardStatus.LOST
    assert found.collect_if_applied is None and found.open_application == told
    with refused(ProblemCode.CARD_LOST):
        refusal(world)


def test_formal_after_a_report_takes_its_place(world: World) -> None:
    """The report is closed by it, not left to lapse later."""
    report(world)
    reissue(world)
    [new, old] = read(world.engine, lambda at: applications_of(at, LI))
    assert (new.kind, old.state) == (ApplicationKind.REISSUE, ApplicationState.MADE_FORMAL)
    world.clock.advance(days=30)
    found = mine(world)
    assert found.card is not None and found.card.status is CardStatus.LOST


def test_a_date_beyond_the_known_years_says_so(world: World) -> None:
    """Applied for in December: counted into a year whose calendar is provisional."""
    world.clock.now = datetime(2026, 12, 20, 2, tzinfo=UTC)
    told = reissue(world)
    assert told.collect_on is not None and told.collect_on.certainty is Certainty.PROVISIONAL


@pytest.mark.parametrize("outlet", ["西区社会保障服务大厅", "", "示例市", "x" * 60])
def test_only_an_outlet_that_hands_out_cards_will_do(world: World, outlet: str) -> None:
    """And her card stays as it was."""
    with refused(ProblemCode.BAD_REQUEST):
        reissue(world, outlet=outlet)
    assert mine(world).card is not None and mine(world).card.status is CardStatus.ACTIVE


def test_a_region_may_want_cancelling_at_an_outlet(world: World) -> None:
    """Then no kiosk may do it, and she is not offered it."""
    strict = terms(world, cancel_allowed=False)
    act = asked(CardAct.CANCEL_LOSS, "C1", CHEN_ID)
    with refused(ProblemCode.NOT_FOUND):
        world.at_desk(lambda desk: cancel_loss(desk, strict, act))
    assert not read(world.engine, lambda at: my_card(at, strict, CHEN_ID)).may_cancel


def test_who_did_it_where_when_and_how_sure_we_were_is_kept(world: World) -> None:
    """An act and a move each; no name, no number of hers in either."""
    report(world)
    found = books(world)
    [act] = found["acts"]
    assert act == {
        "ref": "L1",
        "kiosk_id": KIOSK,
        "person_id": LI,
        "assurance": "id_card",
        "act": "report_loss",
        "at": "2026-11-22T02:00:00Z",
    }
    [move] = found["moves"]
    assert (move["before"], move["after"], move["by"]) == ("active", "pre_reported", "L1")


def test_a_new_card_from_application_to_activation(world: World) -> None:
    """Accepted, made, at the outlet, fetched, active: each with its day; then it logs her in."""
    number = reissue(world).number
    world.clock.advance(days=2)
    world.at_desk(lambda desk: take_up(desk, number, "factory"))
    with refused(ProblemCode.CARD_STATE):
        world.at_desk(lambda desk: hand_out(desk, number, "clerk"))
    world.clock.advance(days=14)
    world.at_desk(lambda desk: finish(desk, number, "factory", MADE))
    new = replace(
        LI_PERSONA,
        card_code=MADE.code,
        card_number=MADE.number,
        atr_history=MADE.atr_history.hex().upper(),
    )
    with refused(ProblemCode.CARD_NOT_ACTIVATED):
        refusal(world, new)
    with refused(ProblemCode.CARD_STATE):  # it has not been handed out to anybody
        do_activate(world, proof_of(new), person=LI)
    world.clock.advance(days=1)
    world.at_desk(lambda desk: hand_out(desk, number, "clerk"))
    found = mine(world)
    assert found.card is not None and found.card.status is CardStatus.INACTIVE
    assert found.open_application is not None and found.open_application.number == number
    old_barcode = found.card.barcode
    done = do_activate(world, proof_of(new), person=LI)
    assert (done.card.status, done.application) == (CardStatus.ACTIVE, number)
    assert done.card.barcode == old_barcode, "the medical-insurance number stays"
    refusal(world, new)
    with refused(ProblemCode.CARD_LOST):
        refusal(world)
    [view] = [one.view() for one in read(world.engine, lambda at: applications_of(at, LI))]
    days = [step.on.day.day for step in view.steps if step.on is not None]
    assert view.closed and days == [22, 24, 8, 9, 9]


def test_activation_is_done_once_per_reference(world: World) -> None:
    """A repeat gets the same answer; another reference is told that the card is active."""
    first = do_activate(world, proof_of(SUN))
    assert do_activate(world, proof_of(SUN)) == first
    with refused(ProblemCode.CARD_STATE):
        do_activate(world, proof_of(SUN), "A2")


def test_a_copied_or_another_persons_card_is_not_activated(world: World) -> None:
    """Nor is one that nobody knows, or that has expired on the way."""
    with refused(ProblemCode.CARD_CLONED):
        do_activate(world, proof_of(SUN, key=bytes(16)))
    with refused(ProblemCode.CARD_CLONED):
        do_activate(world, proof_of(replace(SUN, name="别人")))
    with refused(ProblemCode.CARD_UNKNOWN):
        do_activate(world, proof_of(SUN), person=LI)
    with refused(ProblemCode.CARD_UNKNOWN):
        do_activate(world, proof_of(replace(SUN, card_code="0" * 32)))
    with refused(ProblemCode.CARD_LOST):
        reissue(world, person=LI)
        do_activate(world, proof_of(LI_PERSONA), person=LI)
    world.clock.now = datetime(2100, 1, 1, tzinfo=UTC)
    with refused(ProblemCode.CARD_EXPIRED):
        do_activate(world, proof_of(SUN))
    [card] = [one for one in books(world)["cards"] if one["code"] == SUN.card_code]
    assert card["status"] == "inactive"


def test_a_check_changes_nothing(world: World) -> None:
    """It says what card it is, and only to its holder."""

    def check(person: int) -> CardStatus:
        today = local_date(world.clock())
        proof = proof_of(CHEN)
        return read(world.engine, lambda at: check_card(at, VERIFIER, proof, person, today)).status

    before = books(world)
    assert check(CHEN_ID) is CardStatus.PRE_REPORTED
    with refused(ProblemCode.CARD_UNKNOWN):
        check(LI)
    assert books(world) == before


def test_what_stands_on_the_card_certificate(world: World) -> None:
    """Only hers, only for a new card that is still on its way."""
    number = reissue(world).number
    data = read(world.engine, lambda at: card_certificate_data(at, LI, number))
    assert (data.application_number, data.outlet) == (number, OUTLET)
    assert data.name == PersonName(LI_PERSONA.name)
    assert data.old_card == CardNumber(LI_PERSONA.card_number)
    assert data.collect_on.day == date(2026, 12, 11) and data.applied == local_date(NOW)
    loss = read(world.engine, lambda at: applications_of(at, CHEN_ID))[0].number
    for person, other in ((ZHANG, number), (CHEN_ID, loss), (LI, "2026-0000-9999-00")):
        with refused(ProblemCode.NOT_FOUND):
            read(world.engine, lambda at, p=person, n=other: card_certificate_data(at, p, n))


def test_an_application_moves_by_the_table_only() -> None:
    """A card that is only accepted cannot be fetched."""
    with refused(ProblemCode.CARD_STATE):
        application_after(ApplicationState.ACCEPTED, ApplicationEvent.COLLECT)
