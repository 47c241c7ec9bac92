"""Print the enrolment certificate 参保证明, under the centre's red seal."""

from kioskd.flows.documents import print_document
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest


async def print_enrolment_certificate(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end. Raises NotGenuine, ServerError, SessionEnded."""
    return await print_document(kiosk, visit, DocumentRequest(DocumentKind.ENROLMENT_CERTIFICATE))
