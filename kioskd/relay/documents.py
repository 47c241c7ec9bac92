"""The kiosk's requests about sealed A4 documents, and the reports of what became of them."""

from typing import Final

import trio

from kioskd import log
from kioskd.contracts import DocumentServices, PrintBook
from kioskd.domain.secret import SessionToken
from kioskd.errors import ServerContractBroken, ServerError, ServerRefused
from kioskd.protocols import central, central_documents
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    DocumentRequest,
    IssuedDocument,
    SealedDocument,
)
from kioskd.relay.line import CentralLine

AGAIN_S: Final = 3.0
LONGEST_PAUSE_S: Final = 60.0


class DocumentCalls(CentralLine):
    """Fulfils ``contracts.DocumentServices``."""

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        path = central_documents.DOCUMENT_PATH.format(ref=ref)
        document = await self.call("PUT", path, SealedDocument, central.encode(request), token)
        if (document.ref, document.kind) != (ref, request.kind):
            raise ServerContractBroken("another document than was asked for")
        return document

    async def my_documents(self, token: SessionToken) -> tuple[IssuedDocument, ...]:
        path = central_documents.MY_DOCUMENTS_PATH
        return await self.call("GET", path, tuple[IssuedDocument, ...], token=token)

    async def report_document_print(self, report: DocumentPrintReport) -> DocumentPrintReport:
        path = central_documents.DOCUMENT_PRINT_PATH.format(
            ref=report.ref, print_ref=report.print_ref
        )
        return await self.call("PUT", path, DocumentPrintReport, central.encode(report))


async def report_prints_forever(book: PrintBook, central_server: DocumentServices) -> None:
    """Tell the centre what became of each print, as soon as it can be reached."""
    pause_s = AGAIN_S
    while True:
        if not book.unreported():
            await book.changed()
        if await _report_all(book, central_server):
            pause_s = AGAIN_S
        else:
            await trio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)


async def _report_all(book: PrintBook, central_server: DocumentServices) -> bool:
    """Return False when the centre cannot take a report now."""
    for report in book.unreported():
        try:
            await central_server.report_document_print(report)
        except ServerRefused as refused:
            if refused.status >= 500:
                return False
            # Repeating will not help: the centre does not know this document, or knows better.
            log.warning("document.report_refused", print=report.print_ref, code=refused.code)
        except ServerError as error:
            log.event("document.report_delayed", code=error.operator_code)
            return False
        else:
            log.event("document.reported", print=report.print_ref, printed=report.printed)
        book.reported(report.print_ref)
    return True
