"""The acceptance sheet: facts, signature, and the two papers that carry them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kioskd.domain.document import GenuinePages, LineStyle, Receipt, ReceiptLine
from kioskd.domain.selftest import Finding, verdict
from kioskd.drivers.pdf_writer import picture_page
from kioskd.protocols.acceptance import (
    VERSION,
    Acceptance,
    AcceptanceFacts,
    PartResult,
    message_of,
    qr_text,
)
from kioskd.relay.identity import Identity
from kioskd.screens.acceptance_page import PageFacts, acceptance_page
from kioskd.screens.qr_code import squares_of
from kioskd.screens.words import Words

RULE = ReceiptLine(style=LineStyle.RULE)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a sheet is about, besides the parts."""

    ref: str
    kiosk_id: str
    outlet: str
    board: str
    software: str
    region: int
    at: str
    """RFC 3339, UTC."""
    technician: str
    language: str


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """A signed sheet on both papers; fulfils ``contracts.technician.Sheet``."""

    acceptance: Acceptance
    pages: GenuinePages
    slip: Receipt


def composed(
    occasion: Occasion, findings: Sequence[Finding], identity: Identity, font: str = ""
) -> PrintedSheet:
    """Sign and draw; takes a second on a small computer: beside the event loop. NoIdentity."""
    facts = AcceptanceFacts(
        VERSION,
        occasion.ref,
        occasion.kiosk_id,
        occasion.outlet,
        occasion.board,
        occasion.software,
        occasion.region,
        occasion.at,
        occasion.technician,
        identity.serial(),
        verdict(findings),
        tuple(PartResult(one.part, one.result, one.trouble) for one in findings),
    )
    message = message_of(facts)
    signed = Acceptance(message, identity.sign(message))
    labelled = _labelled(facts)
    page = PageFacts(
        labelled, tuple(findings), facts.result.value, squares_of(qr_text(signed), 0, on_paper=True)
    )
    pdf = picture_page(*acceptance_page(page, occasion.language, font))
    slip = _slip(labelled, facts, signed, Words(occasion.language))
    return PrintedSheet(signed, GenuinePages(facts.ref, 1, pdf), slip)


def _labelled(facts: AcceptanceFacts) -> tuple[tuple[str, str], ...]:
    at = datetime.fromisoformat(facts.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    told = {
        "kiosk": facts.kiosk_id,
        "outlet": facts.outlet,
        "board": facts.board,
        "software": facts.software,
        "region": str(facts.region) if facts.region else "",
        "at": at,
        "technician": facts.technician,
        "ref": facts.ref,
        "certificate": facts.certificate,
    }
    return tuple((name, said) for name, said in told.items() if said)


def _slip(
    labelled: Sequence[tuple[str, str]], facts: AcceptanceFacts, signed: Acceptance, words: Words
) -> Receipt:
    return Receipt(
        (
            ReceiptLine(words("acceptance.title"), style=LineStyle.HEADING),
            ReceiptLine(words(f"technician.{facts.result.value}"), style=LineStyle.HEADING),
            RULE,
            *(ReceiptLine(words(f"acceptance.{name}"), said) for name, said in labelled),
            RULE,
            *(
                ReceiptLine(
                    words(f"technician.part.{one.part}"),
                    f"{words(f'technician.{one.result.value}')} {one.code}".strip(),
                )
                for one in facts.parts
            ),
            RULE,
            ReceiptLine(words("acceptance.sign_here"), "______________"),
            ReceiptLine(),
        ),
        qr_text(signed),
    )
