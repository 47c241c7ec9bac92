"""``kioskd journal ...``: look at the payment journal without changing it."""

import argparse
import json
from pathlib import Path

from kioskd.config import load
from kioskd.payments.contract import Payment
from kioskd.payments.journal import read_payments


def show(options: argparse.Namespace) -> int:
    """List every payment and where it stands. Raises ConfigError, JournalDamaged."""
    config = load(options.config)
    payments = read_payments(Path(config.kiosk.state_dir) / "journal.db")
    if options.json:
        print(json.dumps([_as_json(payment) for payment in payments], indent=2))
        return 0
    for payment in payments:
        line = (payment.ref, payment.at, f"{payment.amount} yuan", payment.state.value)
        print("  ".join([*line, payment.reason, payment.receipt_number]).rstrip())
    return 0


def _as_json(payment: Payment) -> dict[str, object]:
    return {
        "ref": payment.ref,
        "assessment": payment.assessment,
        "amount_fen": payment.amount.fen,
        "state": payment.state.value,
        "at": payment.at,
        "reason": payment.reason,
        "pin_pad_receipt": payment.record.receipt if payment.record else None,
        "receipt_number": payment.receipt_number,
        "printed": payment.printed.value if payment.printed else None,
    }
