"""Everything that reads documents: the centre's answers, receipts, the bank's file, settings."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any, get_args

from kiosk_central.bank_file import COLUMNS, BankFileError, parse_bank_file
from kiosk_central.region import SAMPLE_FILE
from kioskd.config import load
from kioskd.domain.contribution import Assessment, InsuranceView, Offer
from kioskd.domain.region import RegionPack
from kioskd.errors import ConfigError
from kioskd.protocols import central
from kioskd.protocols import central_books as books
from kioskd.protocols import central_documents as papers
from kioskd.protocols.central_pack import PackProof, PackStatement
from kioskd.protocols.document_facts import SignedDocument
from kioskd.protocols.receipt_facts import ReceiptFormatError, SignedFacts, proof_of, qr_text
from tests.fuzz.corpus import json_of
from tests.fuzz.harness import Parser
from tests.unit.test_config import GOOD
from tests.vectors.test_document_vectors import BARE, RECEIPT
from tests.vectors.test_receipt_vectors import GAP, KEY, PAID

DOCUMENTS = (
    central.Problem, central.ServerTime, central.Challenge, central.CardLogin, central.IdCardLogin,
    central.Login, central.AssessmentRequest, central.PaymentReport, central.Posting,
    books.ReceiptCopy, books.PrintReport, books.DayEndReport, books.DayEndAnswer, books.ChainLinks,
    books.ChainHead, tuple[books.ReceiptEntry, ...], tuple[Offer, ...], RegionPack, InsuranceView,
    Assessment, papers.DocumentRequest, papers.SealedDocument, papers.DocumentPrintReport,
    papers.PaperCheck, PackStatement, PackProof,
)  # fmt: skip
PROOFS = tuple(SignedFacts(KEY, facts, bytes(range(64))).to_bytes() for facts in (PAID, GAP))
DOCUMENT_PROOFS = tuple(
    SignedDocument(KEY, facts, bytes(range(64))).to_bytes() for facts in (RECEIPT, BARE)
)
BANK_FILE = "\r\n".join(
    (
        ",".join(COLUMNS),
        "2026-11-23,29001006,1,17,117,2026-11-22,17:55:01,1400.00,sale",
        "2026-11-23,29001006,1,18,118,2026-11-22,18:00:00,0.01,reversal",
        "",
    )
).encode()


def _name(wanted: Any) -> str:
    inside = [it.__name__ for it in get_args(wanted) if it is not ...]
    return f"{inside[0]}s" if inside else wanted.__name__


def check_document(wanted: Any, data: bytes) -> None:
    value = central.decode(data, wanted)
    written = central.encode(value)
    assert central.decode(written, wanted) == value
    assert central.encode(central.decode(written, wanted)) == written


def check_proof(data: bytes) -> None:
    assert SignedFacts.parse(data).to_bytes() == data


def check_document_proof(data: bytes) -> None:
    assert SignedDocument.parse(data).to_bytes() == data


def check_qr(data: bytes) -> None:
    proof = proof_of(data.decode("utf-8", "replace"))
    assert proof_of(qr_text(proof, "https://example.test/r/").decode("ascii")) == proof


def check_settings(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        Path(file.name).write_bytes(data)
        config = load(Path(file.name))
    assert config.kiosk.id


PAPER_PARSERS = (
    *(
        Parser(
            f"central, {_name(wanted)}",
            partial(check_document, wanted),
            (central.ContractBroken,),
            (SAMPLE_FILE.read_bytes() if wanted is RegionPack else json_of(wanted),),
        )
        for wanted in DOCUMENTS
    ),
    Parser("receipt_facts.SignedFacts", check_proof, (ReceiptFormatError,), PROOFS),
    Parser(
        "document_facts.SignedDocument",
        check_document_proof,
        (ReceiptFormatError,),
        DOCUMENT_PROOFS,
    ),
    Parser(
        "receipt_facts.proof_of",
        check_qr,
        (ReceiptFormatError,),
        tuple(qr_text(proof, url) for proof in PROOFS for url in ("", "https://example.test/r/")),
    ),
    Parser("bank_file.parse_bank_file", parse_bank_file, (BankFileError,), (BANK_FILE,)),
    Parser("config.load", check_settings, (ConfigError,), (GOOD.encode(),)),
)
