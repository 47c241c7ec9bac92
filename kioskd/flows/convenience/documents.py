"""Print my papers again: the latest sealed ones, at whatever kiosk they were first printed.

The centre composes the very same paper again: the same number, the same facts, the same day.
"""

from kioskd.flows.documents import print_document
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import local_time
from kioskd.protocols.central_documents import IssuedDocument
from kioskd.screens.busy import BusyWith
from kioskd.screens.my_documents import DocumentRow, MyDocuments
from kioskd.screens.navigation import Navigation


async def reprint_my_documents(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit.

    Raises NotGenuine (nothing is printed, the centre is told), ServerError, SessionEnded.
    """
    issued = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.my_documents(visit.token)
    )
    rows = tuple(_row(document) for document in issued)
    ref = await kiosk.stage.show(MyDocuments(rows, chosen=None, page=0))
    if isinstance(ref, Navigation):
        return True
    chosen = next(document for document in issued if document.ref == ref)
    return await print_document(kiosk, visit, chosen.request, chosen.ref)


def _row(document: IssuedDocument) -> DocumentRow:
    request = document.request
    return DocumentRow(
        document.ref,
        request.kind.value,
        document.number,
        local_time(document.issued_at),
        document.pages,
        request.years,
        request.subject,
    )
