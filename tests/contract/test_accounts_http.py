"""Accounts, payments and papers over HTTP: who may see them, wrong years, hostile codes."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from central_server import (
    AMOUNT,
    ASKED,
    KIOSK,
    OTHER_KIOSK,
    Server,
    assessment_path,
    payment_path,
    report,
)

from kiosk_central.sample_people import LI, ZHANG, Persona
from kioskd.domain.account import MedicalAccount, MyPayment, PaymentStanding, PensionAccount
from kioskd.domain.contribution import Assessment, InsuranceView
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols import central
from kioskd.protocols.central import Login, Posting, ProblemCode
from kioskd.protocols.central_accounts import (
    MEDICAL_ACCOUNT_PATH,
    MY_PAYMENTS_PATH,
    PENSION_ACCOUNT_PATH,
)
from kioskd.protocols.central_documents import PAPER_CHECK_PATH, PaperCheck, PaperVerdict
from kioskd.protocols.receipt_facts import qr_text

REF = "K0123-7KQ4-000001"
BAD = (400, ProblemCode.BAD_REQUEST)
NOBODY = (401, ProblemCode.SESSION_UNKNOWN)
UNKNOWN = PaperCheck(PaperVerdict.UNKNOWN)
MY_PATHS = (PENSION_ACCOUNT_PATH, MEDICAL_ACCOUNT_PATH, MY_PAYMENTS_PATH)


def card_token(server: Server, persona: Persona) -> str:
    login = server.get(Login, "POST", central.CARD_LOGIN_PATH, server.card_login(persona))
    return login.token.reveal()


def pay(server: Server) -> Posting:
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=server.token())
    for state in (S.INTENDED, S.CONFIRMED):
        posting = server.get(Posting, "PUT", payment_path(REF), report(state, REF, "a1"))
    return posting


def paper(code: str) -> str:
    return PAPER_CHECK_PATH.format(code=quote(code, safe=""))


def test_the_accounts_want_the_card(server: Server) -> None:
    """With an ID card she is told which log-in is missing; her payments she may see with either."""
    by_id, by_card = server.token(), card_token(server, ZHANG)
    too_low = (403, ProblemCode.ASSURANCE_TOO_LOW)
    for path in (PENSION_ACCOUNT_PATH, MEDICAL_ACCOUNT_PATH):
        assert server.refused("GET", path, token=by_id) == too_low
        assert server.call("GET", path, token=by_card).status_code == 200
    for token in (by_id, by_card):
        assert server.get(tuple[MyPayment, ...], "GET", MY_PAYMENTS_PATH, token=token) == ()


@pytest.mark.parametrize("path", MY_PATHS)
def test_nobody_else_gets_in(server: Server, path: str) -> None:
    """No token, a wrong one, another kiosk's, one that has ended, and an unknown kiosk."""
    token = card_token(server, ZHANG)
    assert server.refused("GET", path) == NOBODY
    assert server.refused("GET", path, token="wrong") == NOBODY
    assert server.refused("GET", path, token=token, kiosk=OTHER_KIOSK) == NOBODY
    unknown = server.refused("GET", path, token=token, kiosk="K9999")
    assert unknown == (401, ProblemCode.CERTIFICATE_NEEDED)
    assert server.call("DELETE", central.SESSION_PATH, token=token).status_code == 204
    assert server.refused("GET", path, token=token) == NOBODY


def test_each_sees_her_own(server: Server) -> None:
    """Zhang pays for herself and has no medical account; Li is employed and has one."""
    pay(server)
    zhang, li = card_token(server, ZHANG), card_token(server, LI)
    pension = server.get(PensionAccount, "GET", PENSION_ACCOUNT_PATH, token=zhang)
    assert pension.months == 35 and pension.years[-1].months == 11
    none = server.get(MedicalAccount, "GET", MEDICAL_ACCOUNT_PATH, token=zhang)
    some = server.get(MedicalAccount, "GET", MEDICAL_ACCOUNT_PATH, token=li)
    assert (none.state.value, some.state.value) == ("none", "open")
    assert some.closing == some.balance
    own = server.get(tuple[MyPayment, ...], "GET", MY_PAYMENTS_PATH, token=zhang)
    assert [(one.ref, one.amount) for one in own] == [(REF, AMOUNT)]
    assert own[0].standing is PaymentStanding.POSTED
    assert server.get(tuple[MyPayment, ...], "GET", MY_PAYMENTS_PATH, token=li) == ()


def test_her_insurance_says_where_and_since_when_without_a_break(server: Server) -> None:
    """Place and periods come with each enrolment."""
    view = server.get(InsuranceView, "GET", central.INSURANCE_PATH, token=server.token())
    pension = view.enrolments[0]
    assert pension.place == "示例市"
    (period,) = pension.periods
    assert (str(period.first), str(period.last)) == ("2024-01", "2026-09")
    assert period.months == pension.months_paid == 33


def test_a_wrong_year_is_a_bad_request(server: Server) -> None:
    """Only four plain digits are a year."""
    token = card_token(server, LI)
    for year in ("99", "20266", "-202", "２０２６", "year", "", "1899"):
        path = f"{MEDICAL_ACCOUNT_PATH}?year={quote(year)}"
        assert server.refused("GET", path, token=token) == BAD, year


def test_a_year_without_movements_is_empty_and_no_error(server: Server) -> None:
    """Long ago nothing had happened; in the future everything has."""
    token = card_token(server, LI)
    before = server.get(MedicalAccount, "GET", f"{MEDICAL_ACCOUNT_PATH}?year=1999", token=token)
    after = server.get(MedicalAccount, "GET", f"{MEDICAL_ACCOUNT_PATH}?year=9999", token=token)
    assert (before.credits, before.spending, before.opening.fen) == ((), (), 0)
    assert after.opening == after.balance == before.balance


def test_a_receipt_is_known_by_its_number_and_by_its_code(server: Server) -> None:
    """With hyphens or without, with the address or without; only the QR code tells the rest."""
    posting = pay(server)
    number = posting.receipt_number
    proof = qr_text(posting.proof, "https://city.example/r/").decode()
    typed, scanned = (
        {server.get(PaperCheck, "GET", paper(code)) for code in codes}
        for codes in (
            (number, number.replace("-", ""), f" {number}"),
            (proof, proof.rpartition("/")[2]),
        )
    )
    (by_number,), (check,) = typed, scanned
    assert (check.verdict, check.number, check.holder) == (PaperVerdict.GENUINE, number, "")
    assert ("金额（元）", "2,800.00") in check.facts
    assert by_number == replace(check, facts=())
    text = repr(check)
    assert ZHANG.name not in text and ZHANG.id_number not in text
    assert server.get(PaperCheck, "GET", paper(proof), kiosk=OTHER_KIOSK) == check


def test_a_changed_proof_is_not_known(server: Server) -> None:
    """One letter of the code changed: no word of what it claims."""
    posting = pay(server)
    text = qr_text(posting.proof, "").decode()
    at = len(text) // 2
    changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    assert server.get(PaperCheck, "GET", paper(changed)) == UNKNOWN


HOSTILE = (
    "2026-0000-9999-62",
    "00000000000000",
    "' OR 1=1 --",
    "../../me/insurance",
    "%",
    "<script>alert(1)</script>",
    "示例",
    "A" * 2048,
    "KR1:",
    "/",
    "１２３４５６７８９０１２３４",
)


def test_what_nobody_gave_is_unknown(server: Server) -> None:
    """Whatever is typed or scanned, the answer is a plain "unknown", and nothing is repeated."""
    for code in HOSTILE:
        assert server.get(PaperCheck, "GET", paper(code)) == UNKNOWN, code


def test_what_cannot_be_a_code_is_refused(server: Server) -> None:
    """Too long, or with control characters."""
    assert server.refused("GET", paper("A" * 2049)) == BAD
    assert server.refused("GET", paper("\x00")) == BAD
    assert server.refused("GET", paper("12\n34")) == (404, ProblemCode.NOT_FOUND)


def test_only_kiosks_ask(server: Server) -> None:
    """The public has its own page; this one is for known kiosks."""
    unknown: dict[str, Any] = {"kiosk": "K9999"}
    assert server.refused("GET", paper("1"), **unknown) == (401, ProblemCode.CERTIFICATE_NEEDED)


def test_a_receipt_whose_charge_went_back_is_revoked(server: Server) -> None:
    """The suspense slip of a second charge is genuine until the charge goes back."""
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=server.token())
    server.get(Posting, "PUT", payment_path(REF), report(S.INTENDED, REF, "a1"))
    other = "K0124-7777-000001"
    token = server.token(kiosk=OTHER_KIOSK)
    server.get(Posting, "PUT", payment_path(REF), report(S.NOT_STARTED, REF, "a1"))
    path = assessment_path("a2")
    server.get(Assessment, "PUT", path, ASKED, token=token, kiosk=OTHER_KIOSK)
    for state in (S.INTENDED, S.CONFIRMED):
        body = report(state, other, "a2")
        server.get(Posting, "PUT", payment_path(other), body, kiosk=OTHER_KIOSK)
    third = replace(report(S.CONFIRMED, REF + "9", "a1"), ref=REF + "9")
    taken = server.get(Posting, "PUT", payment_path(third.ref), third, kiosk=KIOSK)
    assert taken.give_back
    assert server.get(PaperCheck, "GET", paper(taken.receipt_number)).verdict is (
        PaperVerdict.GENUINE
    )
    gone = replace(third, state=S.REVERSED)
    server.get(Posting, "PUT", payment_path(third.ref), gone)
    check = server.get(PaperCheck, "GET", paper(taken.receipt_number))
    assert check.verdict is PaperVerdict.REVOKED and check.number == taken.receipt_number
