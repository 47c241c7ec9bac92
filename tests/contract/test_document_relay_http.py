"""The kiosk's own client and seal checker at the real centre: asked, checked, reported."""

from dataclasses import replace
from pathlib import Path

import pytest
from central_server import Server

from kiosk_central.documents.listing import all_documents
from kiosk_central.documents.seal_key import seal_for
from kiosk_central.store.engine import open_engine, read
from kioskd.domain.payment import Printed
from kioskd.domain.secret import SessionToken
from kioskd.drivers.seal_checker import PinnedSealChecker
from kioskd.errors import NotGenuine, ServerRefused
from kioskd.protocols.central_documents import DocumentKind, DocumentPrintReport, DocumentRequest

AT = "2026-11-22T02:01:00Z"


async def test_a_paper_of_the_centre_passes_the_check_and_its_print_is_known_there(
    server: Server, tmp_path: Path
) -> None:
    """The certificate that the centre gives to pin is the one its papers are sealed under."""
    key = read(open_engine(server.db), lambda connection: seal_for(connection, None))
    assert key is not None
    (tmp_path / "ca.pem").write_text(key.ca_pem)
    client = server.client()
    token, ref = SessionToken(server.token()), "d" * 32
    wanted = DocumentRequest(DocumentKind.RIGHTS_RECORD, (2025, 2026))
    document = await client.document(token, ref, wanted)
    checker = PinnedSealChecker(str(tmp_path / "ca.pem"))
    paper = await checker.check(document)
    assert paper.pages == document.pages > 1
    with pytest.raises(NotGenuine):
        await checker.check(replace(document, number="SB2026-999999-XXXXXX"))
    report = DocumentPrintReport(ref, "p" * 32, Printed.NO, 0, AT, "A-04")
    assert await client.report_document_print(report) == report
    with pytest.raises(ServerRefused):
        await client.report_document_print(replace(report, pages_done=1))
    (known,) = read(open_engine(server.db), all_documents)
    (printed,) = known["prints"]
    assert (printed["printed"], printed["fault"]) == ("no", "A-04")
