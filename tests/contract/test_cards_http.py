"""The contract about cards over HTTP: two kiosks at once, lost answers, hostile bytes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from central_server import KIOSK, OTHER_KIOSK, Server
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_central.cards import card_answer, card_key
from kiosk_central.sample_people import (
    CHEN,
    LI,
    SAMPLE_MASTER_KEY,
    SUN,
    WANG,
    ZHANG,
    Persona,
)
from kioskd.domain.card import Application, CardStatus, CardView, MyCard
from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import CardNumber, IdNumber, PersonName, SessionToken
from kioskd.errors import ServerRefused
from kioskd.protocols import central
from kioskd.protocols.central import Challenge, Login, ProblemCode, decode
from kioskd.protocols.central_cards import (
    ACTIVATION_PATH,
    APPLICATIONS_PATH,
    CARD_CHECK_PATH,
    LOSS_CANCEL_PATH,
    LOSS_PATH,
    MY_CARD_PATH,
    REISSUE_PATH,
    Activation,
    ReissueRequest,
)
from kioskd.protocols.central_documents import (
    DOCUMENT_PATH,
    DocumentKind,
    DocumentRequest,
    SealedDocument,
)

HERE = ReissueRequest("示例市社会保险经办中心")
THERE = ReissueRequest("湖滨社区服务站")
STATE = (409, ProblemCode.CARD_STATE)
BAD = (400, ProblemCode.BAD_REQUEST)


def visit(server: Server, persona: Persona, kiosk: str = KIOSK) -> dict[str, Any]:
    return {"kiosk": kiosk, "token": server.token(persona, kiosk)}


def put(server: Server, path: str, ref: str, body: object = None, **who: Any) -> Application:
    return server.get(Application, "PUT", path.format(ref=ref), body, **who)


def log_in(server: Server, persona: Persona) -> tuple[int, ProblemCode] | Login:
    """Log in by card; return the refusal, if it is one."""
    response = server.call("POST", central.CARD_LOGIN_PATH, server.card_login(persona))
    if response.status_code == 201:
        return decode(response.content, Login)
    found = decode(response.content, central.Problem)
    return found.status, found.code


def test_report_cancel_and_log_in(server: Server) -> None:
    """The report stops the card's log-in at once; cancelling lets it in again."""
    who = visit(server, LI)
    told = put(server, LOSS_PATH, "L1", **who)
    assert told.until == date(2026, 12, 2)
    assert log_in(server, LI) == (403, ProblemCode.CARD_LOST)
    mine = server.get(MyCard, "GET", MY_CARD_PATH, **who)
    assert mine.card is not None and mine.card.status is CardStatus.PRE_REPORTED
    assert mine.may_cancel and mine.card.barcode.reveal() == "000099000002"
    assert put(server, LOSS_CANCEL_PATH, "C1", **who).closed
    assert isinstance(log_in(server, LI), Login)
    [shown] = server.get(tuple[Application, ...], "GET", APPLICATIONS_PATH, **who)
    assert shown.number == told.number and shown.closed


def test_the_boundary_of_a_lapse_is_midnight_in_china(server: Server) -> None:
    """To the second: refused at 23:59:59 of the last day, let in at 00:00:00 of the next."""
    put(server, LOSS_PATH, "L1", **visit(server, LI))
    server.now = datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    assert log_in(server, LI) == (403, ProblemCode.CARD_LOST)
    server.now += timedelta(seconds=1)
    assert isinstance(log_in(server, LI), Login)
    who = visit(server, LI)
    assert server.refused("PUT", LOSS_CANCEL_PATH.format(ref="C1"), **who) == STATE
    [shown] = server.get(tuple[Application, ...], "GET", APPLICATIONS_PATH, **who)
    assert shown.closed and shown.steps[-1].name == "lapsed"


def test_formal_after_a_report_and_nothing_after_formal(server: Server) -> None:
    """The card is lost for good; report, cancel and a second application are refused."""
    who = visit(server, CHEN)
    told = put(server, REISSUE_PATH, "R1", HERE, **who)
    assert told.collect_on is not None and told.collect_on.day == date(2026, 12, 11)
    for path, body in ((LOSS_PATH, None), (LOSS_CANCEL_PATH, None), (REISSUE_PATH, HERE)):
        assert server.refused("PUT", path.format(ref="X1"), body, **who) == STATE
    assert put(server, REISSUE_PATH, "R1", HERE, **who) == told


def test_two_kiosks_want_a_new_card_at_once(server: Server) -> None:
    """One application is made; the other kiosk is told that the card's state is another now."""
    whos = [visit(server, LI), visit(server, LI, OTHER_KIOSK)]

    def ask(index: int) -> tuple[int, bytes]:
        path, body = REISSUE_PATH.format(ref=f"R{index}"), (HERE, THERE)[index]
        answered = server.call("PUT", path, body, **whos[index])
        return answered.status_code, answered.content

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, range(2)))
    assert sorted(status for status, _ in answers) == [200, 409]
    shown = server.get(tuple[Application, ...], "GET", APPLICATIONS_PATH, **whos[0])
    assert len(shown) == 1


def test_two_kiosks_report_at_once(server: Server) -> None:
    """Both are answered with the one report that stands."""
    whos = [visit(server, LI), visit(server, LI, OTHER_KIOSK)]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda i: put(server, LOSS_PATH, f"L{i}", **whos[i]), range(2))
    assert first == second
    assert len(server.get(tuple[Application, ...], "GET", APPLICATIONS_PATH, **whos[0])) == 1


def test_one_reference_sent_twice_at_once(server: Server) -> None:
    """A kiosk that asks again while the first is on its way gets one application, twice."""
    who = visit(server, LI)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: put(server, REISSUE_PATH, "R1", HERE, **who), range(2))
    assert first == second


def test_a_reused_reference_is_told(server: Server) -> None:
    """Another body, another act, another person: 422 each; another kiosk's is another act."""
    who = visit(server, LI)
    put(server, REISSUE_PATH, "R1", HERE, **who)
    reused = (422, ProblemCode.REFERENCE_REUSED)
    path = REISSUE_PATH.format(ref="R1")
    assert server.refused("PUT", path, THERE, **who) == reused
    assert server.refused("PUT", path, HERE, **visit(server, ZHANG)) == reused
    assert server.refused("PUT", LOSS_PATH.format(ref="R1"), **who) == reused
    assert server.refused("PUT", path, HERE, **visit(server, LI, OTHER_KIOSK)) == STATE


def test_a_new_card_is_checked_activated_and_logs_in(server: Server) -> None:
    """Refused at log-in by its own code; checked; active; a lost answer is given again."""
    assert log_in(server, SUN) == (403, ProblemCode.CARD_NOT_ACTIVATED)
    who = visit(server, SUN)
    seen = server.get(CardView, "POST", CARD_CHECK_PATH, server.card_login(SUN), **who)
    assert seen.status is CardStatus.INACTIVE
    body, path = server.card_login(SUN), ACTIVATION_PATH.format(ref="A1")
    done = server.get(Activation, "PUT", path, body, **who)
    assert done.card.status is CardStatus.ACTIVE and done.application
    assert server.get(Activation, "PUT", path, body, **who) == done
    assert server.refused("PUT", path, server.card_login(SUN), **who) == (
        422,
        ProblemCode.REFERENCE_REUSED,
    )
    assert isinstance(log_in(server, SUN), Login)


def test_a_challenge_proves_once(server: Server) -> None:
    """A recorded answer is worth nothing: not for a check, not for an activation."""
    who, body = visit(server, SUN), server.card_login(SUN)
    server.get(CardView, "POST", CARD_CHECK_PATH, body, **who)
    used = (403, ProblemCode.CHALLENGE_UNKNOWN)
    assert server.refused("POST", CARD_CHECK_PATH, body, **who) == used
    assert server.refused("PUT", ACTIVATION_PATH.format(ref="A1"), body, **who) == used
    cloned = server.card_login(SUN, key=bytes(16))
    assert server.refused("PUT", ACTIVATION_PATH.format(ref="A1"), cloned, **who) == (
        403,
        ProblemCode.CARD_CLONED,
    )
    others = server.card_login(ZHANG)
    assert server.refused("POST", CARD_CHECK_PATH, others, **who) == (
        403,
        ProblemCode.CARD_UNKNOWN,
    )


def test_a_card_that_was_lost_before_stays_lost(server: Server) -> None:
    """A card lost in the old books is refused, and cannot be cancelled, reported or activated."""
    assert log_in(server, WANG) == (403, ProblemCode.CARD_LOST)
    who = visit(server, WANG)
    for path, body in ((LOSS_PATH, None), (LOSS_CANCEL_PATH, None), (REISSUE_PATH, HERE)):
        assert server.refused("PUT", path.format(ref="X"), body, **who) == STATE
    card = server.card_login(WANG)
    found = server.refused("PUT", ACTIVATION_PATH.format(ref="A"), card, **who)
    assert found == (403, ProblemCode.CARD_LOST)


PATHS = (LOSS_PATH, LOSS_CANCEL_PATH, REISSUE_PATH, ACTIVATION_PATH)


@pytest.mark.parametrize("path", [MY_CARD_PATH, APPLICATIONS_PATH])
def test_without_a_visit_nothing_is_told(server: Server, path: str) -> None:
    """No token, a made-up one, one of another kiosk."""
    unknown = (401, ProblemCode.SESSION_UNKNOWN)
    assert server.refused("GET", path) == unknown
    assert server.refused("GET", path, token="x" * 43) == unknown
    token = server.token(LI)
    assert server.refused("GET", path, token=token, kiosk=OTHER_KIOSK) == unknown


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    ref=st.text(min_size=1, max_size=70).filter(lambda t: "/" not in t and "?" not in t),
    body=st.one_of(st.binary(max_size=80), st.just(b'{"outlet": 7}'), st.just(b"[" * 5000)),
)
def test_hostile_input_is_refused_in_the_contracts_own_words(
    server: Server, path: str, ref: str, body: bytes
) -> None:
    """Any reference and any body end in a value or a problem document, never in a trace."""
    who = visit(server, LI)
    answered = server.call("PUT", path.format(ref=quote(ref, safe="")), body, **who)
    assert answered.status_code < 500
    kind = answered.headers["Content-Type"]
    assert kind in ("application/json", "application/problem+json")
    assert "Traceback" not in answered.text


@pytest.mark.parametrize(
    "outlet", ["", "no such place", "\x00", "示例" * 40, "西区社会保障服务大厅"]
)
def test_only_an_outlet_of_the_region_will_do(server: Server, outlet: str) -> None:
    """And her card stays in use."""
    who = visit(server, LI)
    wish = replace(HERE, outlet=outlet)
    assert server.refused("PUT", REISSUE_PATH.format(ref="R1"), wish, **who) == BAD
    mine = server.get(MyCard, "GET", MY_CARD_PATH, **who)
    assert mine.card is not None and mine.card.status is CardStatus.ACTIVE


async def test_the_kiosks_own_client_speaks_all_of_it(server: Server) -> None:
    """Each call of ``contracts.CardServices`` against the centre itself, in one life of a card."""
    kiosk = server.client()
    token = SessionToken(server.token(LI))
    reported = await kiosk.report_loss(token, "L1")
    assert (await kiosk.cancel_loss(token, "C1")).number == reported.number
    asked = await kiosk.reissue(token, "R1", HERE.outlet)
    assert (await kiosk.my_card(token)).open_application == asked
    assert {one.number for one in await kiosk.applications(token)} == {
        reported.number,
        asked.number,
    }
    token, facts = SessionToken(server.token(SUN)), facts_of(SUN)
    challenge = await kiosk.challenge()
    seen = await kiosk.check_card(token, challenge, facts, answer_of(SUN, challenge))
    assert seen.status is CardStatus.INACTIVE
    challenge = await kiosk.challenge()
    done = await kiosk.activate(token, "A1", challenge, facts, answer_of(SUN, challenge))
    assert done.card.status is CardStatus.ACTIVE
    with pytest.raises(ServerRefused) as refused:
        await kiosk.report_loss(token, "L1")
    assert (refused.value.status, refused.value.code) == (422, "reference_reused")


def test_an_application_gives_its_sealed_certificate(server: Server) -> None:
    """领卡证明: hers for as long as the new card is on its way, and nobody else's."""
    who = visit(server, LI)
    number = put(server, REISSUE_PATH, "R1", HERE, **who).number
    wanted = DocumentRequest(DocumentKind.CARD_CERTIFICATE, subject=number)
    path = DOCUMENT_PATH.format(ref="D1")
    paper = server.get(SealedDocument, "PUT", path, wanted, **who)
    assert paper.pages == 1 and paper.pdf.startswith(b"%PDF")
    not_hers = server.refused("PUT", DOCUMENT_PATH.format(ref="D2"), wanted, **visit(server, ZHANG))
    assert not_hers == (404, ProblemCode.NOT_FOUND)


def facts_of(persona: Persona) -> SocialCardFacts:
    """Return what a reader reads from her card."""
    return SocialCardFacts(
        persona.code,
        CardNumber(persona.card_number),
        "2.00",
        None,
        None,
        persona.history,
        IdNumber(persona.id_number),
        PersonName(persona.name),
    )


def answer_of(persona: Persona, challenge: Challenge) -> bytes:
    """Return what her card answers."""
    key = card_key(SAMPLE_MASTER_KEY, persona.code, persona.history)
    return card_answer(key, challenge.challenge)
