"""What kiosks say under load: reports of payments, and heartbeats; as values, bodies and bytes."""

from dataclasses import replace
from pathlib import Path

from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.protocols.central import PaymentReport, encode
from kioskd.protocols.central_fleet import HEARTBEAT_PATH, Heartbeat, ModuleState
from tools.load.badges import PROXY_HEADER, badge_of
from tools.load.city import MONTHLY_FEN

AMOUNT = Money(MONTHLY_FEN)
AT = "2026-11-22T09:55:01.250Z"
MODULES = ("card_reader", "id_reader", "pin_pad", "receipt_printer", "voice", "panel", "journal")
HEART = Heartbeat(
    "b1", 1, "2026-11-22T02:00:00Z", 60, "0.1.0", 1, "welcome", 5, False,
    tuple(ModuleState(one) for one in MODULES),
)  # fmt: skip


def assessment_ref(number: int) -> str:
    """Return the reference of the assessment that payment ``number`` pays."""
    return f"A{number}"


def record_of(number: int) -> TransactionRecord:
    """Return the approval of payment ``number``, as its kiosk's PIN pad would number it."""
    return TransactionRecord(
        AMOUNT, number % 9999 + 1, number % 999_999 + 1, "29001006", "1122", "175501", 0
    )


def payment_ref(kiosk: str, number: int) -> str:
    """Return the reference of payment ``number``, made at ``kiosk``."""
    return f"{kiosk}-P-{number}"


def report_of(kiosk: str, number: int) -> PaymentReport:
    """Return how its kiosk confirms payment ``number``."""
    ref, about = payment_ref(kiosk, number), assessment_ref(number)
    return PaymentReport(ref, about, AMOUNT, PaymentState.CONFIRMED, record_of(number), AT)


def bodies_of(kiosk: str, number: int) -> tuple[bytes, bytes]:
    """Return what a kiosk tells of payment ``number``: that it is meant, and that it is made."""
    done = report_of(kiosk, number)
    meant = replace(done, state=PaymentState.INTENDED, record=None)
    return encode(meant), encode(done)


def payment(trust: Path, kiosk: str, number: int) -> bytes:
    """Return the whole request by which a kiosk behind a proxy confirms payment ``number``."""
    report = report_of(kiosk, number)
    return _put(f"/v1/payments/{report.ref}", trust, kiosk, encode(report))


def beat(trust: Path, kiosk: str, _number: int) -> bytes:
    """Return the whole request by which a kiosk behind a proxy says how it is."""
    return _put(HEARTBEAT_PATH, trust, kiosk, encode(HEART))


def _put(path: str, trust: Path, kiosk: str, body: bytes) -> bytes:
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: centre\r\n"
        f"{PROXY_HEADER}: {badge_of(trust, kiosk)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
