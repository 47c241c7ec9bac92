"""Print the rights record 权益记录单 of the years she chooses, under the centre's red seal."""

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.documents import print_document
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.screens.busy import BusyWith
from kioskd.screens.choose_years import ChooseYears
from kioskd.screens.navigation import Navigation
from kioskd.screens.problem import Problem


async def print_rights_record(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end. Raises NotGenuine, ServerError, SessionEnded."""
    view = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.insurance(visit.token, None)
    )
    if not view.years:
        await kiosk.stage.show(Problem(Trouble(TroubleReason.DOCUMENT_NONE, "A-10")))
        return True
    latest = frozenset({max(view.years)})
    texts = kiosk.region.documents
    most = texts.years_max if texts else len(view.years)
    years = await kiosk.stage.show(ChooseYears(view.years, latest, page=0, most=most))
    if isinstance(years, Navigation):
        return True
    request = DocumentRequest(DocumentKind.RIGHTS_RECORD, years)
    return await print_document(kiosk, visit, request)
