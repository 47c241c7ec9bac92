"""What an operator does about documents: list, show, revoke, verify, export the CA."""

import json
from pathlib import Path

import pytest
from central_world import KIOSK, ZHANG, World
from click.testing import CliRunner, Result
from cryptography import x509

from kiosk_central.cli import main
from kiosk_central.documents.facts import Paper
from kiosk_central.documents.issue import Asked, issue, take_print
from kiosk_central.documents.press import Made
from kiosk_central.sample_people import ZHANG as PERSONA
from kioskd.domain.payment import Printed
from kioskd.protocols.central_documents import DocumentKind, DocumentPrintReport, DocumentRequest
from kioskd.protocols.receipt_facts import qr_text


def run(world: World, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--db", str(world.engine.url)])


def issued(world: World) -> Paper:
    """Issue a rights record, as the centre does before it composes it."""
    from kiosk_central.documents.issue import made

    asked = Asked("d1", KIOSK, ZHANG, DocumentRequest(DocumentKind.RIGHTS_RECORD, (2025, 2026)))
    paper = world.at_desk(lambda desk: issue(desk, world.region, asked, "7KQ4M"))
    world.at_desk(lambda desk: made(desk, "d1", Made(b"unsigned", b"sealed", 2)))
    return paper


def test_documents_are_listed_and_shown_without_a_name(world: World) -> None:
    """Number, kind, what the QR code states, hashes, prints; only the mask of a name."""
    paper = issued(world)
    report = DocumentPrintReport("d1", "p1", Printed.UNKNOWN, 1, "2026-11-22T02:00:09Z")
    world.at_desk(lambda desk: take_print(desk, KIOSK, report))
    listed = json.loads(run(world, "document", "list", "--json").output)
    assert [(one["number"], one["kind"]) for one in listed] == [(paper.number, "rights_record")]
    assert listed[0]["prints"][0]["printed"] == "unknown"
    assert paper.number in run(world, "document", "list").output
    shown = run(world, "document", "show", paper.number.lower())
    assert shown.exit_code == 0 and "print p1: unknown, 1 of 2 pages" in shown.output
    assert "张**" in shown.output and "42,000.00" not in shown.output
    as_json = json.loads(run(world, "document", "show", paper.number, "--json").output)
    assert as_json["pages"] == 2 and len(as_json["sealed_sha256"]) == 64
    for output in (shown.output, json.dumps([listed, as_json], ensure_ascii=False)):
        assert PERSONA.name not in output and PERSONA.id_number not in output


def test_a_document_is_verified_like_a_receipt(world: World) -> None:
    """Offline by its QR code, with the books by its number too; after revoking no longer."""
    paper = issued(world)
    code = qr_text(paper.proof, "").decode()
    offline = CliRunner().invoke(main, ["verify", code])
    assert offline.exit_code == 0 and "Genuine" in offline.output and "张**" in offline.output
    assert "revoked" not in offline.output, "nobody can know that offline"
    with_books = run(world, "verify", paper.number)
    assert with_books.exit_code == 0 and "revoked: no" in with_books.output
    words = ("--by", "Wu", "--reason", "sums were wrong")
    assert run(world, "document", "revoke", paper.number, *words).exit_code == 0
    gone = run(world, "verify", code)
    assert gone.exit_code == 1 and "revoked: 20" in gone.output
    assert "sums were wrong" in run(world, "document", "list").output
    again = run(world, "document", "revoke", paper.number, *words)
    assert again.exit_code == 1 and again.output.count("\n") == 1


@pytest.mark.parametrize("number", ["SB2026-000001-22222A", "SB2026-000101-7KQ4MA", "", "x" * 99])
def test_other_numbers_are_told_in_one_line(world: World, number: str) -> None:
    """Mistyped, or never given."""
    found = run(world, "document", "show", number)
    assert found.exit_code == 1 and found.output.startswith("Error: ")


def test_the_ca_is_exported_as_pem(world: World, tmp_path: Path) -> None:
    """One certificate of a CA; a city without a seal is told to give its file."""
    found = run(world, "seal", "ca")
    (ca,) = x509.load_pem_x509_certificates(found.output.encode())
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert found.output.count("-----BEGIN") == 1
    missing = run(world, "seal", "ca", "--seal", str(tmp_path / "none.pem"))
    assert missing.exit_code == 1 and missing.output.startswith("Error: ")
