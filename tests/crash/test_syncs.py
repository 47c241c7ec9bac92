"""What an approved payment costs the disk: three syncs, counted by strace, not by us."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

WHOLE_PAYMENTS = """
import sys
from pathlib import Path
from kioskd.payments.contract import Baseline
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.payments.outbox import Outbox
from kioskd.payments.store import Store
from kioskd.domain.payment import PaymentState, Printed
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import ChainHead, PrintReport
from tests.fakes import AMOUNT, NOW, a_record

def mark(text):
    Path(sys.argv[1], text).exists()  # a system call that strace shows

store = Store(Path(sys.argv[1]) / "journal.db", "K0123")
journal = Journal(store)
outbox = Outbox(store, journal)
for number in range(3):
    mark("payment-begins")
    ref = journal.intend(new_assessment_ref(), AMOUNT, Baseline(), NOW).ref
    journal.approve(ref, a_record(number), NOW)
    journal.confirm(ref, NOW)
    journal.set_printed(ref, Printed.YES)
    journal.report_print(PrintReport(ref, "f" * 32, 0, Printed.YES, NOW))
    while waiting := outbox.next_report():
        outbox.mark_delivered(waiting.seq, Posting(ref, PaymentState.CONFIRMED, "R-1", NOW))
    links = outbox.next_links()
    outbox.mark_witnessed(ChainHead(links.series, links.first + 2, links.head))
    outbox.tidy()
    mark("payment-ends")
store.shut()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_three_syncs_per_payment(tmp_path: Path) -> None:
    """From intent to a witnessed, printed receipt: exactly three syncs, for the first one too."""
    trace = tmp_path / "trace"
    watched = "trace=fsync,fdatasync,sync_file_range,sync,msync,stat,newfstatat,statx"
    command = ["strace", "-f", "-o", str(trace), "-e", watched]
    program = [sys.executable, "-c", WHOLE_PAYMENTS, str(tmp_path)]
    subprocess.run(
        [*command, *program], check=True, timeout=PATIENCE_S, cwd=Path(__file__).parents[2]
    )
    payments = trace.read_text().split("payment-begins")[1:]
    syncs = [
        len(re.findall(r"\b(?:fsync|fdatasync|sync_file_range|sync|msync)\(", part))
        for part in (payment.split("payment-ends")[0] for payment in payments)
    ]
    assert syncs == [3, 3, 3]
