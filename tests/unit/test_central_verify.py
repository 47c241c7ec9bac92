"""Whether a receipt is genuine: offline, with the books, by command; and the teeth of the laws."""

import json
from pathlib import Path

import pytest
from central_world import World, differences, unguarded
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import delete, insert, update

from kiosk_central.app import build_centre
from kiosk_central.cli import main
from kiosk_central.laws import misposted, unbalanced
from kiosk_central.sample_people import ZHANG
from kiosk_central.signing import NoSigningKey, load_public_key, pem, signer_of_seed
from kiosk_central.store.books import entries, payments, postings
from kiosk_central.store.engine import read, write
from kiosk_central.store.schema import settings
from kiosk_central.verify import check_with_books
from kiosk_central.verify_page import checked_page, form_page, no_proof_page
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.receipt_facts import SignedFacts, qr_text
from tests.trust import Trust


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def db(world: World) -> str:
    return str(world.engine.url)


def receipt(world: World) -> str:
    """Pay, and return the text of the QR code on the receipt."""
    world.assess()
    proof = world.report(S.CONFIRMED).proof
    return qr_text(proof, world.region.verify_url).decode()


def another(text: str) -> str:
    """Return the code with one character of its facts changed."""
    at = len(text) - 120
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def test_a_receipt_verifies_without_any_network(world: World, tmp_path: Path) -> None:
    """With the public key alone: every fact is said, and exit code 0."""
    code, file = receipt(world), tmp_path / "key.pem"
    shown = run("keys", "show", "--db", db(world)).output
    file.write_text(shown[shown.index("-----BEGIN") :])
    world.engine.dispose()
    found = run("verify", code.lower(), "--key", str(file))
    assert found.exit_code == 0 and "Genuine" in found.output
    for fact in (
        "2026-0000-0001-",
        "K0123-P-1",
        "100 %",
        "2026-10, 2026-11",
        "2,800.00",
        "Pension",
    ):
        assert fact in found.output
    assert not any(word in found.output for word in (ZHANG.name, ZHANG.id_number))


def test_a_changed_receipt_is_not_genuine(world: World) -> None:
    """One character changed: not genuine, or no receipt at all; exit code 1."""
    found = run("verify", another(receipt(world)))
    assert found.exit_code == 1 and "Genuine" not in found.output


def test_a_foreign_key_is_unknown(world: World, tmp_path: Path) -> None:
    """Signed by a key that is not the one given: unknown key, exit code 1."""
    file = tmp_path / "key.pem"
    file.write_text(pem(signer_of_seed(bytes(32)).public_key))
    found = run("verify", receipt(world), "--key", str(file))
    assert found.exit_code == 1 and "not known" in found.output


def test_the_books_say_what_became_of_it(world: World, tmp_path: Path) -> None:
    """With --db: posted, given back since, copies."""
    file = tmp_path / "code.txt"
    file.write_text(qr_text(world.report(S.CONFIRMED).proof, "").decode() + "\n")
    found = run("verify", "--file", str(file), "--db", db(world))
    assert found.exit_code == 0 and "given back: no" in found.output and "copies: 0" in found.output
    world.report(S.REVERSED)
    found = run("verify", "--file", str(file), "--db", db(world))
    assert found.exit_code == 1 and "given back: 2026-11-22 10:00:00" in found.output


def test_a_signature_that_is_not_in_the_books(unlawful: World) -> None:
    """Signed by the centre's key but never posted: exit code 1."""
    text = receipt(unlawful)
    unguarded(unlawful, lambda at: at.execute(update(postings).values(proof=b"x")))
    found = run("verify", text, "--db", db(unlawful))
    assert found.exit_code == 1 and "not in the books" in found.output


@pytest.mark.parametrize(
    "words", [(), ("x", "--file", "README.md"), ("x", "--db", "y", "--key", "README.md")]
)
def test_verify_wants_one_text_and_one_source(words: tuple[str, ...]) -> None:
    """Nothing to verify, or two ways at once, is a usage error."""
    assert run("verify", *words).exit_code == 2


@pytest.mark.parametrize("text", ["", "hello", "KR1:AAAA", "张三" * 999])
def test_verify_says_what_is_no_receipt(text: str) -> None:
    """Anything else is told in one line, exit code 1."""
    found = run("verify", text)
    assert found.exit_code == 1 and found.output.startswith("Error: ")
    assert found.output.count("\n") == 1


def test_the_page_shows_facts_and_nobody(world: World) -> None:
    """Genuine with all facts, in both languages; no name, no number of a person."""
    code = receipt(world)
    page = checked_page(read(world.engine, lambda at: check_with_books(at, code)))
    for word in ("Genuine", "真实", "2026-0000-0001-", "2,800.00", "养老保险", "Pension"):
        assert word in page
    assert ZHANG.name not in page and ZHANG.id_number not in page and "<script" not in page
    changed = check_with_books_or_none(world, another(code))
    assert "2,800.00" not in changed and 'class="bad"' in changed


def check_with_books_or_none(world: World, code: str) -> str:
    return checked_page(read(world.engine, lambda at: check_with_books(at, code)))


def test_the_page_says_given_back(world: World) -> None:
    """A receipt whose charge was given back is shown as no longer valid, with the time."""
    proof = world.report(S.CONFIRMED).proof
    world.report(S.REVERSED)
    code = qr_text(proof, "").decode()
    page = checked_page(read(world.engine, lambda at: check_with_books(at, code)))
    assert "given back" in page and 'class="bad"' in page and "2026-11-22 10:00:00" in page
    assert 'class="bad"' in no_proof_page() and "class=" not in form_page()


def test_a_real_city_brings_its_own_key(world: World, tmp_path: Path) -> None:
    """Without the sample's key the centre wants a PEM file, and signs with it."""
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    write(world.engine, lambda at: at.execute(delete(settings)))
    with pytest.raises(NoSigningKey, match="--signing-key"):
        build_centre(db(world), world.region)
    key = Ed25519PrivateKey.generate()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    spki = PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, spki))
    assert pem(load_public_key(public)) == public.read_text()
    centre = build_centre(db(world), world.region, world.clock, private)
    centre.writer.close()
    centre.engine.dispose()
    assert centre.signer.public_key == load_public_key(public)
    shown = run("keys", "show", "--db", db(world)).output
    assert shown.count("BEGIN PUBLIC KEY") == 2, "old keys verify for ever"
    assert public.read_text() in shown


def test_files_that_hold_no_signing_key(world: World, tmp_path: Path) -> None:
    """Missing, nonsense, or another kind of key: one line that repeats nothing of the file."""
    other, trust = generate_private_key(SECP256R1()), Trust(tmp_path / "trust")
    assert trust.issuer
    wrong = [tmp_path / name for name in ("missing.pem", "nonsense.pem", "other.pem")]
    wrong[1].write_text("secret words")
    wrong[2].write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for file in wrong:
        serve = ("serve", "--port", "0", "--db", db(world), "--trust", str(trust.folder))
        found = run(*serve, "--signing-key", str(file))
        assert found.exit_code == 1 and "secret" not in found.output
        assert run("verify", "x", "--key", str(wrong[1])).exit_code == 1


def test_the_same_posting_has_the_same_proof(world: World) -> None:
    """The proof is kept with the posting: whenever it is asked for, the same bytes."""
    world.assess()
    first = world.report(S.CONFIRMED).proof
    world.clock.advance(days=1)
    assert world.report(S.CONFIRMED).proof == first
    assert SignedFacts.parse(first).facts.posted_at == "2026-11-22T02:00:00Z"


def test_the_operator_s_commands(world: World, tmp_path: Path) -> None:
    """List, import, settle payment and difference, list again: what the runbook tells works."""
    world.assess()
    world.report(S.UNRESOLVED, at="2026-11-22T02:00:00Z")
    listed = json.loads(run("differences", "--db", db(world), "--json").output)
    assert [one["kind"] for one in listed] == ["outcome_unresolved"]
    file = tmp_path / "bank.csv"
    head = "settlement_date,terminal_id,batch,receipt,trace,date,time,amount_yuan,kind\n"
    line = "2026-11-23,29001006,1,31,17,2026-11-22,10:00:05,2800.00,sale\n"
    file.write_text(head + line + line.replace("17,", "18,").replace("2800.00", "0.01"))
    found = run("bank", "import", str(file), "--db", db(world))
    assert found.output == "2 lines, 0 known before, cleared 0.00 yuan, 2 new differences\n"
    assert "candidate: bank line 1" in run("differences", "--db", db(world)).output
    decide = ("--db", db(world), "--by", "Wang", "--note", "in the file")
    assert run("payment", "settle", "K0123-P-1", "--charged", *decide).exit_code == 2
    found = run("payment", "settle", "K0123-P-1", "--not-charged", *decide)
    assert found.exit_code == 1 and "bank line 1" in found.output
    found = run("payment", "settle", "K0123-P-1", "--charged", "--bank-line", "1", *decide)
    assert (found.exit_code, found.output) == (0, "K0123-P-1 settled as charged\n")
    assert run("differences", "settle", "3", *decide).exit_code == 0
    assert differences(world, only_open=True) == []
    assert "0 open of 3" in run("differences", "--db", db(world)).output
    assert run("differences").exit_code == 2
    shown = run("ledger", "show", "--db", db(world)).output
    assert "contribution 2026-0000-0001-" in shown and "bank - -" in shown
    assert run("journals", "--db", db(world), "--json").output == "[]\n"


PLANTED = {
    "sum": update(entries).where(entries.c.account == "pension-pool").values(debit_fen=-1),
    "owed": update(payments).values(amount_fen=1),
    "moved": update(entries).where(entries.c.account == "bank-receivable").values(account="bank"),
    "settled": insert(postings).values(kind="bank", posted_at="", proof=b"", id=9),
}


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_a_planted_fault_in_the_books_is_found(unlawful: World, fault: str) -> None:
    """Each law bites: a wrong sum, another amount owed, a wrong account, a made-up settlement."""
    unlawful.assess()
    unlawful.report(S.CONFIRMED)
    unguarded(unlawful, lambda at: at.execute(PLANTED[fault]))
    if fault == "settled":
        rows = [
            {"account": "bank", "debit_fen": 5},
            {"account": "bank-receivable", "debit_fen": -5},
        ]
        more = [row | {"posting_id": 9} for row in rows]
        unguarded(unlawful, lambda at: at.execute(insert(entries), more))
    assert len(read(unlawful.engine, unbalanced)) == 1


@pytest.mark.parametrize("state", ["declined", "reversed", "unresolved"])
def test_a_posting_without_its_payment_is_found(unlawful: World, state: str) -> None:
    """A payment that is not CONFIRMED and posted, or the other way round, breaks a law."""
    unlawful.assess()
    unlawful.report(S.CONFIRMED)
    write(unlawful.engine, lambda at: at.execute(update(payments).values(state=state)))
    assert read(unlawful.engine, misposted) == ("K0123-P-1",)
    write(unlawful.engine, lambda at: at.execute(update(payments).values(state="confirmed")))
    assert read(unlawful.engine, misposted) == ()
