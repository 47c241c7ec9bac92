"""The contract about sealed documents over HTTP: every kind, hostile requests, prints, checking."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from central_server import (
    ASKED,
    KIOSK,
    OTHER_KIOSK,
    Server,
    assessment_path,
    payment_path,
    report,
)
from sqlalchemy import update

from kiosk_central.desk import Desk
from kiosk_central.documents.issue import revoke
from kiosk_central.documents.numbers import typed_number
from kiosk_central.documents.seal_key import SAMPLE_SEAL_SETTING
from kiosk_central.sample_people import LI, ZHANG
from kiosk_central.signing import signer_for
from kiosk_central.store.books import payments
from kiosk_central.store.documents import documents
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import settings
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import PaymentState as S
from kioskd.domain.payment import Printed
from kioskd.protocols.central import Posting, ProblemCode
from kioskd.protocols.central_documents import (
    DOCUMENT_PATH,
    DOCUMENT_PRINT_PATH,
    DOCUMENTS_MAX,
    MY_DOCUMENTS_PATH,
    PAPER_CHECK_PATH,
    DocumentKind,
    DocumentPrintReport,
    DocumentRequest,
    IssuedDocument,
    PaperCheck,
    PaperVerdict,
    SealedDocument,
)
from kioskd.protocols.receipt_facts import qr_text
from tests.databases import Template
from tests.patience import PATIENCE_S

RECORD = DocumentRequest(DocumentKind.RIGHTS_RECORD, (2024, 2025, 2026))
ENROLMENT = DocumentRequest(DocumentKind.ENROLMENT_CERTIFICATE)
PAYMENT = "K0123-A-000001"
RECEIPT = DocumentRequest(DocumentKind.CONTRIBUTION_RECEIPT, subject=PAYMENT)
AT = "2026-11-22T02:01:00Z"
BAD, NOT_FOUND = (400, ProblemCode.BAD_REQUEST), (404, ProblemCode.NOT_FOUND)
REUSED = (422, ProblemCode.REFERENCE_REUSED)


@pytest.fixture(scope="module")
def shared(serve: Callable[[Path], Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    """One centre for what leaves nothing behind that another test could see."""
    return serve(tmp_path_factory.mktemp("shared"))


def path(ref: str) -> str:
    return DOCUMENT_PATH.format(ref=ref)


def ask(server: Server, ref: str, request: DocumentRequest, token: str) -> SealedDocument:
    return server.get(SealedDocument, "PUT", path(ref), request, token=token)


def check(server: Server, code: str) -> PaperCheck:
    place = PAPER_CHECK_PATH.format(code=quote(code, safe=""))
    return server.get(PaperCheck, "GET", place)


def text_of(pdf: bytes) -> str:
    """Return what an independent reader finds on the pages."""
    reader = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(reader, input=pdf, capture_output=True, check=True).stdout.decode()


def pay(server: Server, token: str) -> Posting:
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    server.get(Posting, "PUT", payment_path(PAYMENT), report(S.INTENDED))
    return server.get(Posting, "PUT", payment_path(PAYMENT), report(S.CONFIRMED))


def proof_in_books(server: Server, number: str) -> str:
    """Return the text of the QR code that is printed on a document."""
    query = documents.select().where(documents.c.number == number)
    proof = read(open_engine(server.db), lambda at: at.execute(query).one()).proof
    return qr_text(proof, "https://city.example/r/").decode()


def test_a_rights_record_comes_sealed(shared: Server) -> None:
    """Three pages about her alone, numbered, with the hash of the bytes that were sent."""
    made = ask(shared, "d-record", RECORD, shared.token(LI))
    assert made.ref == "d-record" and made.kind is DocumentKind.RIGHTS_RECORD and made.pages == 3
    assert sha256(made.pdf).digest() == made.sha256 and made.pdf.startswith(b"%PDF-")
    assert typed_number(made.number) == made.number and made.issued_at == "2026-11-22T02:00:00Z"
    words = text_of(made.pdf)
    for word in ("李𠮷", LI.id_number, made.number, "2024-01", "职工基本医疗保险", "2025 年小计"):
        assert word in words
    assert words.count("缴费年月") == 3 and "第3页" in words, "the head comes again on every page"
    assert ZHANG.name not in words


def test_the_same_reference_is_the_same_document(shared: Server) -> None:
    """Asked for again, by the same person: same number, same facts; the seal is put on anew.

    Not for another request or person; at another kiosk it is hers all the same.
    """
    token = shared.token(ZHANG)
    first = ask(shared, "d-same", ENROLMENT, token)
    again = ask(shared, "d-same", ENROLMENT, token)
    assert (first.number, first.issued_at, first.pages) == (again.number, again.issued_at, 1)
    assert text_of(first.pdf) == text_of(again.pdf)
    other = {"token": shared.token(LI)}
    assert shared.refused("PUT", path("d-same"), RECORD, token=token) == REUSED
    assert shared.refused("PUT", path("d-same"), ENROLMENT, **other) == REUSED
    token = shared.token(ZHANG, OTHER_KIOSK)
    there = {"kiosk": OTHER_KIOSK, "token": token}
    elsewhere = shared.get(SealedDocument, "PUT", path("d-same"), ENROLMENT, **there)
    assert (elsewhere.number, elsewhere.issued_at) == (first.number, first.issued_at)
    assert text_of(elsewhere.pdf) == text_of(first.pdf)
    there["token"] = shared.token(LI, OTHER_KIOSK)
    assert shared.refused("PUT", path("d-same"), ENROLMENT, **there) == REUSED


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (replace(RECORD, years=(2025, 2024)), BAD),
        (replace(RECORD, years=(2025, 2025)), BAD),
        (replace(RECORD, years=tuple(range(2021, 2027))), BAD),
        (replace(RECORD, years=(2026,) * 200), BAD),
        (replace(RECORD, years=(0,)), BAD),
        (replace(RECORD, years=(10**30,)), BAD),
        (replace(RECORD, years=(-1,)), BAD),
        (replace(RECORD, years=(1999,)), NOT_FOUND),
        (replace(RECORD, years=(2027,)), NOT_FOUND),
        (replace(RECORD, subject="x"), BAD),
        (replace(ENROLMENT, years=(2026,)), BAD),
        (replace(ENROLMENT, subject="x"), BAD),
        (replace(RECEIPT, subject=""), NOT_FOUND),
        (replace(RECEIPT, subject="nobody-s"), NOT_FOUND),
        (replace(RECEIPT, subject="a\0b"), BAD),
        (replace(RECEIPT, subject="张三"), BAD),
        (replace(RECEIPT, subject="x" * 65), BAD),
        (replace(RECEIPT, years=(2026,)), BAD),
        (DocumentRequest(DocumentKind.CARD_CERTIFICATE, subject="BK2026-000001"), NOT_FOUND),
        (b'{"kind": "degree"}', BAD),
        (b'{"kind": "rights_record", "years": [1e400]}', BAD),
        (b"\0", BAD),
    ],
)
def test_what_cannot_be_composed_is_refused(
    shared: Server, request_: object, answer: tuple[int, ProblemCode]
) -> None:
    """Years that are not hers, foreign payments, nonsense: by the contract, and nothing is kept."""
    token = shared.token(ZHANG)
    assert shared.refused("PUT", path("d-bad"), request_, token=token) == answer


def test_nobody_without_a_visit_gets_a_paper(shared: Server) -> None:
    """No ticket, a ticket of nobody, or another kiosk's: refused."""
    unknown = (401, ProblemCode.SESSION_UNKNOWN)
    assert shared.refused("PUT", path("d-none"), ENROLMENT) == unknown
    token = shared.token(ZHANG)
    found = shared.refused("PUT", path("d-none"), ENROLMENT, kiosk=OTHER_KIOSK, token=token)
    assert found == unknown


def test_a_receipt_is_only_for_who_paid(server: Server) -> None:
    """Her posted payment on A4 with the sum in capitals; nobody else gets it."""
    token = server.token(ZHANG)
    posted = pay(server, token)
    made = ask(server, "d-receipt", RECEIPT, token)
    words = text_of(made.pdf).replace(" ", "")
    for word in (posted.receipt_number, "2,800.00", "贰仟捌佰元整", "2026年10月", PAYMENT):
        assert word in words
    foreign = server.refused("PUT", path("d-theirs"), RECEIPT, token=server.token(LI))
    assert foreign == NOT_FOUND


def test_prints_are_heard_once(server: Server) -> None:
    """The same report again is fine, another under its reference is not, nor too many pages."""
    made = ask(server, "d-print", ENROLMENT, server.token(ZHANG))
    told = DocumentPrintReport("d-print", "p1", Printed.YES, made.pages, AT)
    place = DOCUMENT_PRINT_PATH.format(ref="d-print", print_ref="p1")
    for _ in range(2):
        assert server.get(DocumentPrintReport, "PUT", place, told) == told
    assert server.refused("PUT", place, replace(told, printed=Printed.NO)) == REUSED
    second = DOCUMENT_PRINT_PATH.format(ref="d-print", print_ref="p2")
    more = replace(told, print_ref="p2", pages_done=made.pages + 1)
    assert server.refused("PUT", second, more) == BAD
    assert server.refused("PUT", second, replace(told, print_ref="p2", at="x\0")) == BAD
    assert server.refused("PUT", second, told) == BAD
    mine = replace(told, print_ref="p2")
    assert server.refused("PUT", second, mine, kiosk=OTHER_KIOSK) == NOT_FOUND


def mine(server: Server, token: str, **more: str) -> tuple[IssuedDocument, ...]:
    return server.get(tuple[IssuedDocument, ...], "GET", MY_DOCUMENTS_PATH, token=token, **more)


def test_her_own_documents_are_told_newest_first(server: Server) -> None:
    """Ten at most, each with what gets it again; nobody else's, and none that was revoked."""
    token = server.token(ZHANG)
    made = [ask(server, f"d-{n}", ENROLMENT, token) for n in range(DOCUMENTS_MAX)]
    ask(server, "d-hers", ENROLMENT, server.token(LI))
    record = replace(RECORD, years=(2026,))
    made.append(ask(server, "d-new", record, token))
    newest, *older = mine(server, token)
    assert (newest.ref, newest.number, newest.request) == ("d-new", made[-1].number, record)
    assert (newest.issued_at, newest.pages) == (made[-1].issued_at, made[-1].pages)
    assert [one.number for one in older] == [one.number for one in made[-2:0:-1]]


def test_a_document_of_what_stands_no_more_is_not_told(server: Server) -> None:
    """The receipt of a payment that was reversed is not printed again; other papers are."""
    token = server.token(ZHANG)
    pay(server, token)
    for ref, request in (("d-receipt", RECEIPT), ("d-other", ENROLMENT)):
        ask(server, ref, request, token)
    assert {one.ref for one in mine(server, token)} == {"d-receipt", "d-other"}
    gone = update(payments).where(payments.c.ref == PAYMENT).values(state=S.REVERSED.value)
    write(open_engine(server.db), lambda at: at.execute(gone))
    assert [one.ref for one in mine(server, token)] == ["d-other"]


def test_another_kiosk_prints_her_document_and_tells_of_it(server: Server) -> None:
    """It finds the paper in her list; it may report a print only once it was given the paper."""
    made = ask(server, "d-there", ENROLMENT, server.token(ZHANG))
    told = DocumentPrintReport("d-there", "p9", Printed.YES, made.pages, AT)
    place = DOCUMENT_PRINT_PATH.format(ref="d-there", print_ref="p9")
    assert server.refused("PUT", place, told, kiosk=OTHER_KIOSK) == NOT_FOUND
    token = server.token(ZHANG, OTHER_KIOSK)
    (listed,) = mine(server, token, kiosk=OTHER_KIOSK)
    there = {"kiosk": OTHER_KIOSK, "token": token}
    for _ in range(2):
        again = server.get(SealedDocument, "PUT", path(listed.ref), listed.request, **there)
        assert (again.number, again.issued_at) == (made.number, made.issued_at)
    assert server.get(DocumentPrintReport, "PUT", place, told, kiosk=OTHER_KIOSK) == told


def test_anybody_may_check_a_paper(server: Server) -> None:
    """By number in any spelling or by the QR code: what stands on it, the name masked."""
    made = ask(server, "d-check", ENROLMENT, server.token(ZHANG))
    code = proof_in_books(server, made.number)
    for spelling in (made.number, made.number.lower().replace("-", " "), code, code.lower()):
        found = check(server, spelling)
        assert found.verdict is PaperVerdict.GENUINE and found.number == made.number
        assert found.kind is DocumentKind.ENROLMENT_CERTIFICATE and found.holder == "张**"
        assert ("公民身份号码后四位", "0017") in found.facts
    assert check(server, changed(code)) == PaperCheck(PaperVerdict.UNKNOWN)
    page = server.session.get(
        f"{server.url}/r", params={"code": made.number}, timeout=PATIENCE_S
    ).text
    assert "张**" in page and ZHANG.name not in page and "Genuine" in page


def changed(code: str) -> str:
    at = len(code) - 120
    return code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]


@pytest.mark.parametrize(
    "code",
    ["x", "张三", "../../etc", "SB2026-000001-22222", "KR1:AAAA", "?", "%", "A" * 2000],
)
def test_other_codes_are_unknown(shared: Server, code: str) -> None:
    """Whatever is typed is answered, and nothing of it comes back."""
    assert check(shared, code) == PaperCheck(PaperVerdict.UNKNOWN)


def test_a_receipt_is_checked_too(server: Server) -> None:
    """Its QR code says everything, its number only that it is right: numbers can be counted up."""
    posted = pay(server, server.token(ZHANG))
    scanned = check(server, qr_text(posted.proof, "").decode())
    typed = check(server, posted.receipt_number)
    assert scanned.verdict is typed.verdict is PaperVerdict.GENUINE
    assert scanned.number == typed.number == posted.receipt_number
    assert ("金额（元）", "2,800.00") in scanned.facts and typed.facts == ()
    page = server.session.get(f"{server.url}/r/{posted.receipt_number}", timeout=PATIENCE_S).text
    assert "There is a receipt of this number" in page and "2,800.00" not in page


def test_a_revoked_paper_says_so(server: Server) -> None:
    """Taken back: the check says revoked, the page too, and it is not handed out again."""
    token = server.token(ZHANG)
    made = ask(server, "d-gone", ENROLMENT, token)
    engine = open_engine(server.db)
    signer = read(engine, lambda at: signer_for(at, None))
    write(engine, lambda at: revoke(Desk(at, server.now, signer), made.number, "Wu", "wrong data"))
    for code in (made.number, proof_in_books(server, made.number)):
        assert check(server, code).verdict is PaperVerdict.REVOKED
    page = server.session.get(f"{server.url}/r/{made.number}", timeout=PATIENCE_S).text
    assert 'class="bad"' in page and "revoked since" in page and "wrong data" not in page
    found = server.refused("PUT", path("d-gone"), ENROLMENT, token=token)
    assert found == (409, ProblemCode.STATE_CONFLICT)
    assert mine(server, token) == ()


def test_numbers_are_never_given_twice(server: Server) -> None:
    """Eight requests at once: eight numbers in a row."""
    token = server.token(ZHANG)

    def one(index: int) -> str:
        return ask(server, f"d-many-{index}", ENROLMENT, token).number

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(one, range(8)))
    serials = [number.split("-")[1] for number in numbers]
    assert serials == [f"{serial:06d}" for serial in range(1, 9)]


def rename(template: Template, old: str, new: str) -> None:
    """Rename a setting in a database; closed again, so that it may be copied."""
    engine = open_engine(template.url)
    changing = update(settings).where(settings.c.name == old).values(name=new)
    write(engine, lambda at: at.execute(changing))
    engine.dispose()


def test_without_a_seal_no_paper_is_given(
    serve: Callable[[Path], Server], template: Template, tmp_path: Path
) -> None:
    """A city that has no seal yet: come again later, never an unsealed paper; all else works."""
    rename(template, SAMPLE_SEAL_SETTING, "hidden")
    try:
        bare = serve(tmp_path)
    finally:
        rename(template, "hidden", SAMPLE_SEAL_SETTING)
    token = bare.token(ZHANG, KIOSK)
    found = bare.refused("PUT", path("d-bare"), ENROLMENT, token=token)
    assert found == (503, ProblemCode.UNAVAILABLE)
