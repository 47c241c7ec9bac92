"""The anchors of every kiosk's journal: its hash chain as it was first told, kept for ever.

An entry that is later removed, changed or put elsewhere gives another chain, and is found with its
place. Functions that write are jobs for the writer; a refusal that is *returned* leaves its trace.
"""

from typing import Any

from sqlalchemy import Connection, func, insert, select

from kiosk_central.desk import Desk
from kiosk_central.differences import Difference, note
from kiosk_central.problems import Refused
from kiosk_central.store.books import journal_links
from kiosk_central.store.locks import lock_kiosk
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_books import (
    DIGEST_BYTES,
    LINKS_MAX,
    ChainHead,
    ChainLinks,
    DifferenceKind,
    first_link,
    next_link,
)

SEQ_MAX = 2**31 - 1


def head_of(connection: Connection, kiosk_id: str, series: str) -> ChainHead:
    """Return how far a journal is known; seq 0 and the chain's beginning if it is not."""
    known = journal_links.c
    query = (
        select(known.seq, known.head)
        .where(known.kiosk_id == kiosk_id, known.series == series)
        .order_by(known.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return ChainHead(series, 0, first_link(kiosk_id, series))
    return ChainHead(series, row.seq, row.head)


def take_links(desk: Desk, kiosk_id: str, links: ChainLinks) -> ChainHead | Refused:
    """Keep the next links; known ones must be what they were. Repeating changes nothing.

    Refusals: BAD_REQUEST; CHAIN_BROKEN for a gap, for a known entry that is another now, and for a
    head that does not come from these digests. The difference names the first entry in question.
    """
    _check(links)
    lock_kiosk(desk.connection, kiosk_id)
    known = head_of(desk.connection, kiosk_id, links.series)
    if links.first > known.seq + 1:
        return _broken(desk, kiosk_id, links.series, known.seq + 1)
    heads = _heads(_link_before(desk.connection, kiosk_id, links), links)
    stored = _stored(desk.connection, kiosk_id, links)
    for seq, head in heads.items():
        if stored.get(seq, head) != head:
            return _broken(desk, kiosk_id, links.series, seq)
    if heads[links.first + len(links.digests) - 1] != links.head:
        return _broken(desk, kiosk_id, links.series, links.first)
    row = {"kiosk_id": kiosk_id, "series": links.series, "received_at": desk.stamp}
    rows = [row | {"seq": seq, "head": head} for seq, head in heads.items() if seq not in stored]
    if rows:
        desk.connection.execute(insert(journal_links), rows)
    return head_of(desk.connection, kiosk_id, links.series)


def _check(links: ChainLinks) -> None:
    right_sizes = all(len(digest) == DIGEST_BYTES for digest in (*links.digests, links.head))
    in_range = 1 <= links.first <= SEQ_MAX - LINKS_MAX
    if not right_sizes or not in_range or not 1 <= len(links.digests) <= LINKS_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "links")


def _link_before(connection: Connection, kiosk_id: str, links: ChainLinks) -> bytes:
    if links.first == 1:
        return first_link(kiosk_id, links.series)
    known = journal_links.c
    query = select(known.head).where(
        known.kiosk_id == kiosk_id, known.series == links.series, known.seq == links.first - 1
    )
    head: bytes = connection.execute(query).scalar_one()
    return head


def _heads(before: bytes, links: ChainLinks) -> dict[int, bytes]:
    """Work out the chain's value after each entry."""
    heads = {}
    for seq, digest in enumerate(links.digests, start=links.first):
        before = heads[seq] = next_link(before, digest)
    return heads


def _stored(connection: Connection, kiosk_id: str, links: ChainLinks) -> dict[int, bytes]:
    known = journal_links.c
    query = select(known.seq, known.head).where(
        known.kiosk_id == kiosk_id,
        known.series == links.series,
        known.seq.between(links.first, links.first + len(links.digests) - 1),
    )
    return {row.seq: row.head for row in connection.execute(query)}


def _broken(desk: Desk, kiosk_id: str, series: str, seq: int) -> Refused:
    place = f"journal {kiosk_id}-{series} entry {seq}"
    note(desk, Difference(DifferenceKind.CHAIN, kiosk_id, 0, place=place))
    return Refused(ProblemCode.CHAIN_BROKEN, f"entry {seq}")


def journals(connection: Connection) -> list[dict[str, Any]]:
    """Return how far the journal of each kiosk is known, by series, and since when."""
    known = journal_links.c
    query = (
        select(
            known.kiosk_id,
            known.series,
            func.max(known.seq).label("seq"),
            func.min(known.received_at).label("first_at"),
            func.max(known.received_at).label("last_at"),
        )
        .group_by(known.kiosk_id, known.series)
        .order_by(known.kiosk_id, func.min(known.received_at))
    )
    return [
        dict(row) | {"head": head_of(connection, row["kiosk_id"], row["series"]).head.hex()}
        for row in connection.execute(query).mappings()
    ]
