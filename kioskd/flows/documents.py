"""Sealed papers: get one from the centre, check its seal, print it, tell her and the centre.

The paper is in memory only, in the local variables of ``print_document``. It is printed once for
each time she asks.
"""

import uuid
from dataclasses import replace
from typing import Final

import trio

from kioskd import log
from kioskd.contracts import Followed
from kioskd.domain.document import GenuinePages, PrintEnd, PrintProgress
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import NotGenuine, ServerRefused
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.printing import new_print_ref, show_result
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    DocumentRequest,
    SealedDocument,
)
from kioskd.screens.busy import BusyWith
from kioskd.screens.document_printed import DocumentPrinted, DocumentPrintedChoice
from kioskd.screens.document_printing import DocumentPrinting, PrintingChoice
from kioskd.screens.problem import Problem

NO_PAPER: Final = {
    ProblemCode.NOT_FOUND.value: Trouble(TroubleReason.DOCUMENT_NONE, "A-10"),
    ProblemCode.STATE_CONFLICT.value: Trouble(TroubleReason.DOCUMENT_REVOKED, "A-11"),
}
"""What is wrong when the centre refuses: nothing to say, or taken back since she saw the list."""


async def print_document(
    kiosk: Kiosk, visit: Visit, request: DocumentRequest, ref: str | None = None
) -> bool:
    """Return True to go home again, False to end the visit.

    With the ``ref`` and request of a document she has had before, the very same is printed.
    Raises NotGenuine (nothing is printed, the centre is told), ServerError, SessionEnded.
    """
    document = await _composed(kiosk, visit, request, ref or uuid.uuid4().hex)
    if isinstance(document, Trouble):
        await kiosk.stage.show(Problem(document))
        return True
    paper = await _checked(kiosk, document)
    while True:
        end = await _printed(kiosk, document, paper)
        screen = DocumentPrinted(document.kind.value, document.number, end)
        choice = await show_result(kiosk, screen)
        if choice is not DocumentPrintedChoice.AGAIN:
            return choice is DocumentPrintedChoice.HOME


async def _composed(
    kiosk: Kiosk, visit: Visit, request: DocumentRequest, ref: str
) -> SealedDocument | Trouble:
    """Return what the centre has sealed, or why there is nothing that it may seal."""
    try:
        return await kiosk.while_busy(
            BusyWith.COMPOSING, lambda: kiosk.central.document(visit.token, ref, request)
        )
    except ServerRefused as refused:
        if refused.code not in NO_PAPER:
            raise
        return NO_PAPER[refused.code]


async def _checked(kiosk: Kiosk, document: SealedDocument) -> GenuinePages:
    """Return the pages once the seal was found good; the centre hears of one that is not."""
    try:
        return await kiosk.while_busy(BusyWith.CHECKING_SEAL, lambda: kiosk.seals.check(document))
    except NotGenuine as fake:
        report = DocumentPrintReport(
            document.ref, new_print_ref(), Printed.NO, 0, kiosk.desk.now(), fake.fault.value
        )
        kiosk.prints.note(report)
        raise


async def _printed(kiosk: Kiosk, document: SealedDocument, paper: GenuinePages) -> PrintEnd:
    """Print behind a screen with the page that is under way; she may stop it, or leave."""
    screen = DocumentPrinting(document.kind.value, PrintProgress(paper.pages))
    kiosk.cabinet.lamp("document", lit=True)
    try:
        async with kiosk.stage.follow(screen) as followed, trio.open_nursery() as nursery:
            nursery.start_soon(_stop_when_asked, kiosk, followed)
            nursery.start_soon(_stop_when_she_leaves, kiosk)

            def on_progress(progress: PrintProgress) -> None:
                followed.update(replace(screen, progress=progress))

            end = await kiosk.document_printer.print(paper, new_print_ref(), on_progress)
            nursery.cancel_scope.cancel()
    finally:
        kiosk.cabinet.lamp("document", lit=False)
    log.event("document.printed", ref=paper.ref, kind=document.kind, printed=end.printed)
    return end


async def _stop_when_asked(kiosk: Kiosk, followed: Followed[PrintingChoice]) -> None:
    await followed.answered()
    log.event("document.stop_asked")
    kiosk.document_printer.cancel()


async def _stop_when_she_leaves(kiosk: Kiosk) -> None:
    """Her pages must not come out with nobody there to take them."""
    await kiosk.stage.visit_ended()
    log.event("document.stopped_for_leaving")
    kiosk.document_printer.cancel()
