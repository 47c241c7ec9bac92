"""What an approved payment costs the disk: three syncs, counted by strace, not by us."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WHOLE_PAYMENTS = """
import sys
from pathlib import Path
from kioskd.payments.contract import Baseline
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.domain.payment import PaymentState, Printed
from kioskd.protocols.central import Posting
from tests.fakes import AMOUNT, NOW, a_record

def mark(text):
    Path(sys.argv[1], text).exists()  # a system call that strace shows

journal = Journal(Path(sys.argv[1]) / "journal.db", "K0123")
for number in range(3):
    mark("payment-begins")
    ref = journal.intend(new_assessment_ref(), AMOUNT, Baseline(), NOW).ref
    journal.approve(ref, a_record(number), NOW)
    journal.confirm(ref, NOW)
    waiting = journal.next_report()
    journal.mark_delivered(waiting.seq, Posting(ref, PaymentState.CONFIRMED, "R-1", NOW))
    journal.set_printed(ref, Printed.YES)
    mark("payment-ends")
journal.shut()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_three_syncs_per_payment(tmp_path: Path) -> None:
    """From intent to printed receipt each payment syncs exactly three times, the first one too."""
    trace = tmp_path / "trace"
    watched = "trace=fsync,fdatasync,sync_file_range,sync,msync,stat,newfstatat,statx"
    command = ["strace", "-f", "-o", str(trace), "-e", watched]
    program = [sys.executable, "-c", WHOLE_PAYMENTS, str(tmp_path)]
    subprocess.run([*command, *program], check=True, timeout=60, cwd=Path(__file__).parents[2])
    payments = trace.read_text().split("payment-begins")[1:]
    syncs = [
        len(re.findall(r"\b(?:fsync|fdatasync|sync_file_range|sync|msync)\(", part))
        for part in (payment.split("payment-ends")[0] for payment in payments)
    ]
    assert syncs == [3, 3, 3]
