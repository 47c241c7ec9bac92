"""The card certificate at the counter: the sealed PDF, opened in the browser, its number kept."""

from sqlalchemy import insert, select
from starlette.responses import Response

from kiosk_central.api.request import Centre
from kiosk_central.counter.view import Seen
from kiosk_central.desk import Desk
from kiosk_central.documents.facts import Paper
from kiosk_central.documents.issue import Asked, issue, made
from kiosk_central.documents.numbers import random_group
from kiosk_central.problems import Refused
from kiosk_central.store.locks import lock_alone
from kiosk_central.store.schema import kiosks
from kiosk_central.web.session import note_act
from kiosk_central.web.who import Who
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest

COUNTER = "COUNTER"
"""The books of papers say at which kiosk each was asked for; all counters are this one.

It is a row among the kiosks that never is in service: nobody can log in as it.
"""
ACT = "card.certificate"


async def certificate(centre: Centre, who: Who, seen: Seen, ref: str) -> Response:
    """Issue and seal it. Raises Refused: NOT_FOUND (no new card on its way), as ``Press.make``."""
    if seen.coming is None:
        raise Refused(ProblemCode.NOT_FOUND, "application")
    subject, person_id = seen.coming.number, seen.id
    request = DocumentRequest(DocumentKind.CARD_CERTIFICATE, subject=subject)
    chance = random_group()

    def job(desk: Desk) -> Paper:
        _stand_among_kiosks(desk)
        paper = issue(desk, centre.region, Asked(ref, COUNTER, person_id, request), chance)
        note_act(desk, who, ACT, person_id=person_id, about=paper.number, detail=subject)
        return paper

    paper = await centre.write(job)
    done = await centre.press.make(paper)
    await centre.write(lambda desk: made(desk, ref, done))
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{paper.number}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(done.sealed, headers=headers, media_type="application/pdf")


def _stand_among_kiosks(desk: Desk) -> None:
    lock_alone(desk.connection, "counter")
    own = select(kiosks.c.id).where(kiosks.c.id == COUNTER)
    if desk.connection.execute(own).one_or_none() is None:
        row = {"id": COUNTER, "outlet": "", "sam_id": "", "active": False}
        desk.connection.execute(insert(kiosks).values(row))
